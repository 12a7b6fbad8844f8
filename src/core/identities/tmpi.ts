import type { Brand } from '../brand.ts'
import { InvalidValue } from '../errors.ts'

/** Temporary IMPI, base64 of 24 octets and one domain for all: who it is only UE and BSF know. TS 33.220 B.4. */
export type Tmpi = Brand<string, 'TMPI'>

const domain = 'tmpi.bsf.3gppnetwork.org'

export const isTmpi = (text: string): text is Tmpi =>
  text.endsWith(`@${domain}`) && /^[A-Za-z0-9+/]{32}@/.test(text)

export function Tmpi(text: string): Tmpi {
  if (!isTmpi(text)) throw new InvalidValue('TMPI', 'base64 of 24 octets is needed', 'TS 33.220 B.4')
  return text
}

/** The TMPI of 32 characters of base64. */
export const tmpiOf = (user: string): Tmpi => Tmpi(`${user}@${domain}`)

/** The first six characters: enough to tell two apart on a screen. */
export const shortTmpi = (tmpi: string): string => `${tmpi.slice(0, 6)}…`
