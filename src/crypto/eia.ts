import type { Pik } from '../core/keys.ts'
import { eia1 } from './eia1.ts'
import { eia2 } from './eia2.ts'
import { eia3 } from './eia3.ts'
import { checkSecurityInputs, type Direction, type Mac } from './security-inputs.ts'

/** Identity of an integrity algorithm. TS 33.401 5.1.4.2. */
export type EiaId = 1 | 2 | 3

/** An integrity algorithm. */
export interface Eia {
  readonly id: EiaId
  readonly name: string
  readonly clause: string
  /**
   * MAC-I, 4 octets, to be compared by `equalInConstantTime` only. COUNT has 32 bits, BEARER 5. Throws InvalidValue for
   * a key that is not of 16 octets or is wiped, and for numbers that do not fit.
   */
  readonly mac: (
    key: Pik,
    count: number,
    bearer: number,
    direction: Direction,
    octets: Uint8Array,
  ) => Uint8Array
}

const row = (id: EiaId, name: string, clause: string, mac: Mac): Eia => ({
  id,
  name,
  clause,
  mac: (key, count, bearer, direction, octets) => {
    checkSecurityInputs(key, count, bearer)
    return mac(key, count, bearer, direction, octets, 8 * octets.length)
  },
})

/** Every integrity algorithm there is; negotiation and link protection ask the row. EIA0 is none of them (R19). */
export const eias: readonly Eia[] = [
  row(1, '128-EIA1', 'TS 33.401 B.2.2', eia1),
  row(2, '128-EIA2', 'TS 33.401 B.2.3', eia2),
  row(3, '128-EIA3', 'TS 33.401 B.2.4', eia3),
]

export const eiaById = (id: number): Eia | undefined => eias.find((eia) => eia.id === id)
