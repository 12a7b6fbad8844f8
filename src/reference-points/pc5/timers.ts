import { milliseconds, seconds, type Milliseconds, type Seconds } from '../../core/units.ts'

/** A timer of TS 24.334 10.4 with the project's values; the specification leaves them to the UE. */
export interface TimerRow {
  readonly guards: string
  readonly runsAt: string
  readonly after: Milliseconds
  readonly retransmissions: number
  readonly clause: string
}

/** T4102 and T4108 follow from the Maximum Inactivity Period: `inactivityTimers`. */
export const pc5Timers = {
  T4100: {
    guards: 'DIRECT_COMMUNICATION_REQUEST',
    runsAt: 'UE-1',
    after: milliseconds(8_000),
    retransmissions: 3,
    clause: 'TS 24.334 10.4.2',
  },
  /** T4100 from COMPLETE to ACCEPT. */
  T4100AfterComplete: {
    guards: 'DIRECT_SECURITY_MODE_COMPLETE',
    runsAt: 'UE-1',
    after: milliseconds(2_000),
    retransmissions: 3,
    clause: 'TS 24.334 10.4.2',
  },
  T4101: {
    guards: 'DIRECT_COMMUNICATION_KEEPALIVE',
    runsAt: 'UE-1',
    after: milliseconds(1_000),
    retransmissions: 3,
    clause: 'TS 24.334 10.4.3',
  },
  T4103: {
    guards: 'DIRECT_COMMUNICATION_RELEASE',
    runsAt: 'releasing UE',
    after: milliseconds(1_000),
    retransmissions: 3,
    clause: 'TS 24.334 10.4.4',
  },
  /** From REKEYING_REQUEST to the Command, and again from COMPLETE to what shows that UE-2 has it. */
  T4109: {
    guards: 'DIRECT_REKEYING_REQUEST, DIRECT_SECURITY_MODE_COMPLETE of a rekeying',
    runsAt: 'UE-1',
    after: milliseconds(2_000),
    retransmissions: 3,
    clause: 'TS 24.334 10.4.6',
  },
  T4110: {
    guards: 'DIRECT_REKEYING_TRIGGER',
    runsAt: 'UE-2',
    after: milliseconds(2_000),
    retransmissions: 3,
    clause: 'TS 24.334 10.4.6',
  },
  T4111: {
    guards: 'DIRECT_SECURITY_MODE_COMMAND',
    runsAt: 'UE-2',
    after: milliseconds(2_000),
    retransmissions: 2,
    clause: 'TS 24.334 10.4.5',
  },
} as const satisfies Record<string, TimerRow>

export type Pc5Timers = Readonly<Record<keyof typeof pc5Timers, TimerRow>>

/** Maximum Inactivity Period. TS 24.334 12.5.1.9. */
export const inactivityPeriod = {
  standard: seconds(60),
  lowest: seconds(10),
  highest: seconds(3600),
} as const

/** A received period, brought within 10 s to 3600 s. */
export const clampInactivityPeriod = (period: Seconds): Seconds =>
  seconds(Math.min(Math.max(period, inactivityPeriod.lowest), inactivityPeriod.highest))

/** T4102 sends KEEPALIVE after a third of the own period; T4108 releases after the whole of the peer's. TS 24.334 10.4.3. */
export const inactivityTimers = {
  T4102: (own: Seconds): Milliseconds => milliseconds((own * 1000) / 3),
  T4108: (ofPeer: Seconds): Milliseconds => milliseconds(clampInactivityPeriod(ofPeer) * 1000),
} as const

/** Announcements of Model A, solicitations of Model B. TS 23.303 5.3. */
export const discoveryTimers = {
  announcementPeriod: milliseconds(2_000),
  solicitationPeriod: milliseconds(1_000),
  solicitations: 3,
} as const
