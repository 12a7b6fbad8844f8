import { hex, utf8 } from '../core/bytes.ts'
import { giveBack } from './given-back.ts'
import { hmacSha256 } from './hmac-sha256.ts'

const label = utf8('sidelock fingerprint')

/** What logs and screens show of a key: 8 hex digits that tell two keys apart and nothing else (R31). */
export function fingerprint(key: Uint8Array): string {
  const mac = hmacSha256(label, key)
  const text = hex(mac.subarray(0, 4))
  giveBack(mac)
  return text
}
