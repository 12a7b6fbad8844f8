import { concat, u16 } from '../core/bytes.ts'
import type { Layer2Id } from '../core/identities/prose.ts'
import { linkLocalAddress } from '../reference-points/pc5/link-local.ts'
import { ipv6Checksum, ipv6Packet, protocols } from '../wire/ip-packet.ts'

/** RFC 863; nobody listens, which is what test data wants. */
const discardPort = 9

/** An IPv6 packet with UDP between the link-local addresses of two UEs. RFC 8200, RFC 768. */
export function udpPacket(from: Layer2Id, to: Layer2Id, data: Uint8Array): Uint8Array {
  const ends = { source: linkLocalAddress(from), destination: linkLocalAddress(to), protocol: protocols.udp }
  const ports = concat(u16(discardPort), u16(discardPort), u16(8 + data.length))
  const sum = ipv6Checksum({ ...ends, payload: concat(ports, u16(0), data) }) || 0xffff
  return ipv6Packet({ ...ends, hopLimit: 64, payload: concat(ports, u16(sum), data) })
}
