import { wiresharkDissector } from '../../io/wireshark/dissector.ts'
import { installDissector } from '../../io/wireshark/install.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { WiresharkFlags } from '../flags.ts'
import { note, type Terminal } from '../terminal.ts'

/** Prints the dissector, or puts it where Wireshark finds it; throws OutputUnwritable. */
export function wireshark({ install, json, quiet }: WiresharkFlags, terminal: Terminal): ExitCode {
  const result = install ? { file: installDissector(terminal.environment) } : { lua: wiresharkDissector() }
  if (json) terminal.out(JSON.stringify({ event: 'result', schema: 1, ...result }))
  else terminal.out(result.file ?? result.lua)
  if (install && !json && !quiet)
    note(
      terminal,
      'Wireshark reads it when it starts; filters: pc5, prose, pc5.message == "DIRECT_SECURITY_MODE_COMMAND"',
    )
  return exitCodes.done
}
