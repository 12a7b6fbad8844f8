import type { Brand } from '../brand.ts'
import { InvalidValue } from '../errors.ts'

/** Public land mobile network, `MCC-MNC`; the number of MNC digits is part of it. TS 23.003 2.2. */
export type Plmn = Brand<string, 'PLMN'>

export function Plmn(text: string): Plmn {
  if (!/^\d{3}-\d{2,3}$/.test(text))
    throw new InvalidValue('PLMN', 'MCC-MNC such as 001-01 is needed', 'TS 23.003 2.2')
  return text as Plmn
}

export const mcc = (plmn: Plmn): string => plmn.slice(0, 3)
export const mnc = (plmn: Plmn): string => plmn.slice(4)

/** `mnc001.mcc001`, the MNC padded to three digits. TS 23.003 13.3. */
export const plmnLabels = (plmn: Plmn): string => `mnc${mnc(plmn).padStart(3, '0')}.mcc${mcc(plmn)}`

/** Visited-PLMN-Id, 3 octets: MCC2 MCC1, MNC3 (or F) MCC3, MNC2 MNC1, the high nibble named first. TS 29.272 7.3.9. */
export function plmnOctets(plmn: Plmn): Uint8Array {
  const country = mcc(plmn)
  const network = mnc(plmn)
  const nibbles = [country[1], country[0], network[2] ?? 'f', country[2], network[1], network[0]]
  return Uint8Array.from([0, 2, 4], (at) => Number.parseInt(`${nibbles[at]}${nibbles[at + 1]}`, 16))
}

/** The PLMN of 3 octets in the form of `plmnOctets`; throws InvalidValue. */
export function plmnFromOctets(octets: Uint8Array): Plmn {
  if (octets.length !== 3) throw new InvalidValue('PLMN', '3 octets are needed', 'TS 29.272 7.3.9')
  const [a, b, c] = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')) as [
    string,
    string,
    string,
  ]
  const last = b.startsWith('f') ? '' : b.charAt(0)
  return Plmn(`${a.charAt(1)}${a.charAt(0)}${b.charAt(1)}-${c.charAt(1)}${c.charAt(0)}${last}`)
}
