import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { hex, utf8 } from '../../core/bytes.ts'
import { mcc, mnc } from '../../core/identities/plmn.ts'
import { hexOf24, ProseUeId } from '../../core/identities/prose.ts'
import { impiOfImsi, Imsi, type Impi } from '../../core/identities/subscriber.ts'
import { K, Opc, Topc, type AkaSecrets } from '../../core/keys.ts'
import type { GbaType, PlmnConfig } from '../../nodes/config/network-config.ts'
import { exportedColumns, headerOf, lineOf } from '../../nodes/administration/csv-form.ts'
import { partsOf } from '../../nodes/administration/import-check.ts'
import { openImportFile } from '../../nodes/administration/import-file.ts'
import { InvalidImport } from '../../nodes/administration/invalid-import.ts'
import { subscriberIn } from '../../nodes/administration/records.ts'
import { WrongLoad } from './mix.ts'

/** Subscribers of one PLMN that UEs of a load have, by their number from 0. */
export interface LoadSubscribers {
  readonly count: number
  imsi(at: number): Imsi
  impi(at: number): Impi
  aka(at: number): AkaSecrets
  gba(at: number): GbaType
  /** Undefined for one without ProSe settings. */
  ueId(at: number): ProseUeId | undefined
}

/** MSINs of made subscribers begin with it. */
const firstDigit = '9'

/**
 * Subscribers made of a seed: the same each time, and nothing of them is held. K and OPc are the halves of
 * HMAC-SHA-256(seed, IMSI); ProSe UE IDs are those of the PLMN that the file gives to nobody, from the highest down.
 */
export function seededSubscribers(seed: Uint8Array, plmn: PlmnConfig, count: number): LoadSubscribers {
  const key = createSecretKey(seed)
  const prefix = mcc(plmn.plmn) + mnc(plmn.plmn) + firstDigit
  const digits = 15 - prefix.length
  const ids = freeIdsFromAbove(plmn)
  const room = Math.min(10 ** digits, ids.count)
  if (count > room) throw new WrongLoad(`${plmn.plmn} has ProSe UE IDs for ${room} subscribers, not ${count}`, 'widen kmf.proseUeIds') // prettier-ignore
  const imsi = (at: number) => Imsi(prefix + String(at).padStart(digits, '0'))
  return {
    ...{ count, imsi, gba: () => 'GBA_ME' },
    impi: (at) => impiOfImsi(imsi(at), plmn.plmn),
    aka: (at) => secretsOf(key, imsi(at)),
    ueId: (at) => ids.at(at),
  }
}

function secretsOf(key: KeyObject, imsi: Imsi): AkaSecrets {
  const octets = createHmac('sha256', key).update(utf8(imsi)).digest()
  return { algorithm: 'MILENAGE', k: K(octets.subarray(0, 16)), opc: Opc(octets.subarray(16)) }
}

/** IDs of the ranges of a PLMN without those that its file names, highest first. */
function freeIdsFromAbove({ kmf, subscribers }: PlmnConfig) {
  const named = subscribers.flatMap(({ prose }) => prose?.ueIds ?? [])
  const ranges = [...kmf.proseUeIds].sort(([one], [other]) => other - one)
  const parts = ranges.flatMap(([first, last]) => {
    const inside = named.filter((id) => id >= first && id <= last).sort((one, other) => other - one)
    const ends = [last, ...inside.map((id) => id - 1)]
    return ends.map((end, at) => ({ end, size: end - (inside[at] ?? first - 1) }))
  })
  return {
    count: parts.reduce((sum, { size }) => sum + size, 0),
    at(nth: number): ProseUeId | undefined {
      let left = nth
      for (const { end, size } of parts) {
        if (left < size) return ProseUeId(end - left)
        left -= size
      }
      return undefined
    },
  }
}

/** Lines of an import file for these subscribers, keys in the clear; each may link with UEs of every PLMN. */
export function* importLines(subscribers: LoadSubscribers): Generator<string> {
  const columns = exportedColumns(true)
  yield headerOf(columns)
  for (let at = 0; at < subscribers.count; at++) {
    const aka = subscribers.aka(at)
    const ueId = subscribers.ueId(at)
    if (aka.algorithm !== 'MILENAGE' || ueId === undefined) throw new Error('made subscribers have both')
    const prose = { ueIds: [hexOf24(ueId)], permissions: ['one-to-one'], mayLinkWith: ['*'] }
    const secrets = { algorithm: aka.algorithm, k: hex(aka.k), opc: hex(aka.opc) }
    yield lineOf({ imsi: subscribers.imsi(at), aka: secrets, prose }, columns)
  }
}

/** Octets of the keys of one subscriber: K, up to 32, and OPc or TOPc, up to 32. */
const widthOfKeys = 64

/** The first `count` subscribers of an import file, or all of them. Throws InvalidImport, WrongLoad. */
export async function importedSubscribers(
  file: string,
  { plmn }: PlmnConfig,
  count: number,
): Promise<LoadSubscribers> {
  const keys = new Uint8Array(count * widthOfKeys)
  const imsis = new Float64Array(count)
  const lengths = new Uint8Array(count)
  const ueIds = new Uint32Array(count)
  /** What few have: TUAK, GBA_U, an IMPI of another form. */
  const others = new Map<number, { impi: Impi; gba: GbaType; iterations: number | undefined }>()
  let read = 0
  for await (const { record, place } of openImportFile(file)()) {
    if (read === count) break
    const subscriber = subscriberIn(partsOf(record).hss, plmn)
    if (!('imsi' in subscriber)) throw new InvalidImport(file, subscriber.map((misfit) => ({ ...place(misfit.field), ...misfit }))) // prettier-ignore
    const { imsi, impi, aka, gba, prose } = subscriber
    keys.set(aka.k, read * widthOfKeys)
    keys.set(aka.algorithm === 'TUAK' ? aka.topc : aka.opc, read * widthOfKeys + 32)
    lengths[read] = aka.k.length
    imsis[read] = Number(`1${imsi}`)
    ueIds[read] = prose?.ueIds[0] ?? 0
    const iterations = aka.algorithm === 'TUAK' ? aka.keccakIterations : undefined
    if (iterations !== undefined || gba !== 'GBA_ME' || impi !== impiOfImsi(imsi, plmn))
      others.set(read, { impi, gba, iterations })
    read++
  }
  if (read < count) throw new WrongLoad(`${file} has ${read} subscribers, not ${count}`, `--ues ${read}`)
  const imsiOf = (at: number) => Imsi(String(imsis[at] ?? 0).slice(1))
  return {
    ...{ count, imsi: imsiOf },
    impi: (at) => others.get(at)?.impi ?? impiOfImsi(imsiOf(at), plmn),
    gba: (at) => others.get(at)?.gba ?? 'GBA_ME',
    ueId: (at) => (ueIds[at] ? ProseUeId(ueIds[at]) : undefined),
    aka(at) {
      const from = at * widthOfKeys
      const k = K(keys.slice(from, from + (lengths[at] ?? 16)))
      const keccakIterations = others.get(at)?.iterations
      const constant = keys.slice(from + 32, from + widthOfKeys)
      return keccakIterations === undefined
        ? { algorithm: 'MILENAGE', k, opc: Opc(constant.subarray(0, 16)) }
        : { algorithm: 'TUAK', k, topc: Topc(constant), keccakIterations }
    },
  }
}
