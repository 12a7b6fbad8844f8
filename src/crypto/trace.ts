import { createHash } from 'node:crypto'
import { hex } from '../core/bytes.ts'

/** Trace id of an attempt, the same at both UEs: first 16 octets of SHA-256("sidelock trace" || Nonce_1), as hex. */
export const traceIdOf = (nonce1: Uint8Array): string =>
  hex(createHash('sha256').update('sidelock trace').update(nonce1).digest().subarray(0, 16))

/** The id of a span whose `name` no other has: first 8 octets of SHA-256("sidelock span" || name), as hex. */
export const spanIdOf = (name: string): string =>
  hex(createHash('sha256').update('sidelock span').update(name).digest().subarray(0, 8))
