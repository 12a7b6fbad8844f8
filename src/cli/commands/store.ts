import type { Progress as Told } from '../../io/store/copy.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import { counted } from '../../ladder/names.ts'
import { Progress } from '../progress.ts'
import type { Terminal } from '../terminal.ts'
import type { Surroundings } from './run-once.ts'
import type { StoreOfNode } from '../../nodes/store-care.ts'

export interface StoreFlags extends SharedFlags {
  readonly config: string
  readonly name?: string
}

const care = () => import('../../nodes/store-care.ts')

/** The stores of the configuration, or the one of `--name`. */
export async function chosenStores(
  { config, name }: StoreFlags,
  { services }: Surroundings,
): Promise<readonly StoreOfNode[]> {
  const { storesOf } = await care()
  const stores = storesOf(await services.loadConfig(config))
  const chosen = stores.filter(({ node }) => name === undefined || node.name === name)
  if (chosen.length > 0) return chosen
  const names = stores.map(({ node }) => node.name).join(', ')
  throw new WrongUsage(`${name ?? ''} has no store`, `--name is one of ${names}`)
}

export async function theStore(flags: StoreFlags, surroundings: Surroundings): Promise<StoreOfNode> {
  const [one, ...others] = await chosenStores(flags, surroundings)
  if (one && others.length === 0) return one
  throw new WrongUsage(
    'which store is meant is not said',
    `add --name, for example --name ${one?.node.name ?? 'hss1'}`,
  )
}

/** What is told of the work on a store while it goes on. */
export function progressOf(name: string, { json = false, quiet }: SharedFlags, terminal: Terminal): Told {
  const progress = new Progress(terminal, { name, unit: 'rows', json })
  return (done, total) => {
    if (!quiet) progress.done(done, total)
  }
}

/** The result, for people and for programs. */
export function tell(
  { out }: Terminal,
  { json }: SharedFlags,
  fields: Readonly<Record<string, string | number>>,
  text: string,
): ExitCode {
  out(json ? JSON.stringify({ event: 'result', schema: 1, ...fields }) : text)
  return exitCodes.done
}

/** Brings stores to the version of this program, as their nodes do when they start. */
export async function migrate(flags: StoreFlags, surroundings: Surroundings): Promise<ExitCode> {
  const { migrateStore } = await care()
  for (const of of await chosenStores(flags, surroundings)) {
    const { from, to } = await migrateStore(of)
    const { name } = of.node
    const text =
      from === to ? `${name} has version ${to} already` : `${name} now has version ${to}, had ${from}`
    tell(surroundings.terminal, flags, { name, from, to }, text)
  }
  return exitCodes.done
}

export async function backup(file: string, flags: StoreFlags, surroundings: Surroundings): Promise<ExitCode> {
  const { backupStore } = await care()
  const of = await theStore(flags, surroundings)
  const { terminal } = surroundings
  const rows = await backupStore(of, file, progressOf('store backup', flags, terminal))
  const { name } = of.node
  return tell(
    terminal,
    flags,
    { name, file, rows },
    `${counted(rows, 'row')} of ${name} in ${file}; its key is not in it`,
  )
}

export async function restore(
  file: string,
  flags: StoreFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { restoreStore } = await care()
  const of = await theStore(flags, surroundings)
  const { terminal } = surroundings
  const rows = await restoreStore(of, file, progressOf('store restore', flags, terminal))
  const { name } = of.node
  return tell(
    terminal,
    flags,
    { name, file, rows },
    `${counted(rows, 'row')} of ${file} in the store of ${name}`,
  )
}

export interface CopyFlags extends SharedFlags {
  readonly from: string
  readonly to: string
}

export async function copy({ from, to, ...flags }: CopyFlags, { terminal }: Surroundings): Promise<ExitCode> {
  const { copyStore } = await care()
  const rows = await copyStore(from, to, progressOf('store copy', flags, terminal))
  return tell(terminal, flags, { from, to, rows }, `${counted(rows, 'row')} of ${from} in the store of ${to}`)
}
