import type { Step } from '../core/tap.ts'

export const outcomes = ['secured', 'refused', 'dropped', 'timed-out', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

export type Branch = '7a' | '7b' | '7c' | '7d'

/** The node that refused first in the last attempt, and why: no other node was told that. */
export type Decider = Readonly<Record<'node' | 'step' | 'code' | 'reason', string>>

/** How a set-up ended; the last line of `--json`. Fields are added, never renamed. */
export interface ScenarioResult {
  readonly scenario: string
  readonly outcome: Outcome
  /** Branch of step 7 in the last attempt, null when KMF-1 was not reached. */
  readonly branch: Branch | null
  /** Whether outcome, branch and reason are those the scenario must give; null where nothing is asked of it. */
  readonly expected: boolean | null
  readonly attempts: number
  /** Reason code, null when secured. */
  readonly reason: `ERR_${string}` | null
  readonly clause: string | null
  /** Step at which it ended when it was not secured. */
  readonly endedAt: Step | null
  /** Null when secured, and when nobody refused. */
  readonly decidedBy: Decider | null
  /** Fingerprints of KD-sess at UE-1 and UE-2 are equal; null without a link. */
  readonly keysEqual: boolean | null
  /** For example `128-EEA2`, `128-EIA2`; null without a link. */
  readonly eea: string | null
  readonly eia: string | null
  /** User data packets each way and how many of them were lost. */
  readonly data: { readonly sent: number; readonly received: number } | null
  /** Messages and octets of the set-up (steps 2 to 14) and of bootstrapping (steps 0 and 1), heartbeats left out. */
  readonly messages: number
  readonly octets: number
  readonly bootstrapMessages: number
  /** Request and answer pairs in steps 2 to 14. */
  readonly roundTrips: number
  readonly ms: number
  readonly bootstrapMs: number
  readonly setupMs: number
}
