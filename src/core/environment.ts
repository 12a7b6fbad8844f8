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
