import { concat, u16, u32 } from '../../core/bytes.ts'
import { internetChecksum } from '../../wire/internet-checksum.ts'

/** One end of a conversation: IPv4 address of 4 octets, and port. */
export interface Endpoint {
  readonly address: Uint8Array
  readonly port: number
}

export interface TcpSegment {
  readonly sequence: number
  readonly acknowledgement: number
  readonly flags: number
  readonly payload: Uint8Array
}

export const tcpFlags = { fin: 0x01, syn: 0x02, push: 0x08, acknowledge: 0x10 } as const

const protocols = { tcp: 6, udp: 17 } as const
const timeToLive = 64
const receiveWindow = 0xffff

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
export function tcpPacket(from: Endpoint, to: Endpoint, segment: TcpSegment): Uint8Array {
  const octets = concat(
    u16(from.port),
    u16(to.port),
    u32(segment.sequence),
    u32(segment.acknowledgement),
    Uint8Array.of(0x50, segment.flags),
    u16(receiveWindow),
    u32(0),
    segment.payload,
  )
  const pseudo = pseudoHeader(protocols.tcp, from, to, octets.length)
  return ipv4(protocols.tcp, from.address, to.address, withChecksum(octets, 16, concat(pseudo, octets)))
}
