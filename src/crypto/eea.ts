import type { EeaId } from '../core/algorithm-ids.ts'
import { concat } from '../core/bytes.ts'
import type { Pek } from '../core/keys.ts'
import { eea2UnderKey } from './eea2.ts'
import {
  checkKey,
  checkNumbers,
  countBearerDirection,
  cutAfter,
  forgotten,
  once,
  wordsOf,
  type Direction,
} from './security-inputs.ts'
import { snow3g } from './snow3g.ts'
import { algorithmsModule } from './wasm/module.ts'
import { snow3gCipher, StreamCipher, zucCipher } from './wasm/stream-ciphers.ts'
import { zuc } from './zuc.ts'

/** A ciphering algorithm; the same call enciphers and deciphers. */
export interface Eea {
  readonly id: EeaId
  readonly name: string
  readonly clause: string
  /** For many messages. Throws InvalidValue for a key that is not of 16 octets or is wiped. */
  readonly under: (key: Pek) => EeaUnderKey
  /** For one message: as `under(key).crypt`. */
  readonly crypt: (key: Pek, ...inputs: Parameters<EeaUnderKey['crypt']>) => Uint8Array
}

/** A ciphering algorithm under one key; it is forgotten together with the key. */
export interface EeaUnderKey {
  /**
   * New octets, as many as given. COUNT has 32 bits, BEARER 5. Throws InvalidValue for a key that is wiped or forgotten by
   * now, and for numbers that do not fit.
   */
  readonly crypt: (count: number, bearer: number, direction: Direction, octets: Uint8Array) => Uint8Array
  /** The same, into `into` from `at` on. */
  readonly cryptInto: (
    count: number,
    bearer: number,
    direction: Direction,
    octets: Uint8Array,
    into: Uint8Array,
    at: number,
  ) => void
  /** Erases what was made of the key (R33). */
  readonly forget: () => void
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

/** 128-EEA1, plainly: what is used, in WebAssembly, is compared with it. TS 33.401 B.1.2. */
export const eea1: Crypt = (key, count, bearer, direction, octets, bits) => {
  const second = (bearer << 27) | (direction << 26)
  const iv = Int32Array.of(count, second, count, second)
  return xorKeystream(octets, snow3g(wordsOf(key), iv, Math.ceil(bits / 32)), bits)
}

/** 128-EEA2 for one message, in any number of bits. */
export const eea2: Crypt = (key, count, bearer, direction, octets, bits) =>
  once(eea2UnderKey(key), ({ crypt }) => cutAfter(crypt(count, bearer, direction, octets), bits))

/** 128-EEA3, plainly too. TS 33.401 B.1.4, TS 35.221. */
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

const row = (id: EeaId, name: string, clause: string, begin: (key: Uint8Array) => EeaUnderKey): Eea => {
  const under = (key: Pek): EeaUnderKey => {
    checkKey(key)
    let known: EeaUnderKey | undefined = begin(key)
    const checked = (count: number, bearer: number): EeaUnderKey => {
      checkKey(key)
      checkNumbers(count, bearer)
      if (!known) throw forgotten()
      return known
    }
    return {
      crypt: (count, bearer, direction, octets) =>
        checked(count, bearer).crypt(count, bearer, direction, octets),
      cryptInto: (count, bearer, direction, octets, into, at) =>
        checked(count, bearer).cryptInto(count, bearer, direction, octets, into, at),
      forget() {
        known?.forget()
        known = undefined
      },
    }
  }
  return {
    id,
    name,
    clause,
    under,
    crypt: (key, ...inputs) => once(under(key), ({ crypt }) => crypt(...inputs)),
  }
}

const nothing = () => undefined

/** A stream cipher in WebAssembly; where there is none, plainly, which makes nothing of its key. */
const streamCipher =
  (cipher: typeof snow3gCipher, plain: Crypt) =>
  (key: Uint8Array): EeaUnderKey => {
    const module = algorithmsModule()
    if (module) return new StreamCipher(module, cipher, key)
    const crypt: EeaUnderKey['crypt'] = (count, bearer, direction, octets) =>
      plain(key, count, bearer, direction, octets, 8 * octets.length)
    return {
      crypt,
      cryptInto: (count, bearer, direction, octets, into, at) =>
        into.set(crypt(count, bearer, direction, octets), at),
      forget: nothing,
    }
  }

/** EEA0 changes nothing and needs no key. */
const unciphered: EeaUnderKey = {
  crypt: (...inputs) => inputs[3].slice(),
  cryptInto: (...[, , , octets, into, at]) => into.set(octets, at),
  forget: nothing,
}

/** Every ciphering algorithm there is; negotiation and link protection ask the row. */
export const eeas: readonly Eea[] = [
  {
    ...{ id: 0, name: 'EEA0', clause: 'TS 33.401 B.0' },
    under: () => unciphered,
    crypt: (_, ...inputs) => unciphered.crypt(...inputs),
  },
  row(1, '128-EEA1', 'TS 33.401 B.1.2', streamCipher(snow3gCipher, eea1)),
  row(2, '128-EEA2', 'TS 33.401 B.1.3', eea2UnderKey),
  row(3, '128-EEA3', 'TS 33.401 B.1.4', streamCipher(zucCipher, eea3)),
]

export const eeaById = (id: number): Eea | undefined => eeas.find((eea) => eea.id === id)
