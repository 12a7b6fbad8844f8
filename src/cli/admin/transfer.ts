import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { hex } from '../../core/bytes.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import { localUser } from '../../io/admin/admin-caller.ts'
import { unwritable } from '../../io/output.ts'
import { subscribersWithKeys, type SubscriberView } from '../../entities/hss/administration.ts'
import type { Subscriber } from '../../entities/hss/ports.ts'
import type { PermissionsView } from '../../nodes/administration/administration.ts'
import { exportedColumns, headerOf, lineOf } from '../../nodes/administration/csv-form.ts'
import { checkImport, partsOf } from '../../nodes/administration/import-check.ts'
import { openImportFile, type ImportFile, type ImportRow } from '../../nodes/administration/import-file.ts'
import { InvalidImport } from '../../nodes/administration/invalid-import.ts'
import { importChecks, openHssPorts } from '../../nodes/administration/open.ts'
import type { AdministeredPlmn } from '../../nodes/administration/ports.ts'
import { ConflictingRecords, InvalidRecords } from '../../core/administration.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { countedSpaced, Progress } from '../progress.ts'
import type { Surroundings } from '../commands/run-once.ts'
import { pagesOf, toKmf } from './subscriber.ts'
import { chosenPlmn, loaded, withHss, withKmf, type AdminFlags } from './ways.ts'

export interface ImportFlags extends AdminFlags {
  readonly replace?: boolean
}

/** All subscribers of a file, or none (B73). */
export async function importFile(
  file: string,
  flags: ImportFlags,
  { terminal, services }: Surroundings,
): Promise<ExitCode> {
  if (flags.at !== undefined && flags.kmfAt === undefined)
    throw new WrongUsage('--at is the HSS; the KMF is to know of this too', 'add --kmf-at ADDRESS')
  const of = chosenPlmn(flags, await loaded(flags, services))
  const rows = openImportFile(file)
  const peers = await withKmf(of, flags, flags.kmfAt, (kmf) => kmf.peers.list())
  const checks = importChecks(
    of,
    peers.map(({ plmn }) => plmn),
  )
  const total = await checkImport(file, rows, checks)
  const progress = new Progress(terminal, { name: 'import', unit: 'subscribers', json: flags.json ?? false })
  const told = (count: number) => {
    if (!flags.quiet) progress.done(count, total)
  }
  const count = await telling(file, rows, () =>
    withHss(of, flags, (hss) => hss.importAll(hssRecords(rows, told), flags.replace ?? false)),
  ).finally(() => progress.end())
  await toKmf(of, flags, kmfRecords(rows), terminal)
  if (flags.json) terminal.out(JSON.stringify({ event: 'result', schema: 1, file, imported: count }))
  else terminal.out(`${countedSpaced(count, 'subscriber')} imported from ${file}`)
  return exitCodes.done
}

async function* hssRecords(rows: ImportFile, told: (count: number) => void): AsyncGenerator {
  let count = 0
  for await (const { record } of rows()) {
    yield partsOf(record).hss
    told(++count)
  }
}

async function* kmfRecords(rows: ImportFile): AsyncGenerator {
  for await (const { record } of rows()) yield partsOf(record).kmf
}

/** What a node says of its records, with the lines of the file. */
export async function telling<Result>(
  file: string,
  rows: ImportFile,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConflictingRecords || error instanceof InvalidRecords)) throw error
    const places = new Map<number, ImportRow['place']>()
    let at = 0
    for await (const { place } of rows()) {
      if (error.mistakes.some((mistake) => mistake.at === at)) places.set(at, place)
      at++
    }
    const mistakes = error.mistakes.map(({ at, field, reason }) => ({
      ...places.get(at)?.(field),
      field,
      reason,
    }))
    throw new InvalidImport(file, mistakes, { cause: error })
  }
}

export interface ExportFlags extends AdminFlags {
  /** A file that gets keys too. */
  readonly withKeys?: string
}

/** Subscribers of one PLMN as CSV: on stdout without keys, with keys into a file of mode 0600 that must not be there. */
export async function exportAll(flags: ExportFlags, { terminal, services }: Surroundings): Promise<ExitCode> {
  const of = chosenPlmn(flags, await loaded(flags, services))
  const { withKeys } = flags
  if (withKeys !== undefined) {
    if (flags.at !== undefined) throw new WrongUsage('keys never leave a node: no --at with --with-keys')
    const count = await exportWithKeys(withKeys, of, flags)
    if (flags.json) terminal.out(JSON.stringify({ event: 'result', schema: 1, file: withKeys, exported: count }))
    else terminal.out(`${countedSpaced(count, 'subscriber')} with keys in ${withKeys}, in the clear: keep it as you keep the keys`) // prettier-ignore
    return exitCodes.done
  }
  const columns = exportedColumns(false)
  if (!flags.json) terminal.out(headerOf(columns))
  await withHss(of, flags, async (hss) => {
    const permissions = await allPermissions(of, flags)
    for await (const page of pagesOf((after, limit) => hss.list(after, limit)))
      for (const view of page) {
        const record = recordOfView(view, permissions.get(view.imsi))
        terminal.out(
          flags.json ? JSON.stringify({ event: 'row', schema: 1, ...record }) : lineOf(record, columns),
        )
      }
  })
  return exitCodes.done
}

type Permissions = ReadonlyMap<string, readonly string[]>

async function allPermissions(of: AdministeredPlmn, flags: AdminFlags): Promise<Permissions> {
  const permissions = new Map<string, readonly string[]>()
  if (flags.at !== undefined && flags.kmfAt === undefined) return permissions
  await withKmf(of, flags, flags.kmfAt, async (kmf) => {
    for await (const page of pagesOf<PermissionsView>((after, limit) => kmf.list(after, limit)))
      for (const { imsi, mayLinkWith } of page) permissions.set(imsi, mayLinkWith)
  })
  return permissions
}

const recordOfView = (
  { imsi, impi, algorithm, amf, gba, ksLifetimeSeconds, prose }: SubscriberView,
  mayLinkWith: readonly string[] = [],
) => ({
  ...{ imsi, impi, aka: { algorithm, amf }, gba },
  ...(ksLifetimeSeconds !== undefined && { ksLifetimeSeconds }),
  ...(prose && { prose: { ...prose, mayLinkWith } }),
})

function recordOf(
  { imsi, impi, aka, amf, gba, ksLifetime, prose }: Subscriber,
  mayLinkWith: readonly string[] = [],
) {
  const constant = aka.algorithm === 'MILENAGE' ? { opc: hex(aka.opc) } : { topc: hex(aka.topc), keccakIterations: aka.keccakIterations } // prettier-ignore
  return {
    ...{ imsi, impi, gba, aka: { algorithm: aka.algorithm, k: hex(aka.k), ...constant, amf: hex(amf) } },
    ...(ksLifetime !== undefined && { ksLifetimeSeconds: ksLifetime }),
    ...(prose && { prose: { ...prose, ueIds: prose.ueIds.map(hexOf24), mayLinkWith } }),
  }
}

/** From the store itself: no node answers with keys. */
async function exportWithKeys(file: string, of: AdministeredPlmn, flags: AdminFlags): Promise<number> {
  const permissions = await allPermissions(of, flags)
  const { ports, close } = await openHssPorts(of)
  const columns = exportedColumns(true)
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600 })
  let count = 0
  try {
    await once(output, 'open')
    output.write(`${headerOf(columns)}\n`)
    for await (const subscriber of subscribersWithKeys(localUser(), ports)) {
      count++
      const line = `${lineOf(recordOf(subscriber, permissions.get(subscriber.imsi)), columns)}\n`
      if (!output.write(line)) await once(output, 'drain')
    }
    output.end()
    await once(output, 'close')
    return count
  } catch (error) {
    throw unwritable(file, error)
  } finally {
    await close()
  }
}
