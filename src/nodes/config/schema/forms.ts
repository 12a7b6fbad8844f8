import { z } from 'zod'
import { fromHex } from '../../../core/bytes.ts'
import { InvalidValue } from '../../../core/errors.ts'
import { Fqdn } from '../../../core/identities/fqdn.ts'
import { Plmn } from '../../../core/identities/plmn.ts'
import { Imsi } from '../../../core/identities/subscriber.ts'
import { seconds } from '../../../core/units.ts'
import { checkGivenName } from '../../../io/lab/given.ts'
import type { ListenAddress } from '../network-config.ts'
import { looksLike } from './about.ts'

/** A text that `parse` takes; its InvalidValue becomes the mistake. `form` says what it looks like. */
export const text = <Value>(form: string, parse: (text: string) => Value) =>
  z
    .string()
    .transform((value, context) => {
      try {
        return parse(value)
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error
        context.addIssue({ code: 'custom', message: error.message })
        return z.NEVER
      }
    })
    .meta(looksLike(form))

/** Hex digits of the given number of octets. */
export const hexText = <Value>(octets: number, parse: (octets: Uint8Array) => Value) =>
  text(`${2 * octets} hex digits`, (value) => {
    if (value.length !== 2 * octets) throw new InvalidValue('hex', `${2 * octets} hex digits are needed`)
    return parse(fromHex(value))
  })

/** `127.0.0.1:3868`, `[::1]:3868`, `localhost:0`; throws InvalidValue. */
export function parseAddress(value: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9.-]{1,250})):(\d{1,5})$/.exec(value)
  const port = Number(match?.[3])
  if (!match || port > 65535) throw new InvalidValue('address', 'host:port is needed, [host]:port for IPv6')
  return { host: match[1] ?? match[2] ?? '', port }
}

/** The name of a file. What looks like a key is refused: it would be shown wherever the name is (R31). */
function parseFileName(value: string): string {
  if (value === '' || value.includes('\0')) throw new InvalidValue('file', 'a name is needed')
  if (/^[0-9a-fA-F]{32,}$/.test(value))
    throw new InvalidValue('file', 'this looks like a key; name a file that holds it')
  return value
}

function parseGivenName(value: string): string {
  checkGivenName(value)
  parseFileName(value.replace(/^(env|credential):/, ''))
  return value
}

const day = 86400
export const secondsUpToADay = z.int().min(1).max(day).transform(seconds).meta({ unit: 's' })
const count = z.int().min(1).max(1_000_000)
export const countOrUnlimited = z.union([count, z.literal('unlimited').transform(() => Infinity)])
export const fqdn = text('domain name', Fqdn)
export const plmn = text('MCC-MNC', Plmn)
export const imsi = text('IMSI', Imsi)
export const address = text('host:port', parseAddress)
export const fileName = text('file', parseFileName)
/** What is read and never written: a secret or a certificate. */
export const givenFile = text('file, env:NAME or credential:NAME', parseGivenName)
export const gba = z.enum(['GBA_ME', 'GBA_U'])
