import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import type { Services } from '../services.ts'
import type { Terminal } from '../terminal.ts'

/** Makes the files that a configuration names and that are not there, beside it; overwrites nothing. */
export async function prepare(
  file: string,
  flags: SharedFlags,
  { terminal, services }: { readonly terminal: Pick<Terminal, 'out'>; readonly services: Services },
): Promise<ExitCode> {
  const directory = await services.prepareFiles(await services.loadConfig(file))
  if (flags.json) terminal.out(JSON.stringify({ event: 'result', schema: 1, file, directory }))
  else terminal.out(`${file} has its secrets and certificates, in ${directory}`)
  return exitCodes.done
}
