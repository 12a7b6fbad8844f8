import { InvalidValue } from './errors.ts'

const hexDigits = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'))
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()
/** Arrays of so many octets lie in the heap of V8 and cost less than others. */
const inHeap = 64

/** Lower-case hex, two digits an octet. */
export function hex(octets: Uint8Array): string {
  let text = ''
  for (const octet of octets) text += hexDigits[octet] ?? ''
  return text
}

/** Of a character that is one of `0` to `9`, `a` to `f`, `A` to `F`. */
const valueOfDigit = (character: number): number => (character & 0x0f) + (character > 0x39 ? 9 : 0)

/** Octets of an even number of hex digits of either case; throws InvalidValue. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text))
    throw new InvalidValue('hex', 'an even number of hex digits is needed')
  const octets = new Uint8Array(text.length / 2)
  for (let at = 0; at < octets.length; at++)
    octets[at] = valueOfDigit(text.charCodeAt(2 * at)) * 16 + valueOfDigit(text.charCodeAt(2 * at + 1))
  return octets
}

/** An encoder costs more than the octets of short text in ASCII. */
export function utf8(text: string): Uint8Array {
  const { length } = text
  if (length > inHeap) return encoder.encode(text)
  const octets = new Uint8Array(length)
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return encoder.encode(text)
    octets[at] = code
  }
  return octets
}

/** Text of well-formed UTF-8; throws InvalidValue. */
export function fromUtf8(octets: Uint8Array): string {
  try {
    return strictUtf8.decode(octets)
  } catch {
    throw new InvalidValue('text', 'not well-formed UTF-8')
  }
}

/** Text of octets 0x20 to 0x7e; throws InvalidValue. */
export function fromAscii(octets: Uint8Array): string {
  const { length } = octets
  for (let at = 0; at < length; at++) {
    const octet = octets[at] ?? 0
    if (octet < 0x20 || octet > 0x7e) throw new InvalidValue('text', 'not printable ASCII')
  }
  return strictUtf8.decode(octets)
}

/** Standard alphabet. RFC 4648 4. */
const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** What a digit stands for, by its code. */
const base64Values = new Uint8Array(128)
for (const [value, digit] of Array.from(base64Digits).entries()) base64Values[digit.charCodeAt(0)] = value

/** Standard alphabet with padding. RFC 4648 4. */
export function base64(octets: Uint8Array): string {
  let text = ''
  for (let at = 0; at < octets.length; at += 3) {
    const bits = readUint(octets, at, 3)
    for (let shift = 18; shift >= 0; shift -= 6) text += base64Digits[(bits >>> shift) & 63] ?? ''
  }
  const missing = (3 - (octets.length % 3)) % 3
  return text.slice(0, text.length - missing) + '='.repeat(missing)
}

/** The octets of canonical base64 (padding there, unused bits zero); throws InvalidValue. RFC 4648 4. */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new InvalidValue('base64', 'not standard base64 with padding')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const octets = new Uint8Array((text.length / 4) * 3 - padding)
  let bits = 0
  for (let digit = 0, at = 0; digit < text.length; digit++) {
    bits = (bits << 6) | (base64Values[text.charCodeAt(digit)] ?? 0)
    if (digit % 4 !== 3) continue
    octets[at++] = bits >>> 16
    octets[at++] = bits >>> 8
    octets[at++] = bits
  }
  // What padding stands for is zero, and nothing is left of the digit before it.
  if ((bits & (2 ** (8 * padding) - 1)) !== 0) throw new InvalidValue('base64', 'unused bits are not zero')
  return octets
}

/** Octets of one allocation that short-lived messages are cut from: each of its own would cost more than it carries. */
const slabSize = 1 << 14
let slab = new ArrayBuffer(slabSize)
let cut = 0

/** Zeros that nobody had before: for messages, not for keys. */
export function freshOctets(length: number): Uint8Array {
  if (length <= inHeap || length > slabSize / 4) return new Uint8Array(length)
  if (cut + length > slabSize) {
    slab = new ArrayBuffer(slabSize)
    cut = 0
  }
  const octets = new Uint8Array(slab, cut, length)
  cut = (cut + length + 15) & ~15
  return octets
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Not in constant time: for public values only. Secrets go through `crypto/constant-time.ts` (R33). */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

export function isAllZero(octets: Uint8Array): boolean {
  for (const octet of octets) if (octet !== 0) return false
  return true
}

/** Two octets, most significant first. */
export const u16 = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value)

/** Four octets, most significant first. */
export function u32(value: number): Uint8Array {
  const octets = new Uint8Array(4)
  putU32(octets, 0, value)
  return octets
}

/** `value` in the four octets at `at`, most significant first. */
export function putU32(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 24
  octets[at + 1] = value >>> 16
  octets[at + 2] = value >>> 8
  octets[at + 3] = value
}

/** The unsigned number in the four octets at `at`, most significant first; octets outside count as zero. */
export const readU32 = (octets: Uint8Array, at: number): number =>
  (((octets[at] ?? 0) << 24) |
    ((octets[at + 1] ?? 0) << 16) |
    ((octets[at + 2] ?? 0) << 8) |
    (octets[at + 3] ?? 0)) >>>
  0

/** The unsigned number in `size` octets (1 to 6), most significant first; octets outside count as zero. */
export function readUint(octets: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let index = at; index < at + size; index++) value = value * 256 + (octets[index] ?? 0)
  return value
}

/** `value` in `size` octets (1 to 6), most significant first. */
export function writeUint(value: number, size: number): Uint8Array {
  const octets = new Uint8Array(size)
  for (let at = size - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) octets[at] = rest % 256
  return octets
}
