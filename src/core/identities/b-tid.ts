import type { Brand } from '../brand.ts'
import { base64, fromBase64 } from '../bytes.ts'
import { InvalidValue } from '../errors.ts'
import { Rand } from '../aka.ts'
import { Fqdn } from './fqdn.ts'

/** Bootstrapping transaction identifier, base64(RAND)@BSF-name, 28 to 109 octets. TS 33.220 4.5.2. */
export type BTid = Brand<string, 'B-TID'>

export function BTid(text: string): BTid {
  if (text.length > 109 || !/^[A-Za-z0-9+/]{21}[AQgw]==@/.test(text))
    throw new InvalidValue('B-TID', 'base64 of 16 octets, @ and a BSF name are needed', 'TS 33.220 4.5.2')
  Fqdn(text.slice(25))
  return text as BTid
}

export const bTidOf = (rand: Rand, bsf: Fqdn): BTid => BTid(`${base64(rand)}@${bsf}`)
export const bTidDomain = (btid: BTid): Fqdn => btid.slice(25) as Fqdn
export const bTidRand = (btid: BTid): Rand => Rand(fromBase64(btid.slice(0, 24)))

/** The first six characters: enough to tell two apart on a screen. */
export const shortBTid = (btid: string): string => `${btid.slice(0, 6)}…`
