import { InvalidValue } from '../../core/errors.ts'
import { Plmn } from '../../core/identities/plmn.ts'
import type { PermissionsView } from '../../nodes/administration/administration.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Surroundings } from '../commands/run-once.ts'
import { tableOf } from '../table.ts'
import { pagesOf } from './subscriber.ts'
import { chosenPlmns, homeOf, imsiOf, loaded, withKmf, type AdminFlags } from './ways.ts'

function targetOf(text: string): Plmn | '*' {
  if (text === '*' || text === 'all') return '*'
  try {
    return Plmn(text)
  } catch (error) {
    if (error instanceof InvalidValue) throw new WrongUsage(error.message, 'for example 001-02, or all')
    throw error
  }
}

/** Gives or withdraws the permission of one subscriber to link with UEs of a PLMN. */
export async function change(
  verb: 'grant' | 'revoke',
  [ue, network]: readonly [string, string],
  flags: AdminFlags,
  { terminal, services }: Surroundings,
): Promise<ExitCode> {
  const imsi = imsiOf(ue)
  const plmn = targetOf(network)
  const home = homeOf(imsi, flags, await loaded(flags, services))
  await withKmf(home, flags, flags.at, (kmf) => kmf[verb]({ imsi, plmn }))
  const words = verb === 'grant' ? 'may link with' : 'may no longer link with'
  const target = plmn === '*' ? 'every PLMN' : plmn
  if (flags.json)
    terminal.out(JSON.stringify({ event: 'result', schema: 1, imsi, plmn, granted: verb === 'grant' }))
  else if (!flags.quiet) terminal.out(`${imsi} ${words} UEs of ${target}`)
  return exitCodes.done
}

/** Permissions of all PLMNs, of one, or of one subscriber. */
export async function list(
  ue: string | undefined,
  flags: AdminFlags,
  { terminal: { out }, services }: Surroundings,
): Promise<ExitCode> {
  const config = await loaded(flags, services)
  const tell = (rows: readonly PermissionsView[]) => {
    if (flags.json) for (const row of rows) out(JSON.stringify({ event: 'row', schema: 1, ...row }))
    else for (const line of tableOf(['IMSI', 'GBA', 'may link with'], rows.map(rowOf))) out(line)
  }
  if (ue !== undefined) {
    const imsi = imsiOf(ue)
    tell([await withKmf(homeOf(imsi, flags, config), flags, flags.at, (kmf) => kmf.show(imsi))])
    return exitCodes.done
  }
  const of = flags.at === undefined ? chosenPlmns(flags, config) : chosenPlmns(flags, config).slice(0, 1)
  for (const plmn of of)
    await withKmf(plmn, flags, flags.at, async (kmf) => {
      for await (const page of pagesOf((after, limit) => kmf.list(after, limit))) tell(page)
    })
  return exitCodes.done
}

const rowOf = ({ imsi, gba, mayLinkWith }: PermissionsView): readonly string[] => [
  ...[imsi, gba, mayLinkWith.join(' ') || 'nobody'],
]
