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
  const digit = (at: number) => plmn.charCodeAt(at) & 0xf
  const last = plmn.length > 6 ? digit(6) : 0xf
  return Uint8Array.of((digit(1) << 4) | digit(0), (last << 4) | digit(2), (digit(5) << 4) | digit(4))
}

/** The PLMN of 3 octets in the form of `plmnOctets`; throws InvalidValue. */
export function plmnFromOctets(octets: Uint8Array): Plmn {
  if (octets.length !== 3) throw new InvalidValue('PLMN', '3 octets are needed', 'TS 29.272 7.3.9')
  const low = (at: number) => ((octets[at] ?? 0) & 0xf).toString(16)
  const high = (at: number) => ((octets[at] ?? 0) >>> 4).toString(16)
  const last = high(1) === 'f' ? '' : high(1)
  return Plmn(`${low(0)}${high(0)}${low(1)}-${low(2)}${high(2)}${last}`)
}
