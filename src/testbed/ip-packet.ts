import { concat, readUint, u16, u32 } from '../core/bytes.ts'
import type { Layer2Id } from '../core/identities/prose.ts'

const udp = 17
/** RFC 863; nobody listens, which is what test data wants. */
const discardPort = 9

/** `fe80::` with the Layer-2 ID in the last 24 bits, 16 octets. */
export const linkLocalOf = (id: Layer2Id): Uint8Array =>
  concat(Uint8Array.of(0xfe, 0x80), new Uint8Array(10), u32(id))

/** Ones' complement sum of 16-bit words. RFC 1071. */
function checksum(octets: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < octets.length; at += 2) sum += readUint(octets, at, 2)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** An IPv6 packet with UDP between the link-local addresses of two UEs. RFC 8200, RFC 768. */
export function udpPacket(from: Layer2Id, to: Layer2Id, payload: Uint8Array): Uint8Array {
  const addresses = concat(linkLocalOf(from), linkLocalOf(to))
  const length = 8 + payload.length
  const ports = concat(u16(discardPort), u16(discardPort), u16(length))
  const pseudoHeader = concat(addresses, u32(length), u32(udp))
  const sum = checksum(concat(pseudoHeader, ports, u16(0), payload)) || 0xffff
  const hopLimit = 64
  return concat(
    u32(0x60000000),
    u16(length),
    Uint8Array.of(udp, hopLimit),
    addresses,
    ports,
    u16(sum),
    payload,
  )
}
