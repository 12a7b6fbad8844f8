import { concat, readUint, u16 } from '../core/bytes.ts'
import { MalformedMessage } from '../core/errors.ts'
import { ipv6Checksum, protocols, type IpEnds } from './ip-packet.ts'

/** An ICMPv6 echo request or reply. RFC 4443 4.1, 4.2. */
export interface Icmpv6Echo {
  readonly kind: 'request' | 'reply'
  /** 16 bits each. */
  readonly identifier: number
  readonly sequence: number
  readonly data: Uint8Array
}

const types = { request: 128, reply: 129 } as const

export function encodeEcho(echo: Icmpv6Echo, ends: IpEnds): Uint8Array {
  const { kind, identifier, sequence, data } = echo
  const octets = concat(Uint8Array.of(types[kind], 0), u16(0), u16(identifier), u16(sequence), data)
  octets.set(u16(ipv6Checksum({ ...ends, protocol: protocols.icmpv6, payload: octets })), 2)
  return octets
}

/** Undefined for other ICMPv6 messages. Throws MalformedMessage. */
export function decodeEcho(octets: Uint8Array, ends: IpEnds): Icmpv6Echo | undefined {
  const fail = (field: string, at: number, reason: string) =>
    new MalformedMessage(field, at, reason, { clause: 'RFC 4443 4.1' })
  if (octets.length < 4) throw fail('ICMPv6 header', octets.length, 'cut short')
  if (ipv6Checksum({ ...ends, protocol: protocols.icmpv6, payload: octets }) !== 0)
    throw fail('Checksum', 2, 'wrong')
  const kind = octets[0] === types.request ? 'request' : octets[0] === types.reply ? 'reply' : undefined
  if (kind === undefined) return undefined
  if (octets.length < 8) throw fail('Echo', octets.length, 'cut short')
  return {
    kind,
    identifier: readUint(octets, 4, 2),
    sequence: readUint(octets, 6, 2),
    data: octets.subarray(8),
  }
}
