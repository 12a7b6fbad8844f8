import { concat, u16, u32 } from '../core/bytes.ts'
import type { Layer2Id } from '../core/identities/prose.ts'
import { linkLocalAddress } from '../reference-points/pc5/link-local.ts'
import { internetChecksum } from '../wire/internet-checksum.ts'

const udp = 17
/** RFC 863; nobody listens, which is what test data wants. */
const discardPort = 9

/** An IPv6 packet with UDP between the link-local addresses of two UEs. RFC 8200, RFC 768. */
export function udpPacket(from: Layer2Id, to: Layer2Id, payload: Uint8Array): Uint8Array {
  const addresses = concat(linkLocalAddress(from), linkLocalAddress(to))
  const length = 8 + payload.length
  const ports = concat(u16(discardPort), u16(discardPort), u16(length))
  const pseudoHeader = concat(addresses, u32(length), u32(udp))
  const sum = internetChecksum(concat(pseudoHeader, ports, u16(0), payload)) || 0xffff
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
