import { settings, type Setting } from '../../nodes/config/settings.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import { tableOf } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { didYouMean } from './node.ts'

/** Lists the settings of the configuration; with a path those of that section, wherever it stands. */
export function config(
  path: string | undefined,
  flags: SharedFlags,
  { out }: Pick<Terminal, 'out'>,
): ExitCode {
  const found = path === undefined ? settings() : settingsUnder(path)
  if (flags.json) for (const setting of found) out(JSON.stringify({ event: 'row', schema: 1, ...setting }))
  else for (const line of tableOf(['SETTING', 'VALUE', 'DEFAULT', ''], found.map(rowOf))) out(line)
  return exitCodes.done
}

/** `plmns[1].kmf`, `kmf.limits` and `pc8` all name sections. */
function settingsUnder(path: string): readonly Setting[] {
  const wanted = `.${path.replace(/\[\d*\]/g, '')}.`
  const found = settings().filter((setting) => `.${setting.path.replaceAll('[]', '')}.`.includes(wanted))
  if (found.length > 0) return found
  const names = new Set(settings().flatMap((setting) => setting.path.replaceAll('[]', '').split('.')))
  throw new WrongUsage(`there is no setting ${path}`, didYouMean(path, [...names]))
}

const rowOf = ({ path, form, unit, byDefault, isRequired, description = '', clause }: Setting) => [
  path,
  unit === undefined ? form : `${form} ${unit}`,
  byDefault ?? (isRequired ? 'needed' : ''),
  clause === undefined ? description : `${description} (${clause})`,
]
