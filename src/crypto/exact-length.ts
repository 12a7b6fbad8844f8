import { InvalidValue } from '../core/errors.ts'

/** `octets`, if there are exactly `length` of them; else throws InvalidValue (R30). */
export function exactly(length: number, name: string, octets: Uint8Array): Uint8Array {
  if (octets.length !== length)
    throw new InvalidValue(name, `${length} octets are needed, not ${octets.length}`)
  return octets
}
