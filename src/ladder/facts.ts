import type { Fields, JsonValue } from '../core/tap.ts'
import { fromHex } from '../core/bytes.ts'
import { NafId, nafFqdn } from '../core/identities/naf-id.ts'
import { hexOf24 } from '../core/identities/prose.ts'
import { shortBTid } from '../core/identities/b-tid.ts'
import type { Instant } from '../core/units.ts'
import { duration } from './names.ts'

/** Words for one field, empty when it says nothing here. */
type Words = (value: string, fields: Fields, time: Instant) => string

const labelled =
  (label: string): Words =>
  (value) =>
    `${label} ${value}`

const until =
  (label: string): Words =>
  (value, _, time) => {
    const expiry = Date.parse(value)
    return `${label}${Number.isNaN(expiry) ? value : duration(expiry - time)}`
  }

const identity: Words = (value) =>
  value.includes('@') || value.includes('…') ? btid(value) : `IMSI ${value}`
const btid = (value: string): string => `B-TID ${value.includes('@') ? shortBTid(value) : value}`
const gpi: Words = (value) => (value === 'false' ? 'no GPI' : 'GPI')

/** What a ladder says of fields, in this order; all others stand in `--json` and captures only. */
const facts: Readonly<Record<string, Words>> = {
  'Result-Code': (value) => value,
  'Experimental-Result': (value) => experimentalResults[value] ?? value,
  error: (value) => value,
  cause: (value) => `cause ${value.split(' ', 1)[0] ?? ''}`,
  reason: (value) => `reason ${value.split(' ', 1)[0] ?? ''}`,
  ue1Id: identity,
  imsi: identity,
  'User-Name': (value) => (value.includes('@') ? '' : `IMSI ${value}`),
  'UE-Id': labelled('IMSI'),
  tmpi: labelled('TMPI'),
  btid,
  'Transaction-Identifier': btid,
  dksi: (value, fields) => ('lsbOfKdSessId' in fields ? '' : `DKSI ${value}`),
  msbOfKdSessId: labelled('DKSI'),
  chosenAlgorithms: (value) => value.replaceAll('128-', ''),
  ueSecurityCapabilities: (value, fields) => ('chosenAlgorithms' in fields ? '' : algorithmRanges(value)),
  extensionSet: (value, fields) =>
    'chosenAlgorithms' in fields || value === '0' ? '' : withoutNumber(value),
  lsbOfKdSessId: (value, fields) => `${wordOf(fields['dksi'] ?? '')}${value}`,
  ue2Id: labelled('UE-2 ID'),
  'ProSe-UE-ID': (value) => `UE-2 ID ${/^\d+$/.test(value) ? hexOf24(Number(value)) : value}`,
  proseUeId: labelled('UE-2 is'),
  proseRelayUeId: labelled('relay is'),
  relayServiceCode: labelled('Relay Service Code'),
  'PC5-Relay-Service-Code': (value) => `Relay Service Code ${hexOf24(Number(value))}`,
  'NAF-Id': (value, fields) => ('UE-Id' in fields ? `NAF ${nafFqdn(NafId(fromHex(value)))}` : ''),
  ipAddressConfig: (value) => (value.startsWith('4') ? '' : value.replace(/^\d+ /, '')),
  pdk: (value) => `PDK #${value}`,
  'ProSe-Direct-Key': (value) => `PDK ${value}`,
  'ME-Key-Material': (value) => `Ks_NAF ${value}`,
  'Key-ExpiryTime': until(''),
  keyExpiry: until(''),
  expires: until('valid '),
  lifetime: until('valid '),
  gpi,
  'GBA-Push-Info': () => 'GPI',
}

/** `7 E1 E2 E3` as `E1 E2 E3`. */
const withoutNumber = (value: string): string => value.replace(/^\d+ /, '')

const experimentalResults: Readonly<Record<string, string>> = {
  '5403': '5403: this BSF knows no such B-TID',
  '5633': '5633: not authorised',
}

/** `128-EEA1 128-EEA2 128-EEA3 128-EIA2` as `EEA1-3  EIA2`. */
function algorithmRanges(names: string): string {
  const ranges = ['EEA', 'EIA'].map((family) => {
    const ids = [...names.matchAll(new RegExp(`${family}(\\d)`, 'g'))].map((match) => Number(match[1]))
    const [first = 0] = ids
    const last = ids.at(-1) ?? 0
    if (ids.length < 2 || last - first !== ids.length - 1) return ids.map((id) => `${family}${id}`).join(' ')
    return `${family}${first}-${last}`
  })
  return ranges.join('  ').trim()
}

/** A value as words; of a nested result its code, otherwise nothing of a nested value. */
export function wordOf(value: JsonValue): string {
  if (Array.isArray(value)) return value.map(wordOf).join(' ')
  if (value === null) return ''
  if (typeof value !== 'object') return String(value)
  return 'Experimental-Result-Code' in value ? wordOf(value['Experimental-Result-Code'] ?? '') : ''
}

/** The words of one field, none for a field that is not there. */
export const fieldWord = (fields: Fields, name: string): string => wordOf(fields[name] ?? null)

/** What a ladder says of these fields of a message or decision given at `time`. */
export function factsOf(fields: Fields, time: Instant): string[] {
  return Object.entries(facts)
    .map(([name, words]) => {
      const word = Object.hasOwn(fields, name) ? wordOf(fields[name] ?? null) : ''
      return word === '' ? '' : words(word, fields, time)
    })
    .filter((text) => text !== '')
}

/** `PDK #4b4d75c5`: a key shows as its name and fingerprint (R31). */
export const keyFacts = (keys: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(keys).map(([name, fingerprint]) => `${name} #${fingerprint}`)
