import { createHmac } from 'node:crypto'
import { hex } from '../core/bytes.ts'

/** What logs and screens show of a key: 8 hex digits that tell two keys apart and nothing else (R31). */
export const fingerprint = (key: Uint8Array): string =>
  hex(createHmac('sha256', 'sidelock fingerprint').update(key).digest().subarray(0, 4))
