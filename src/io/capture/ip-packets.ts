import { concat, u16 } from '../../core/bytes.ts'
import { internetChecksum } from '../../wire/internet-checksum.ts'
import { encodeUnsummed, tcpChecksumOffset, type TcpSegment } from '../../wire/tcp-segment.ts'

/** One end of a conversation: IPv4 address of 4 octets, and port. */
export interface Endpoint {
  readonly address: Uint8Array
  readonly port: number
}

const protocols = { tcp: 6, udp: 17 } as const
const timeToLive = 64

function withChecksum(octets: Uint8Array, at: number, covered: Uint8Array = octets): Uint8Array {
  octets.set(u16(internetChecksum(covered)), at)
  return octets
}

/** RFC 791, without options or fragments. */
function ipv4(protocol: number, from: Uint8Array, to: Uint8Array, payload: Uint8Array): Uint8Array {
  const header = concat(
    Uint8Array.of(0x45, 0),
    u16(20 + payload.length),
    Uint8Array.of(0, 0, 0x40, 0, timeToLive, protocol, 0, 0),
    from,
    to,
  )
  return concat(withChecksum(header, 10), payload)
}

const pseudoHeader = (protocol: number, from: Endpoint, to: Endpoint, length: number): Uint8Array =>
  concat(from.address, to.address, Uint8Array.of(0, protocol), u16(length))

/** An IPv4 packet with a UDP datagram of at most 65 507 octets. RFC 768. */
export function udpPacket(from: Endpoint, to: Endpoint, payload: Uint8Array): Uint8Array {
  const length = 8 + payload.length
  const datagram = concat(u16(from.port), u16(to.port), u16(length), u16(0), payload)
  const pseudo = pseudoHeader(protocols.udp, from, to, length)
  return ipv4(protocols.udp, from.address, to.address, withChecksum(datagram, 6, concat(pseudo, datagram)))
}

/** An IPv4 packet with a TCP segment of at most 65 495 octets. RFC 9293. */
export function tcpPacket(
  from: Endpoint,
  to: Endpoint,
  segment: Pick<TcpSegment, 'sequence' | 'acknowledgement' | 'flags' | 'payload'>,
): Uint8Array {
  const ports = { fromPort: from.port, toPort: to.port }
  const octets = encodeUnsummed({ ...ports, ...segment, window: 0xffff })
  const pseudo = pseudoHeader(protocols.tcp, from, to, octets.length)
  const summed = withChecksum(octets, tcpChecksumOffset, concat(pseudo, octets))
  return ipv4(protocols.tcp, from.address, to.address, summed)
}
