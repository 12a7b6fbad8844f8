import { formerKeyFile } from '../../io/lab/store-key-file.ts'
import { systemRandom } from '../../io/system.ts'
import { rotateKey } from '../../nodes/store-care.ts'
import type { ExitCode } from '../exit-codes.ts'
import { counted } from '../../ladder/names.ts'
import { note } from '../terminal.ts'
import type { Surroundings } from './run-once.ts'
import { progressOf, tell, theStore, type StoreFlags } from './store.ts'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A new key for a store, in the file of the old one. */
export async function rotate(flags: StoreFlags, surroundings: Surroundings): Promise<ExitCode> {
  const of = await theStore(flags, surroundings)
  const { terminal } = surroundings
  const progress = progressOf('key rotate', flags, terminal)
  const rows = await rotateKey(of, { random: systemRandom, progress, pause })
  const { name, plmn, kind } = of.node
  const { keyFile } = plmn[kind].store
  note(terminal, `backups made before need the former key: it is in ${formerKeyFile(keyFile)}`)
  return tell(
    terminal,
    flags,
    { name, rows, keyFile },
    `${counted(rows, 'row')} of ${name} under the new key in ${keyFile}`,
  )
}
