import { fromAscii, fromUtf8, readU32, readUint } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { Fqdn } from '../../core/identities/fqdn.ts'
import { fromNtpTime, ntpTime } from '../../core/ntp-time.ts'
import { readAgain } from '../../core/read-again.ts'
import type { Instant } from '../../core/units.ts'
import { repeatAvp, type Avp, type AvpType } from './avp.ts'
import { MalformedDiameter } from './malformed.ts'
import { resultCodes } from './result.ts'

/** The data of an AVP of fixed length; throws MalformedDiameter with 5014. */
function exactly(avp: Avp, length: number): Uint8Array {
  if (avp.data.length !== length)
    throw new MalformedDiameter(avp.definition?.name ?? 'AVP', avp.offset, `not ${length} octets`, {
      resultCode: resultCodes.invalidAvpLength,
      failedAvp: repeatAvp(avp),
    })
  return avp.data
}

/** Octets of any length. */
export const octetString: AvpType<Uint8Array> = {
  name: 'OctetString',
  shortest: 0,
  encode: (value, into) => into.octets(value),
  decode: (avp) => avp.data,
}

/** Octets of one length. */
export const octets = (length: number): AvpType<Uint8Array> => ({
  name: `OctetString (${length})`,
  shortest: length,
  encode: (value, into) => into.octets(value),
  decode: (avp) => exactly(avp, length),
})

/** Octets that a constructor judges. */
export const octetsOf = <Value extends Uint8Array>(
  construct: (octets: Uint8Array) => Value,
): AvpType<Value> => ({
  name: 'OctetString',
  shortest: 0,
  encode: (value, into) => into.octets(value),
  decode: (avp) => construct(avp.data),
})

/** A number in three octets. */
export const number24 = <Value extends number>(construct: (value: number) => Value): AvpType<Value> => ({
  name: 'OctetString (3)',
  shortest: 3,
  encode: (value, into) => into.uint(value, 3),
  decode: (avp) => construct(readUint(exactly(avp, 3), 0, 3)),
})

export const unsigned32: AvpType<number> = {
  name: 'Unsigned32',
  shortest: 4,
  encode: (value, into) => into.uint(value, 4),
  decode: (avp) => readU32(exactly(avp, 4), 0),
}

/** One of the named values; others are 5004. */
export const enumerated = <const Value extends number>(
  values: Readonly<Record<string, Value>>,
): AvpType<Value> => {
  const known = new Map<number, Value>(Object.values(values).map((value) => [value, value]))
  return {
    name: 'Enumerated',
    shortest: 4,
    values,
    encode: (value, into) => into.uint(value, 4),
    decode(avp) {
      const value = known.get(unsigned32.decode(avp))
      if (value === undefined) throw new InvalidValue('Enumerated', 'not one of its values')
      return value
    },
  }
}

/** Printable text in UTF-8, of which `construct` judges the form. */
export const text = <Value extends string>(construct: (text: string) => Value): AvpType<Value> => ({
  name: 'UTF8String',
  shortest: 0,
  encode: (value, into) => into.text(value),
  decode: (avp) => construct(fromUtf8(avp.data)),
})

/** Text without control characters, at most `longest` characters. */
export const plainText = (longest: number): AvpType<string> =>
  text((value) => {
    // eslint's control character rule does not see a Unicode property
    if (value.length > longest || /\p{Cc}/u.test(value))
      throw new InvalidValue('text', `not at most ${longest} printable characters`)
    return value
  })

/** Session-Id: printable, neither empty nor longer than 512 characters. RFC 6733 8.8. */
export const sessionIdText: AvpType<string> = text((value) => {
  if (!/^[\x20-\x7e]{1,512}$/.test(value))
    throw new InvalidValue('Session-Id', 'not 1 to 512 printable characters')
  return value
})

/** Name of a node or a realm; letters are compared in lower case. RFC 6733 4.3.1. */
export const diameterIdentity: AvpType<Fqdn> = {
  name: 'DiameterIdentity',
  shortest: 0,
  encode: (value, into) => into.text(value),
  decode: ({ data }) => nameOf(data),
}

/** A peer says the same names in each message. */
const nameOf = readAgain((octets) => Fqdn(fromAscii(octets).toLowerCase()))

/** Seconds since 1900 in 32 bits. RFC 6733 4.3.1. */
export const time: AvpType<Instant> = {
  name: 'Time',
  shortest: 4,
  encode: (value, into) => into.octets(ntpTime(value)),
  decode: (avp) => fromNtpTime(exactly(avp, 4)),
}

const groupsOfIpv6 = (address: string): number[] => {
  const [head = '', tail] = address.split('::')
  const words = (part: string) =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16))
  const first = words(head)
  const last = tail === undefined ? [] : words(tail)
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last]
}

const ipOctets = (address: string): Uint8Array =>
  address.includes(':')
    ? Uint8Array.from(groupsOfIpv6(address).flatMap((word) => [word >>> 8, word & 0xff]))
    : Uint8Array.from(address.split('.'), Number)

/** IP address as text: dotted, or eight groups in hex without shortening. RFC 6733 4.3.1. */
export const ipAddress: AvpType<string> = {
  name: 'Address',
  shortest: 6,
  encode(value, into) {
    const address = ipOctets(value)
    into.uint(address.length === 4 ? 1 : 2, 2)
    into.octets(address)
  },
  decode(avp) {
    const family = readUint(avp.data, 0, 2)
    if (family === 1) return exactly(avp, 6).subarray(2).join('.')
    if (family !== 2) throw new InvalidValue('Address', 'neither IPv4 nor IPv6')
    const address = exactly(avp, 18).subarray(2)
    return Array.from({ length: 8 }, (_, at) => readUint(address, 2 * at, 2).toString(16)).join(':')
  },
}
