import { hash } from 'node:crypto'
import { concat, utf8 } from '../core/bytes.ts'

const prefix = utf8('sidelock trace')

/** Trace id of an attempt, the same at both UEs: first 16 octets of SHA-256("sidelock trace" || Nonce_1), as hex. */
export const traceIdOf = (nonce1: Uint8Array): string =>
  hash('sha256', concat(prefix, nonce1), 'hex').slice(0, 32)

/** The id of a span whose `name` no other has: first 8 octets of SHA-256("sidelock span" || name), as hex. */
export const spanIdOf = (name: string): string => hash('sha256', `sidelock span${name}`, 'hex').slice(0, 16)
