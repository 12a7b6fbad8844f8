import type { Brand } from '../brand.ts'
import { InvalidValue } from '../errors.ts'
import { Fqdn } from './fqdn.ts'
import { plmnLabels, type Plmn } from './plmn.ts'
import { isTmpi } from './tmpi.ts'

/** International mobile subscriber identity, 6 to 15 digits. TS 23.003 2.2. */
export type Imsi = Brand<string, 'IMSI'>
/** IP multimedia private identity, `user@realm`. TS 23.003 13.3. */
export type Impi = Brand<string, 'IMPI'>

export function Imsi(text: string): Imsi {
  if (!/^\d{6,15}$/.test(text)) throw new InvalidValue('IMSI', '6 to 15 digits are needed', 'TS 23.003 2.2')
  return text as Imsi
}

export function Impi(text: string): Impi {
  const at = text.lastIndexOf('@')
  if (!/^[A-Za-z0-9._+-]{1,64}$/.test(text.slice(0, Math.max(0, at))))
    throw new InvalidValue('IMPI', 'user@realm is needed', 'TS 23.003 13.3')
  Fqdn(text.slice(at + 1))
  if (isTmpi(text)) throw new InvalidValue('IMPI', 'a temporary one stands for another', 'TS 33.220 B.4')
  return text as Impi
}

/** The IMPI of a subscriber whose card has a USIM only. TS 23.003 13.3. */
export const impiOfImsi = (imsi: Imsi, home: Plmn): Impi =>
  `${imsi}@ims.${plmnLabels(home)}.3gppnetwork.org` as Impi

/** The IMSI in an IMPI of that form, undefined for an IMPI of another form. */
export function imsiOfImpi(impi: Impi): Imsi | undefined {
  const match = /^(\d{6,15})@ims\.mnc\d{3}\.mcc\d{3}\.3gppnetwork\.org$/.exec(impi)
  return match?.[1] as Imsi | undefined
}

/** MCC, MNC and the last two digits: the only form that logs, fields and screens show (R31). */
export function maskedImsi(imsi: string): string {
  const shown = 5 + 2
  return imsi.length <= shown
    ? '·'.repeat(imsi.length)
    : `${imsi.slice(0, 5)}${'·'.repeat(imsi.length - shown)}${imsi.slice(-2)}`
}

/** The user part of an IMPI: masked as an IMSI where it is one, else nothing of it is shown (R31). */
export function maskedImpi(impi: string): string {
  const [user = ''] = impi.split('@', 1)
  return /^\d+$/.test(user) ? maskedImsi(user) : '·'.repeat(user.length)
}
