import type { EiaId } from '../core/algorithm-ids.ts'
import { concat } from '../core/bytes.ts'
import type { Pik } from '../core/keys.ts'
import { eia1 } from './eia1.ts'
import { eia2UnderKey } from './eia2.ts'
import { eia3 } from './eia3.ts'
import {
  checkKey,
  checkNumbers,
  forgotten,
  once,
  totalLength,
  type Direction,
  type Mac,
} from './security-inputs.ts'
import { algorithmsModule } from './wasm/module.ts'
import { snow3gCipher, StreamCipher, zucCipher } from './wasm/stream-ciphers.ts'

/** An integrity algorithm. */
export interface Eia {
  readonly id: EiaId
  readonly name: string
  readonly clause: string
  /** For many messages. Throws InvalidValue for a key that is not of 16 octets or is wiped. */
  readonly under: (key: Pik) => EiaUnderKey
  /** For one message: as `under(key).mac`. */
  readonly mac: (key: Pik, ...inputs: Parameters<EiaUnderKey['mac']>) => Uint8Array
}

/** An integrity algorithm under one key; it is forgotten together with the key. */
export interface EiaUnderKey {
  /**
   * MAC-I, 4 octets, over all `octets`, one after the other; to be compared by `equalInConstantTime` only. COUNT has 32
   * bits, BEARER 5. Throws InvalidValue for a key that is wiped or forgotten by now, and for numbers that do not fit.
   */
  readonly mac: (
    count: number,
    bearer: number,
    direction: Direction,
    ...octets: readonly Uint8Array[]
  ) => Uint8Array
  /** Erases what was made of the key (R33). */
  readonly forget: () => void
}

/** What a row is made of: the octets in parts, nothing checked. */
export interface EiaOfParts extends Pick<EiaUnderKey, 'forget'> {
  readonly mac: (
    count: number,
    bearer: number,
    direction: Direction,
    parts: readonly Uint8Array[],
  ) => Uint8Array
}

const row = (id: EiaId, name: string, clause: string, begin: (key: Uint8Array) => EiaOfParts): Eia => {
  const under = (key: Pik): EiaUnderKey => {
    checkKey(key)
    let known: EiaOfParts | undefined = begin(key)
    return {
      mac(count, bearer, direction, ...octets) {
        checkKey(key)
        checkNumbers(count, bearer)
        if (!known) throw forgotten()
        return known.mac(count, bearer, direction, octets)
      },
      forget() {
        known?.forget()
        known = undefined
      },
    }
  }
  return { id, name, clause, under, mac: (key, ...inputs) => once(under(key), ({ mac }) => mac(...inputs)) }
}

/** A stream cipher in WebAssembly; where there is none, plainly, which makes nothing of its key. */
const streamCipher =
  (cipher: typeof snow3gCipher, plain: Mac) =>
  (key: Uint8Array): EiaOfParts => {
    const module = algorithmsModule()
    const underKey = module && new StreamCipher(module, cipher, key)
    return {
      mac(count, bearer, direction, parts) {
        if (underKey) return underKey.mac(count, bearer, direction, parts, 8 * totalLength(parts))
        const whole = concat(...parts)
        return plain(key, count, bearer, direction, whole, 8 * whole.length)
      },
      forget: () => underKey?.forget(),
    }
  }

/** Every integrity algorithm there is; negotiation and link protection ask the row. EIA0 is none of them (R19). */
export const eias: readonly Eia[] = [
  row(1, '128-EIA1', 'TS 33.401 B.2.2', streamCipher(snow3gCipher, eia1)),
  row(2, '128-EIA2', 'TS 33.401 B.2.3', eia2UnderKey),
  row(3, '128-EIA3', 'TS 33.401 B.2.4', streamCipher(zucCipher, eia3)),
]

export const eiaById = (id: number): Eia | undefined => eias.find((eia) => eia.id === id)
