import { readUint } from '../core/bytes.ts'

/** One's complement of the one's complement sum of 16-bit words; an odd last octet counts as the high one. RFC 1071. */
export function internetChecksum(octets: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < octets.length; at += 2) sum += readUint(octets, at, 2)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
