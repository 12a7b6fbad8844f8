import { NotFound } from '../../core/administration.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { SubscriberView } from '../../entities/hss/administration.ts'
import type { HssAdministration, PermissionsView } from '../../nodes/administration/administration.ts'
import type { AdministeredPlmn } from '../../nodes/administration/ports.ts'
import type { SubscriberInput } from '../../nodes/administration/records.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Surroundings } from '../commands/run-once.ts'
import { tableOf } from '../table.ts'
import { note, type Terminal } from '../terminal.ts'
import { confirmed, type RemoveFlags } from './confirm.ts'
import { readSecrets, type SecretFlag } from './secrets-typed.ts'
import { chosenPlmns, homeOf, imsiOf, loaded, withHss, withKmf, type AdminFlags } from './ways.ts'

export interface AddFlags extends AdminFlags {
  readonly kFile?: string
  readonly opcFile?: string
  readonly opFile?: string
  readonly topcFile?: string
  readonly keccakIterations?: string
  readonly amf?: string
  readonly gba?: string
  readonly impi?: string
  readonly ksLifetimeSeconds?: string
  readonly ueId?: readonly string[]
  readonly permission?: readonly string[]
  readonly publicSafety?: boolean
  readonly mayLinkWith?: readonly string[]
  readonly replace?: boolean
}

/** Adds one subscriber to the HSS and what it may to the KMF. */
export async function add(text: string, flags: AddFlags, surroundings: Surroundings): Promise<ExitCode> {
  const imsi = imsiOf(text)
  const config = await loaded(flags, surroundings.services)
  const home = homeOf(imsi, flags, config)
  const permissions = { imsi, gba: flags.gba ?? 'GBA_ME', mayLinkWith: flags.mayLinkWith ?? [] }
  const isForKmf = permissions.gba !== 'GBA_ME' || permissions.mayLinkWith.length > 0
  refuseWithoutKmf(isForKmf, flags)
  const record = { ...recordOf(imsi, flags), aka: akaOf(flags) }
  return withHss(home, flags, async (hss) => {
    await hss.add(record, flags.replace ?? false)
    if (flags.at === undefined || flags.kmfAt !== undefined)
      await toKmf(home, flags, [permissions], surroundings.terminal)
    tellOne(await hss.show(imsi), permissions, flags, surroundings.terminal)
    return exitCodes.done
  })
}

function refuseWithoutKmf(isForKmf: boolean, { at, kmfAt }: AdminFlags): void {
  if (isForKmf && at !== undefined && kmfAt === undefined)
    throw new WrongUsage('--at is the HSS; the KMF is to know of this too', 'add --kmf-at ADDRESS')
}

/** The HSS has it: what the KMF does not take is said apart. */
export async function toKmf(
  home: AdministeredPlmn,
  flags: AdminFlags,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  terminal: Terminal,
): Promise<void> {
  try {
    await withKmf(home, flags, flags.kmfAt, (kmf) => kmf.importAll(records))
  } catch (error) {
    note(terminal, 'the HSS has them, the KMF knows no permission of them yet: run it again with --replace')
    throw error
  }
}

const numberOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN)

function recordOf(imsi: Imsi, flags: AddFlags): Omit<SubscriberInput, 'aka'> {
  const { impi, gba, ksLifetimeSeconds, ueId, permission, publicSafety, mayLinkWith } = flags
  const isProse = [ueId, permission, publicSafety, mayLinkWith].some((flag) => flag !== undefined)
  return {
    imsi,
    ...(impi !== undefined && { impi }),
    ...(gba !== undefined && { gba: gba as 'GBA_ME' }),
    ...(ksLifetimeSeconds !== undefined && { ksLifetimeSeconds: numberOf(ksLifetimeSeconds) }),
    ...(isProse && {
      prose: {
        ...(ueId && { ueIds: [...ueId] }),
        publicSafety: publicSafety ?? false,
        permissions: [...(permission ?? [])] as 'relay'[],
      },
    }),
  }
}

/** K, then the operator constant; throws WrongUsage, InvalidConfig. */
function akaOf({
  kFile,
  opcFile,
  opFile,
  topcFile,
  keccakIterations,
  amf,
}: AddFlags): SubscriberInput['aka'] {
  const constant = (flag: string, file: string | undefined, what: string, count: number): SecretFlag[] =>
    file === undefined ? [] : [{ flag, file, what, octets: [count] }]
  const [secret, ...more] = [
    ...constant('--opc-file', opcFile, 'OPc', 16),
    ...constant('--op-file', opFile, 'OP', 16),
    ...constant('--topc-file', topcFile, 'TOPc', 32),
  ]
  if (kFile === undefined || !secret || more.length > 0)
    throw new WrongUsage('--k-file and one of --opc-file, --op-file and --topc-file are needed', 'hex digits in files of mode 0600, - for a line of stdin') // prettier-ignore
  const octets = secret.what === 'TOPc' ? [16, 32] : [16]
  const [k = '', value = ''] = readSecrets([{ flag: '--k-file', file: kFile, what: 'K', octets }, secret])
  const shared = { k, ...(amf !== undefined && { amf }) }
  if (secret.what === 'TOPc') {
    const iterations = keccakIterations === undefined ? {} : { keccakIterations: numberOf(keccakIterations) }
    return { algorithm: 'TUAK', ...shared, topc: value, ...iterations }
  }
  return { algorithm: 'MILENAGE', ...shared, [secret.what === 'OP' ? 'op' : 'opc']: value }
}

/** One subscriber, without keys. */
export async function show(text: string, flags: AdminFlags, surroundings: Surroundings): Promise<ExitCode> {
  const imsi = imsiOf(text)
  const home = homeOf(imsi, flags, await loaded(flags, surroundings.services))
  const view = await withHss(home, flags, (hss) => hss.show(imsi))
  tellOne(view, await permissionsOf(imsi, home, flags), flags, surroundings.terminal)
  return exitCodes.done
}

/** What the KMF keeps of it; undefined when nobody said where the KMF is. */
async function permissionsOf(
  imsi: Imsi,
  home: AdministeredPlmn,
  flags: AdminFlags,
): Promise<Pick<PermissionsView, 'mayLinkWith'> | undefined> {
  if (flags.at !== undefined && flags.kmfAt === undefined) return undefined
  try {
    return await withKmf(home, flags, flags.kmfAt, (kmf) => kmf.show(imsi))
  } catch (error) {
    if (error instanceof NotFound) return { mayLinkWith: [] }
    throw error
  }
}

function tellOne(
  view: SubscriberView,
  permissions: Pick<PermissionsView, 'mayLinkWith'> | undefined,
  { json }: AdminFlags,
  { out }: Terminal,
): void {
  const { mayLinkWith } = permissions ?? {}
  if (json) {
    out(JSON.stringify({ event: 'result', schema: 1, ...view, ...(mayLinkWith && { mayLinkWith }) }))
    return
  }
  const lines = [
    ['IMSI', view.imsi],
    ['IMPI', view.impi],
    ['AKA', `${view.algorithm}, K held, AMF ${view.amf}`],
    ['GBA', view.gba],
    ...(view.ksLifetimeSeconds === undefined ? [] : [['Ks lifetime', `${view.ksLifetimeSeconds} s`]]),
    ['ProSe UE IDs', view.prose?.ueIds.join(' ') ?? 'not a ProSe subscriber'],
    ...(view.prose ? [['permissions', wordsOf(view.prose)]] : []),
    ...(mayLinkWith ? [['may link with', mayLinkWith.join(' ') || 'nobody']] : []),
    ...(view.keptIn === undefined ? [] : [['kept in', view.keptIn]]),
  ]
  for (const [name = '', value = ''] of lines) out(`${name.padEnd(13)} ${value}`)
}

const wordsOf = ({ permissions, publicSafety }: NonNullable<SubscriberView['prose']>): string =>
  [...permissions, ...(publicSafety ? ['Public Safety'] : [])].join(', ') || 'none'

const pageSize = 1000

/** Every page of a list, one after the other. */
export async function* pagesOf<Row extends { readonly imsi: string }>(
  list: (after: Imsi | undefined, limit: number) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[], void> {
  let after: Imsi | undefined
  for (;;) {
    const rows = await list(after, pageSize)
    if (rows.length > 0) yield rows
    if (rows.length < pageSize) return
    after = rows.at(-1)?.imsi as Imsi | undefined
  }
}

/** Subscribers of all PLMNs or of one, by IMSI. */
export async function list(flags: AdminFlags, { terminal, services }: Surroundings): Promise<ExitCode> {
  const config = await loaded(flags, services)
  const of = flags.at === undefined ? chosenPlmns(flags, config) : chosenPlmns(flags, config).slice(0, 1)
  for (const plmn of of) await withHss(plmn, flags, (hss) => listOf(hss, flags, terminal))
  return exitCodes.done
}

async function listOf(hss: HssAdministration, { json }: AdminFlags, { out }: Terminal): Promise<void> {
  for await (const page of pagesOf((after, limit) => hss.list(after, limit))) {
    if (json) for (const row of page) out(JSON.stringify({ event: 'row', schema: 1, ...row }))
    else for (const line of tableOf(head, page.map(rowOf))) out(line)
  }
}

const head = ['IMSI', 'AKA', 'GBA', 'ProSe UE IDs', 'permissions', 'kept in']
const rowOf = ({ imsi, algorithm, gba, prose, keptIn }: SubscriberView): readonly string[] => [
  ...[imsi, algorithm, gba, prose?.ueIds.join(' ') ?? '-', prose ? wordsOf(prose) : '-', keptIn ?? 'store'],
]

/** Removes a subscriber and what it may; its sequence number stays (R34). */
export async function remove(
  text: string,
  flags: RemoveFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const imsi = imsiOf(text)
  const home = homeOf(imsi, flags, await loaded(flags, surroundings.services))
  if (!(await confirmed(`remove subscriber ${imsi}`, flags, surroundings.terminal)))
    return exitCodes.otherOutcome
  await withHss(home, flags, (hss) => hss.remove(imsi))
  if (flags.at === undefined || flags.kmfAt !== undefined)
    await withKmf(home, flags, flags.kmfAt, (kmf) => kmf.remove(imsi)).catch(ignoreNotFound)
  if (flags.json)
    surroundings.terminal.out(JSON.stringify({ event: 'result', schema: 1, imsi, removed: true }))
  else if (!flags.quiet) surroundings.terminal.out(`${imsi} removed`)
  return exitCodes.done
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof NotFound)) throw error
}
