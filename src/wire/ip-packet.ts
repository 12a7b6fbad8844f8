import { concat, readUint, u16, u32 } from '../core/bytes.ts'
import { MalformedMessage } from '../core/errors.ts'
import { internetChecksum } from './internet-checksum.ts'

/** Next Header, or protocol. IANA protocol numbers. */
export const protocols = { tcp: 6, udp: 17, icmpv6: 58 } as const

/** The header of an IP packet and what follows it. RFC 791 3.1, RFC 8200 3. */
export interface IpPacket {
  readonly version: 4 | 6
  /** 4 or 16 octets, as `destination`. */
  readonly source: Uint8Array
  readonly destination: Uint8Array
  /** Protocol of IPv4, Next Header of IPv6. */
  readonly protocol: number
  /** Time to Live of IPv4. */
  readonly hopLimit: number
  readonly payload: Uint8Array
}

/** Addresses of who sent a packet and for whom it is. */
export type IpEnds = Pick<IpPacket, 'source' | 'destination'>

const ipv4HeaderSize = 20
export const ipv6HeaderSize = 40

/** Views of `octets`, one whole packet; no checksum is looked at. Throws MalformedMessage. */
export function readIpPacket(octets: Uint8Array): IpPacket {
  const version = (octets[0] ?? 0) >> 4
  if (version === 6) return readIpv6(octets)
  if (version === 4) return readIpv4(octets)
  throw new MalformedMessage('IP version', 0, 'neither 4 nor 6')
}

function readIpv6(octets: Uint8Array): IpPacket {
  if (octets.length < ipv6HeaderSize || readUint(octets, 4, 2) !== octets.length - ipv6HeaderSize)
    throw new MalformedMessage('Payload Length', 4, 'not the length of the packet', { clause: 'RFC 8200 3' })
  return {
    version: 6,
    source: octets.subarray(8, 24),
    destination: octets.subarray(24, ipv6HeaderSize),
    protocol: octets[6] ?? 0,
    hopLimit: octets[7] ?? 0,
    payload: octets.subarray(ipv6HeaderSize),
  }
}

function readIpv4(octets: Uint8Array): IpPacket {
  const headerSize = ((octets[0] ?? 0) & 15) * 4
  if (headerSize < ipv4HeaderSize || octets.length < headerSize || readUint(octets, 2, 2) !== octets.length)
    throw new MalformedMessage('Total Length', 2, 'not the length of the packet', { clause: 'RFC 791 3.1' })
  return {
    version: 4,
    source: octets.subarray(12, 16),
    destination: octets.subarray(16, ipv4HeaderSize),
    protocol: octets[9] ?? 0,
    hopLimit: octets[8] ?? 0,
    payload: octets.subarray(headerSize),
  }
}

/** An IPv6 packet without extension headers; addresses have 16 octets. RFC 8200 3. */
export const ipv6Packet = ({
  source,
  destination,
  protocol,
  hopLimit,
  payload,
}: Omit<IpPacket, 'version'>): Uint8Array =>
  concat(
    u32(0x60000000),
    u16(payload.length),
    Uint8Array.of(protocol, hopLimit),
    source,
    destination,
    payload,
  )

/** The checksum of `payload` with the pseudo-header before it: 0 over one that holds its right checksum. RFC 8200 8.1. */
export const ipv6Checksum = ({
  source,
  destination,
  protocol,
  payload,
}: Pick<IpPacket, 'source' | 'destination' | 'protocol' | 'payload'>): number =>
  internetChecksum(concat(source, destination, u32(payload.length), u32(protocol), payload))
