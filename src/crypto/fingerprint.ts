import { hex, utf8 } from '../core/bytes.ts'
import { hmacSha256 } from './hmac-sha256.ts'

const label = utf8('sidelock fingerprint')

/** What logs and screens show of a key: 8 hex digits that tell two keys apart and nothing else (R31). */
export const fingerprint = (key: Uint8Array): string =>
  hmacSha256(label, key, (mac) => hex(mac.subarray(0, 4)))
