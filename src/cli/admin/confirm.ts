import { WrongUsage } from '../errors.ts'
import type { Terminal } from '../terminal.ts'
import type { AdminFlags } from './ways.ts'

export interface RemoveFlags extends AdminFlags {
  readonly yes?: boolean
}

/** Whether somebody said yes: by `--yes`, or on a terminal when asked. Throws WrongUsage where nobody can be asked. */
export async function confirmed(
  what: string,
  { yes }: RemoveFlags,
  { ask, err }: Terminal,
): Promise<boolean> {
  if (yes) return true
  if (!ask) throw new WrongUsage(`${what} needs a yes`, 'add --yes')
  const isSure = /^y(es)?$/i.test((await ask(`sidelock: ${what}? [y/N] `)).trim())
  if (!isSure) err('sidelock: nothing was changed')
  return isSure
}
