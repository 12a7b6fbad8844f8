import type { Layer2Id } from '../../../core/identities/prose.ts'
import type { Pc5Message } from '../../../reference-points/pc5/messages.ts'
import { lcids, type Lcid } from '../../../reference-points/pc5/pdcp.ts'
import type { LinkFacts, LinkState } from './link.ts'
import { contextOf, contextsOf } from './transmit.ts'

/** One link, from its first message on. */
export interface LinkEntry {
  /** `L1`, `L2`, ... in the order of their beginning at this UE. */
  readonly label: string
  readonly peer: Layer2Id
  /** Trace id of the attempt, 32 hex digits. */
  readonly trace: string
  /** Only the table moves it. */
  state: LinkState
}

const halfOpenPhases: readonly LinkState['phase'][] = ['retrieving-key', 'commanding', 'answered']

/** Half-open: taken up by UE-2 for a REQUEST that nobody has authenticated yet (R44). */
export const isHalfOpen = ({ state }: LinkEntry): boolean => halfOpenPhases.includes(state.phase)

/**
 * Every link of a UE, in both roles. Contexts are found by peer and KD-sess ID (R21). What is looked up for a message
 * costs the same however many links there are.
 */
export class LinkTable {
  readonly #entries = new Map<string, LinkEntry>()
  readonly #halfOpen = new Set<LinkEntry>()
  readonly #byPeer = new Map<Layer2Id, Set<LinkEntry>>()
  #begun = 0

  begin(peer: Layer2Id, trace: string): LinkEntry {
    const entry: LinkEntry = { label: `L${++this.#begun}`, peer, trace, state: { phase: 'idle' } }
    this.#entries.set(entry.label, entry)
    const toward = this.#byPeer.get(peer) ?? new Set()
    this.#byPeer.set(peer, toward.add(entry))
    return entry
  }

  move(entry: LinkEntry, state: LinkState): void {
    if (entry.state === state) return
    entry.state = state
    if (isHalfOpen(entry)) this.#halfOpen.add(entry)
    else this.#halfOpen.delete(entry)
  }

  /** False when it was not there. */
  remove(entry: LinkEntry): boolean {
    this.#halfOpen.delete(entry)
    const toward = this.#byPeer.get(entry.peer)
    toward?.delete(entry)
    if (toward?.size === 0) this.#byPeer.delete(entry.peer)
    return this.#entries.delete(entry.label)
  }

  get size(): number {
    return this.#entries.size
  }

  /** Oldest first. */
  halfOpen(): readonly LinkEntry[] {
    return [...this.#halfOpen]
  }

  /** Oldest first. */
  all(): readonly LinkEntry[] {
    return [...this.#entries.values()]
  }

  find(label: string): LinkEntry | undefined {
    return this.#entries.get(label)
  }

  toward(peer: Layer2Id): readonly LinkEntry[] {
    return [...(this.#byPeer.get(peer) ?? [])]
  }

  live(peer: Layer2Id): readonly LinkFacts[] {
    return this.toward(peer).flatMap(({ state }) => (state.phase === 'secured' ? [state.facts] : []))
  }

  /** For a protected PDU: the context of that KD-sess ID, else for a Command the pending attempt with its DKSI. */
  forPdu(peer: Layer2Id, lcid: Lcid, kdSessId: number): LinkEntry | undefined {
    for (const entry of this.#byPeer.get(peer) ?? []) if (contextOf(entry.state, kdSessId)) return entry
    if (lcid !== lcids.securityMode) return undefined
    return this.toward(peer).find(({ state }) => pendingDksi(state) === kdSessId >>> 8)
  }

  /** Those that an unprotected answer may mean: it names no attempt, so all that wait for one of its kind. */
  forAnswer(peer: Layer2Id, type: Pc5Message['type']): readonly LinkEntry[] {
    const phase = type === 'directSecurityModeReject' ? 'commanding' : 'requesting'
    return this.toward(peer).filter(({ state }) => state.phase === phase)
  }

  /** First or last octets of the KD-sess IDs toward a peer, pending attempts included. TS 33.303 6.5.3. */
  takenOctets(peer: Layer2Id, octet: 'msb' | 'lsb'): ReadonlySet<number> {
    const taken = new Set<number>()
    for (const { state } of this.toward(peer)) {
      for (const { kdSessId } of contextsOf(state))
        taken.add(octet === 'msb' ? kdSessId >>> 8 : kdSessId & 0xff)
      const dksi = state.phase === 'retrieving-key' ? state.request.msbOfKdSessId : pendingDksi(state)
      if (dksi !== undefined && octet === 'msb') taken.add(dksi)
    }
    return taken
  }
}

/** The DKSI of a request that waits for its Command, in a set-up or a rekeying. */
function pendingDksi(state: LinkState): number | undefined {
  if (state.phase === 'requesting') return state.attempt.dksi
  return state.phase === 'secured' && state.rekeying?.step === 'requested' ? state.rekeying.dksi : undefined
}
