import { stringify } from 'yaml'
import { InvalidValue } from '../../core/errors.ts'
import { Plmn } from '../../core/identities/plmn.ts'
import { yamlRows } from '../../nodes/administration/import-file.ts'
import type { PeerPlmnView } from '../../nodes/peer-plmns/administration.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Surroundings } from '../commands/run-once.ts'
import { tableOf } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { confirmed, type RemoveFlags } from './confirm.ts'
import { telling, type ImportFlags } from './transfer.ts'
import { chosenPlmn, chosenPlmns, loaded, withKmf, type AdminFlags } from './ways.ts'

export interface AddPeerFlags extends AdminFlags {
  readonly realm?: string
  readonly ueIds?: readonly string[]
  readonly kmf?: readonly string[]
  readonly bsfName?: readonly string[]
  readonly kmfName?: readonly string[]
  readonly extension?: readonly string[]
  readonly replace?: boolean
}

/** A PLMN that was typed; throws WrongUsage. */
function plmnOf(text: string): Plmn {
  try {
    return Plmn(text)
  } catch (error) {
    if (error instanceof InvalidValue) throw new WrongUsage(error.message, 'for example 001-02')
    throw error
  }
}

/** `host` or `host@address`. */
function kmfOf(text: string) {
  const [host, ...address] = text.split('@')
  return { host, ...(address.length > 0 && { address: address.join('@') }) }
}

/** As it was typed: the KMF knows what is wrong with it. */
function recordOf(plmn: Plmn, flags: AddPeerFlags) {
  const { realm, ueIds, kmf, bsfName, kmfName, extension } = flags
  if (!ueIds || !kmf)
    throw new WrongUsage(
      '--ue-ids and --kmf are needed',
      'its ProSe UE IDs and KMFs: --ue-ids 080000-0fffff --kmf HOST@ADDRESS',
    )
  return {
    ...{ plmn, proseUeIds: ueIds, kmfs: kmf.map(kmfOf) },
    ...(realm !== undefined && { realm }),
    ...(bsfName && { bsfNames: bsfName }),
    ...(kmfName && { kmfNames: kmfName }),
    ...(extension && { extensions: extension }),
  }
}

/** Adds a peer PLMN to a KMF. */
export async function add(
  text: string,
  flags: AddPeerFlags,
  { terminal, services }: Surroundings,
): Promise<ExitCode> {
  const plmn = plmnOf(text)
  const record = recordOf(plmn, flags)
  const of = chosenPlmn(flags, await loaded(flags, services))
  return withKmf(of, flags, flags.at, async ({ peers }) => {
    await peers.add(record, flags.replace ?? false)
    tellOne(await peers.show(plmn), flags, terminal)
    return exitCodes.done
  })
}

export async function show(
  text: string,
  flags: AdminFlags,
  { terminal, services }: Surroundings,
): Promise<ExitCode> {
  const plmn = plmnOf(text)
  const of = chosenPlmn(flags, await loaded(flags, services))
  return withKmf(of, flags, flags.at, async ({ peers }) => {
    tellOne(await peers.show(plmn), flags, terminal)
    return exitCodes.done
  })
}

/** Peers of the KMFs of all PLMNs, or of one. */
export async function list(
  flags: AdminFlags,
  { terminal: { out }, services }: Surroundings,
): Promise<ExitCode> {
  const chosen = chosenPlmns(flags, await loaded(flags, services))
  const rows: (readonly string[])[] = []
  for (const of of flags.at === undefined ? chosen : chosen.slice(0, 1))
    for (const view of await withKmf(of, flags, flags.at, ({ peers }) => peers.list()))
      if (flags.json)
        out(JSON.stringify({ event: 'row', schema: 1, ...(flags.at === undefined && { of: of.plmn.plmn }), ...view })) // prettier-ignore
      else rows.push([...(flags.at === undefined ? [of.plmn.plmn] : []), ...rowOf(view)])
  const head = ['peer', 'ProSe UE IDs', 'KMFs', 'kept in']
  for (const line of tableOf(flags.at === undefined ? ['of', ...head] : head, rows)) out(line)
  return exitCodes.done
}

const kmfsIn = ({ kmfs, connections = {} }: PeerPlmnView): readonly string[] =>
  kmfs.map(({ host, address }) => {
    const state = connections[host]
    return `${host}${address === undefined ? '' : `@${address}`}${state === undefined ? '' : ` (${state})`}`
  })

const rowOf = (view: PeerPlmnView): readonly string[] => [
  ...[view.plmn, view.proseUeIds.join(' '), kmfsIn(view).join(' '), view.keptIn ?? 'the store'],
]

function tellOne(view: PeerPlmnView, { json }: AdminFlags, { out }: Terminal): void {
  if (json) {
    out(JSON.stringify({ event: 'result', schema: 1, ...view }))
    return
  }
  const lines = [
    ['peer', view.plmn],
    ['realm', view.realm],
    ['ProSe UE IDs', view.proseUeIds.join(' ')],
    ['KMFs', kmfsIn(view).join(' ')],
    ['names of KMF', view.kmfNames.join(' ')],
    ['names of BSF', view.bsfNames.join(' ')],
    ['extensions', view.extensions.join(' ') || 'none'],
    ['kept in', view.keptIn ?? 'the store'],
  ]
  for (const [name = '', value = ''] of lines) out(`${name.padEnd(13)} ${value}`)
}

/** Removes a peer PLMN: it is refused from then on. */
export async function remove(
  text: string,
  flags: RemoveFlags,
  { terminal, services }: Surroundings,
): Promise<ExitCode> {
  const plmn = plmnOf(text)
  const of = chosenPlmn(flags, await loaded(flags, services))
  if (!(await confirmed(`remove the peer ${plmn}`, flags, terminal))) return exitCodes.otherOutcome
  await withKmf(of, flags, flags.at, ({ peers }) => peers.remove(plmn))
  if (flags.json) terminal.out(JSON.stringify({ event: 'result', schema: 1, plmn, removed: true }))
  else if (!flags.quiet) terminal.out(`the KMF of ${of.plmn.plmn} has no peer ${plmn} any more`)
  return exitCodes.done
}

/** All peers of a file, or none (B73). */
export async function importFile(
  file: string,
  flags: ImportFlags,
  { terminal, services }: Surroundings,
): Promise<ExitCode> {
  const of = chosenPlmn(flags, await loaded(flags, services))
  const rows = () => yamlRows(file, 'peers')
  const records = Array.from(rows(), ({ record }) => record)
  const count = await telling(file, rows, () =>
    withKmf(of, flags, flags.at, ({ peers }) => peers.importAll(records, flags.replace ?? false)),
  )
  if (flags.json) terminal.out(JSON.stringify({ event: 'result', schema: 1, file, imported: count }))
  else terminal.out(`${count} ${count === 1 ? 'peer' : 'peers'} imported from ${file}`)
  return exitCodes.done
}

/** What the store of one KMF keeps, in the form that import takes. */
export async function exportAll(flags: AdminFlags, { terminal, services }: Surroundings): Promise<ExitCode> {
  const of = chosenPlmn(flags, await loaded(flags, services))
  const all = await withKmf(of, flags, flags.at, ({ peers }) => peers.list())
  const kept = all
    .filter(({ keptIn }) => keptIn === undefined)
    .map((view) => Object.fromEntries(Object.entries(view).filter(([name]) => name !== 'connections')))
  if (flags.json)
    for (const record of kept) terminal.out(JSON.stringify({ event: 'row', schema: 1, ...record })) // prettier-ignore
  else terminal.out(stringify({ peers: kept }, { lineWidth: 0 }).trimEnd())
  return exitCodes.done
}
