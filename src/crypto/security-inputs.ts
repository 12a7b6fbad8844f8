import { isAllZero } from '../core/bytes.ts'
import { InvalidValue } from '../core/errors.ts'
import { exactly } from './exact-length.ts'

/** 1 for what the UE sends that sent the Direct Security Mode Command (UE-2), else 0. TS 33.303 6.5.6. */
export type Direction = 0 | 1

/** MAC-I of 4 octets over the first `bits` bits of `octets`. */
export type Mac = (
  key: Uint8Array,
  count: number,
  bearer: number,
  direction: Direction,
  octets: Uint8Array,
  bits: number,
) => Uint8Array

/** COUNT || BEARER || DIRECTION || 0(26), 8 octets; COUNT has 32 bits, BEARER 5. TS 33.401 B.1.3, B.2.3. */
export function countBearerDirection(count: number, bearer: number, direction: Direction): Uint8Array {
  const octets = new Uint8Array(8)
  octets[0] = count >>> 24
  octets[1] = count >>> 16
  octets[2] = count >>> 8
  octets[3] = count
  octets[4] = (bearer << 3) | (direction << 2)
  return octets
}

export function totalLength(parts: readonly Uint8Array[]): number {
  let length = 0
  for (const part of parts) length += part.length
  return length
}

/** The words of octets whose number is a multiple of four, most significant octet first. */
export function wordsOf(octets: Uint8Array): Int32Array {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  return Int32Array.from({ length: octets.length / 4 }, (_, index) => view.getInt32(4 * index))
}

/** `octets`, cleared after the first `bits` bits. */
export function cutAfter(octets: Uint8Array, bits: number): Uint8Array {
  const whole = bits >>> 3
  if (whole < octets.length) {
    octets[whole] = (octets[whole] ?? 0) & (0xff00 >> (bits & 7))
    octets.fill(0, whole + 1)
  }
  return octets
}

/** The first `bits` bits of `octets`, then zeros up to a whole number of blocks of `block` octets. */
export function padded(octets: Uint8Array, bits: number, block: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(bits / (8 * block)) * block)
  out.set(octets.subarray(0, Math.ceil(bits / 8)))
  return cutAfter(out, bits)
}

/** Throws InvalidValue for a key not of 16 octets or wiped (R30, R33). */
export function checkKey(key: Uint8Array): void {
  exactly(16, 'key', key)
  if (isAllZero(key)) throw new InvalidValue('key', 'all octets are zero')
}

/** Use of a key after it was forgotten (R33). */
export const forgotten = (): InvalidValue => new InvalidValue('key', 'it is forgotten')

/** Throws InvalidValue for numbers that do not fit their bits (R30). */
export function checkNumbers(count: number, bearer: number): void {
  if (!Number.isInteger(count) || count < 0 || count >= 2 ** 32)
    throw new InvalidValue('COUNT', '32 bits are needed', 'TS 33.401 B.1')
  if (!Number.isInteger(bearer) || bearer < 0 || bearer > 31)
    throw new InvalidValue('BEARER', '5 bits are needed', 'TS 33.401 B.1')
}

/** What `use` makes of an algorithm under a key, which is then forgotten. */
export function once<UnderKey extends { readonly forget: () => void }, Out>(
  underKey: UnderKey,
  use: (underKey: UnderKey) => Out,
): Out {
  try {
    return use(underKey)
  } finally {
    underKey.forget()
  }
}
