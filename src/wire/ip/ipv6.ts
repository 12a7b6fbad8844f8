import { concat, readUint, u16, u32 } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'
import { internetChecksum } from '../internet-checksum.ts'

/** Numbers of what an IPv6 packet carries. RFC 8200 3. */
export const nextHeaders = { tcp: 6, udp: 17, icmpv6: 58 } as const

/** Source and destination, 16 octets each. */
export interface Ipv6Addresses {
  readonly from: Uint8Array
  readonly to: Uint8Array
}

/** A packet without extension headers: those count as what it carries. */
export interface Ipv6Packet extends Ipv6Addresses {
  readonly nextHeader: number
  readonly payload: Uint8Array
}

export const ipv6HeaderSize = 40
const hopLimit = 64

/** RFC 8200 3. */
export const encodeIpv6 = ({ from, to, nextHeader, payload }: Ipv6Packet): Uint8Array =>
  concat(u32(0x60000000), u16(payload.length), Uint8Array.of(nextHeader, hopLimit), from, to, payload)

/** Throws MalformedMessage: another version, a length that is not that of the packet. */
export function decodeIpv6(octets: Uint8Array): Ipv6Packet {
  const fail = (field: string, at: number, reason: string) =>
    new MalformedMessage(field, at, reason, { clause: 'RFC 8200 3' })
  if (octets.length < ipv6HeaderSize) throw fail('IPv6 header', octets.length, 'cut short')
  if ((octets[0] ?? 0) >> 4 !== 6) throw fail('Version', 0, 'not 6')
  const payload = octets.subarray(ipv6HeaderSize)
  if (readUint(octets, 4, 2) !== payload.length) throw fail('Payload Length', 4, 'not that of the packet')
  return { from: octets.subarray(8, 24), to: octets.subarray(24, 40), nextHeader: octets[6] ?? 0, payload }
}

/** Checksum of what goes over IPv6, with the pseudo-header; 0 over octets whose checksum is right. RFC 8200 8.1. */
export const ipv6Checksum = ({ from, to }: Ipv6Addresses, nextHeader: number, payload: Uint8Array): number =>
  internetChecksum(concat(from, to, u32(payload.length), u32(nextHeader), payload))
