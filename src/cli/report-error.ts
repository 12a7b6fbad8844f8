import { InvalidConfig } from '../core/invalid-config.ts'
import { ProseError } from '../core/errors.ts'
import { exitCodeOf, exitCodes, systemCodeOf, type ExitCode } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** What is wrong, where and why, and what to do: the same for people and for programs. */
interface Told {
  readonly code: string
  readonly message: string
  readonly at: readonly string[]
  readonly hint: string | undefined
  readonly exit: ExitCode
}

const systemErrors: Readonly<Record<string, { readonly code: string; readonly hint: string }>> = {
  EADDRINUSE: { code: 'ERR_PORT_IN_USE', hint: 'change that listen address, or use port 0 for a free one' },
  EADDRNOTAVAIL: { code: 'ERR_ADDRESS_NOT_HERE', hint: 'change that listen address to one of this machine' },
  EACCES: { code: 'ERR_NOT_PERMITTED', hint: 'run as the owner of these files, or use ports above 1023' },
  EPERM: { code: 'ERR_NOT_PERMITTED', hint: 'run as the owner of these files, or use ports above 1023' },
  ENODEV: { code: 'ERR_ADDRESS_NOT_HERE', hint: 'change pc5Bearer.interface to an address of this machine' },
  ENOSPC: { code: 'ERR_DISK_FULL', hint: 'make room on the disk and start again' },
  EROFS: { code: 'ERR_OUTPUT_UNWRITABLE', hint: 'give the lab a directory that can be written' },
}

function told(error: unknown, consequence: string): Told {
  const exit = exitCodeOf(error)
  if (error instanceof InvalidConfig) {
    const [first = '', ...places] = error.message.split('\n')
    const file = /^(.*) cannot be used$/.exec(first)?.[1] ?? 'FILE'
    const hint = exit === exitCodes.inputMissing ? undefined : `mend these, then: npx sidelock check ${file}`
    return { code: error.code, message: `${first}, ${consequence}`, at: places, hint, exit }
  }
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ProseError) {
    const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined
    const [first = '', ...places] = message.split('\n')
    const at = error.clause === undefined ? places : [...places, `  ${error.clause}`]
    return { code: error.code, message: first, at, hint, exit }
  }
  const system = systemErrors[systemCodeOf(error)]
  if (system) return { ...system, message, at: [], exit }
  const hint = 'this is a fault of sidelock: report the command and what it prints with -v'
  return { code: 'ERR_INTERNAL', message, at: [], hint, exit }
}

/** Tells an error on stderr, as lines or as one JSON object, and gives the exit status. `consequence`: of a wrong configuration. */
export function reportError(
  error: unknown,
  terminal: Pick<Terminal, 'err'>,
  { json, verbose }: { readonly json: boolean; readonly verbose: boolean },
  consequence = 'nothing was started',
): ExitCode {
  const { code, message, at, hint, exit } = told(error, consequence)
  if (json) {
    terminal.err(JSON.stringify({ event: 'error', code, message, at, hint: hint ?? null, exit }))
    return exit
  }
  terminal.err(`sidelock: error: ${message} [${code}]`)
  for (const line of at) terminal.err(line)
  if (hint !== undefined) terminal.err(`sidelock: hint: ${hint}`)
  if (verbose && error instanceof Error && error.stack !== undefined) terminal.err(error.stack)
  return exit
}
