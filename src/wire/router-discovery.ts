import { concat, readUint, u16, u32 } from '../core/bytes.ts'
import { MalformedMessage } from '../core/errors.ts'
import { seconds, type Seconds } from '../core/units.ts'
import { ipv6Checksum, ipv6Packet, protocols, type IpPacket } from './ip-packet.ts'

/** ICMPv6 types of Neighbour Discovery. RFC 4861 4. */
const types = { routerSolicitation: 133, routerAdvertisement: 134, redirect: 137 } as const

/** Nobody beyond the link can send a packet that arrives with this. RFC 4861 11.2. */
const linkOnlyHopLimit = 255

/** Whether the packet is one of Neighbour Discovery, whatever it says. */
export const isNeighbourDiscovery = ({ version, protocol, payload }: IpPacket): boolean => {
  const type = payload[0] ?? 0
  return (
    version === 6 &&
    protocol === protocols.icmpv6 &&
    type >= types.routerSolicitation &&
    type <= types.redirect
  )
}

/** What a router says of one link. */
export interface RouterAdvertisement {
  /** 0: it is no default router. 16 bits. */
  readonly routerLifetime: Seconds
  /** The /64 that addresses may be formed of, 16 octets. */
  readonly prefix: Uint8Array
  readonly prefixLifetime: Seconds
  readonly mtu: number
}

const options = { prefixInformation: 3, mtu: 5 } as const
const prefixLength = 64
/** L clear: nothing but the router is on the link. A set. */
const autonomous = 0x40

/** Router Advertisement with one prefix and the MTU. RFC 4861 4.2, 4.6.2, 4.6.4. */
export const routerAdvertisement = (
  source: Uint8Array,
  destination: Uint8Array,
  { routerLifetime, prefix, prefixLifetime, mtu }: RouterAdvertisement,
): Uint8Array =>
  icmpv6(source, destination, types.routerAdvertisement, [
    Uint8Array.of(64, 0),
    u16(routerLifetime),
    new Uint8Array(8),
    Uint8Array.of(options.prefixInformation, 4, prefixLength, autonomous),
    ...[u32(prefixLifetime), u32(prefixLifetime), u32(0), prefix],
    Uint8Array.of(options.mtu, 1, 0, 0),
    u32(mtu),
  ])

/** RFC 4861 4.1. */
export const routerSolicitation = (source: Uint8Array, destination: Uint8Array): Uint8Array =>
  icmpv6(source, destination, types.routerSolicitation, [u32(0)])

function icmpv6(source: Uint8Array, destination: Uint8Array, type: number, rest: readonly Uint8Array[]) {
  const ends = { source, destination, protocol: protocols.icmpv6 }
  const payload = concat(Uint8Array.of(type, 0), u16(0), ...rest)
  payload.set(u16(ipv6Checksum({ ...ends, payload })), 2)
  return ipv6Packet({ ...ends, hopLimit: linkOnlyHopLimit, payload })
}

const malformed = (field: string, offset: number, reason: string, clause: string) =>
  new MalformedMessage(field, offset, reason, { clause })

/** What every message of Neighbour Discovery must be. Throws MalformedMessage. RFC 4861 6.1. */
function check(packet: IpPacket, type: number, size: number): void {
  const { payload, hopLimit } = packet
  const fail = (field: string, offset: number, reason: string) =>
    malformed(field, offset, reason, 'RFC 4861 6.1')
  if (payload[0] !== type || payload[1] !== 0) throw fail('ICMPv6 type', 0, 'another message')
  if (hopLimit !== linkOnlyHopLimit) throw fail('Hop Limit', 0, 'not 255')
  if (payload.length < size) throw fail('ICMPv6', payload.length, 'cut short')
  if (ipv6Checksum(packet) !== 0) throw fail('Checksum', 2, 'wrong')
}

/** Throws MalformedMessage for anything but a good Router Solicitation. RFC 4861 6.1.1. */
export function checkRouterSolicitation(packet: IpPacket): void {
  check(packet, types.routerSolicitation, 8)
  optionsOf(packet.payload, 8)
}

/** Throws MalformedMessage for anything but a good Router Advertisement with a /64 to form addresses of. RFC 4861 6.1.2. */
export function readRouterAdvertisement(packet: IpPacket): RouterAdvertisement {
  const { payload } = packet
  check(packet, types.routerAdvertisement, 16)
  const all = optionsOf(payload, 16)
  const prefix = all.find(isPrefixInformation)
  const mtu = all.find((option) => option[0] === options.mtu && option.length === 8)
  if (!prefix) throw malformed('Prefix Information', 16, 'no prefix for addresses', 'RFC 4862 5.5.3')
  return {
    routerLifetime: seconds(readUint(payload, 6, 2)),
    prefix: prefix.slice(16, 32).fill(0, prefixLength / 8),
    prefixLifetime: seconds(readUint(prefix, 4, 4)),
    mtu: mtu ? readUint(mtu, 4, 4) : 0,
  }
}

const isPrefixInformation = (option: Uint8Array): boolean =>
  option[0] === options.prefixInformation &&
  option.length === 32 &&
  option[2] === prefixLength &&
  ((option[3] ?? 0) & autonomous) !== 0

/** Each option with its type and length octets. Throws MalformedMessage. RFC 4861 4.6. */
function optionsOf(payload: Uint8Array, from: number): readonly Uint8Array[] {
  const all: Uint8Array[] = []
  for (let at = from; at < payload.length;) {
    const length = (payload[at + 1] ?? 0) * 8
    if (length === 0 || at + length > payload.length)
      throw malformed('option', at, 'length of no option', 'RFC 4861 4.6')
    all.push(payload.subarray(at, at + length))
    at += length
  }
  return all
}
