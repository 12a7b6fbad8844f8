import type { Brand } from '../brand.ts'
import { InvalidValue } from '../errors.ts'

/** Name of a pushed NAF SA towards the NAF, chosen by the NAF: 8 to 16 octets. TS 33.223 3.1. */
export type PTid = Brand<Uint8Array, 'P-TID'>

export function PTid(octets: Uint8Array): PTid {
  if (octets.length < 8 || octets.length > 16)
    throw new InvalidValue('P-TID', `8 to 16 octets are needed, not ${octets.length}`, 'TS 33.223 3.1')
  return octets as PTid
}
