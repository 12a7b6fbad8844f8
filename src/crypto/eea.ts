import { createCipheriv } from 'node:crypto'
import { concat } from '../core/bytes.ts'
import type { Pek } from '../core/keys.ts'
import {
  checkSecurityInputs,
  countBearerDirection,
  cutAfter,
  wordsOf,
  type Direction,
} from './security-inputs.ts'
import { snow3g } from './snow3g.ts'
import { zuc } from './zuc.ts'

/** Identity of a ciphering algorithm. TS 33.401 5.1.3.2. */
export type EeaId = 0 | 1 | 2 | 3

/** A ciphering algorithm; the same call enciphers and deciphers. */
export interface Eea {
  readonly id: EeaId
  readonly name: string
  readonly clause: string
  /**
   * New octets, as many as given. COUNT has 32 bits, BEARER 5. Throws InvalidValue for a key that is not of 16 octets
   * or is wiped, and for numbers that do not fit.
   */
  readonly crypt: (
    key: Pek,
    count: number,
    bearer: number,
    direction: Direction,
    octets: Uint8Array,
  ) => Uint8Array
}

/** The algorithm itself, for the first `bits` bits of `octets`; the bits after them come out as zero. */
export type Crypt = (
  key: Uint8Array,
  count: number,
  bearer: number,
  direction: Direction,
  octets: Uint8Array,
  bits: number,
) => Uint8Array

/** 128-EEA1. TS 33.401 B.1.2. */
export const eea1: Crypt = (key, count, bearer, direction, octets, bits) => {
  const second = (bearer << 27) | (direction << 26)
  const iv = Int32Array.of(count, second, count, second)
  return xorKeystream(octets, snow3g(wordsOf(key), iv, Math.ceil(bits / 32)), bits)
}

/** 128-EEA2: AES-128-CTR. TS 33.401 B.1.3. */
export const eea2: Crypt = (key, count, bearer, direction, octets, bits) => {
  const counterBlock = concat(countBearerDirection(count, bearer, direction), new Uint8Array(8))
  const out = createCipheriv('aes-128-ctr', key, counterBlock).update(octets)
  return cutAfter(new Uint8Array(out.buffer, out.byteOffset, out.length), bits)
}

/** 128-EEA3. TS 33.401 B.1.4, TS 35.221. */
export const eea3: Crypt = (key, count, bearer, direction, octets, bits) => {
  const half = countBearerDirection(count, bearer, direction)
  return xorKeystream(octets, zuc(key, concat(half, half), Math.ceil(bits / 32)), bits)
}

function xorKeystream(octets: Uint8Array, keystream: Int32Array, bits: number): Uint8Array {
  const out = new Uint8Array(octets.length)
  for (let at = 0; at < out.length; at++)
    out[at] = (octets[at] ?? 0) ^ ((keystream[at >>> 2] ?? 0) >>> (24 - 8 * (at & 3)))
  return cutAfter(out, bits)
}

const row = (id: EeaId, name: string, clause: string, crypt: Crypt): Eea => ({
  id,
  name,
  clause,
  crypt: (key, count, bearer, direction, octets) => {
    checkSecurityInputs(key, count, bearer)
    return crypt(key, count, bearer, direction, octets, 8 * octets.length)
  },
})

/** Every ciphering algorithm there is; negotiation and link protection ask the row. EEA0 changes nothing. */
export const eeas: readonly Eea[] = [
  { id: 0, name: 'EEA0', clause: 'TS 33.401 B.0', crypt: (...inputs) => inputs[4].slice() },
  row(1, '128-EEA1', 'TS 33.401 B.1.2', eea1),
  row(2, '128-EEA2', 'TS 33.401 B.1.3', eea2),
  row(3, '128-EEA3', 'TS 33.401 B.1.4', eea3),
]

export const eeaById = (id: number): Eea | undefined => eeas.find((eea) => eea.id === id)
