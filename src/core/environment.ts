import type { Instant, Milliseconds } from './units.ts'

/** Wall clock, UTC. */
export interface Clock {
  now(): Instant
}

/** One-shot timers; the returned function stops the timer and may be called at any time. */
export interface Timers {
  after(delay: Milliseconds, expire: () => void): () => void
}

/** The only source of nonces, identifiers and challenges (R17). */
export interface Random {
  octets(count: number): Uint8Array
}

/** SL-SCH carries links, SL-DCH discovery. TS 36.321 4.5.1. */
export type SidelinkChannel = 'SL-SCH' | 'SL-DCH'

/** The sidelink of one UE: frames go to everybody in reach, and any of them may be lost, doubled or forged. */
export interface Radio {
  send(channel: SidelinkChannel, frame: Uint8Array): void
  /** Calls `hear` for every frame in reach, whoever it is for; the returned function stops it. */
  onFrame(hear: (channel: SidelinkChannel, frame: Uint8Array) => void): () => void
  close(): Promise<void>
}
