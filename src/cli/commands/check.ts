import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import { counted } from '../ladder/names.ts'
import type { Services } from '../services.ts'
import type { Terminal } from '../terminal.ts'

/** Reads a configuration and starts nothing; its mistakes are thrown as InvalidConfig. */
export async function check(
  file: string,
  flags: SharedFlags,
  { terminal, services }: { readonly terminal: Terminal; readonly services: Services },
): Promise<ExitCode> {
  const { plmns, ues } = await services.loadConfig(file === '-' ? '/dev/stdin' : file)
  const subscribers = plmns.reduce((sum, plmn) => sum + plmn.subscribers.length, 0)
  const counts = { plmns: plmns.length, subscribers, ues: ues.length }
  if (flags.json) terminal.out(JSON.stringify({ event: 'result', schema: 1, file, valid: true, ...counts }))
  else
    terminal.out(
      `${file} can be used: ${counted(counts.plmns, 'PLMN')}, ${counted(subscribers, 'subscriber')}, ${counted(counts.ues, 'UE')}`,
    )
  return exitCodes.done
}
