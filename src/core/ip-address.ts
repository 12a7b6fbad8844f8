import { InvalidValue } from './errors.ts'

/** Addresses whose first `length` bits are those of `octets`, 4 or 16; the bits after them are zero. */
export interface IpPrefix {
  readonly octets: Uint8Array
  /** In bits. */
  readonly length: number
}

/** The 4 octets of `10.0.0.1`; throws InvalidValue. */
export function ipv4Address(text: string): Uint8Array {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    throw new InvalidValue('IPv4 address', 'four decimal numbers are needed')
  return Uint8Array.from(parts, Number)
}

/** The 16 octets of a text form without an embedded IPv4 address; throws InvalidValue. RFC 4291 2.2. */
export function ipv6Address(text: string): Uint8Array {
  const [head = '', tail, ...more] = text.split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const missing = 8 - before.length - after.length
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) throw notIpv6()
  const groups = [...before, ...Array.from({ length: missing }, () => 0), ...after]
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

const notIpv6 = () => new InvalidValue('IPv6 address', 'eight groups of hex digits, or :: for zeros')

function groupsOf(text: string): readonly number[] {
  if (text === '') return []
  const groups = text.split(':')
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) throw notIpv6()
  return groups.map((group) => Number.parseInt(group, 16))
}

/** `2001:db8:1::/56`, no bit set after its length; throws InvalidValue. */
export function ipv6Prefix(text: string): IpPrefix {
  const [address = '', digits = '', ...more] = text.split('/')
  const length = Number(digits)
  if (more.length > 0 || !/^\d{1,3}$/.test(digits) || length > 128)
    throw new InvalidValue('IPv6 prefix', 'address/length is needed')
  const octets = ipv6Address(address)
  if (octets.some((octet, at) => (octet & ~mask(length - 8 * at)) !== 0))
    throw new InvalidValue('IPv6 prefix', 'bits are set after its length')
  return { octets, length }
}

/** The octet of which the first `bits` bits are set; none for less than 1, all for more than 8. */
const mask = (bits: number): number => (0xff00 >> Math.min(Math.max(bits, 0), 8)) & 0xff

/** Decimal with dots, or eight groups of hex digits. */
export function ipAddressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.')
  const groups = Array.from(
    { length: 8 },
    (_, at) => ((octets[2 * at] ?? 0) << 8) | (octets[2 * at + 1] ?? 0),
  )
  return groups.map((group) => group.toString(16)).join(':')
}

/** Whether the address lies in the prefix; of another IP version it never does. */
export const isInPrefix = (address: Uint8Array, { octets, length }: IpPrefix): boolean =>
  address.length === octets.length &&
  octets.every((octet, at) => ((octet ^ (address[at] ?? 0)) & mask(length - 8 * at)) === 0)
