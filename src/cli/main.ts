import { readFileSync } from 'node:fs'
import { CommanderError, type Command } from 'commander'
import { WrongUsage } from './errors.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { interruption, type Interruption } from './interruption.ts'
import { overview, program } from './program.ts'
import { reportError } from './report-error.ts'
import { refuseSecrets } from './secrets.ts'
import { services as realServices, type Services } from './services.ts'
import { processTerminal, type Terminal } from './terminal.ts'

export interface Invocation {
  readonly terminal: Terminal
  readonly services: Services
  readonly interruption: Interruption
}

/** Runs one command line, without the names of the program, and gives its exit status; never throws. */
export async function main(args: readonly string[], invocation: Invocation): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done
  try {
    refuseSecrets(args)
    if (args.length === 0) {
      invocation.terminal.out(overview)
      return code
    }
    const root = program(version(), invocation, (finished) => (code = finished))
    for (const command of commandsOf(root)) quiet(command, invocation.terminal)
    await root.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    const flags = {
      json: args.includes('--json'),
      verbose: args.includes('-v') || args.includes('--verbose'),
    }
    return reportError(error instanceof CommanderError ? usage(error) : error, invocation.terminal, flags)
  }
}

/** The command and all under it. */
const commandsOf = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(commandsOf),
]

/** Help goes to stdout; mistakes are thrown and told as all others are. */
function quiet(command: Command, { out }: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => out(text.trimEnd()),
    writeErr: () => undefined,
    outputError: () => undefined,
  })
}

/** Two lines of the parser: what is wrong, and what may have been meant. */
function usage(error: CommanderError): WrongUsage {
  const [what = '', meant] = error.message.replace(/^error: /, '').split('\n')
  const suggestion = /did you mean (.*)\?\)/i.exec(meant ?? '')?.[1]
  return new WrongUsage(what, suggestion === undefined ? 'npx sidelock --help' : `did you mean ${suggestion}`)
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** The command line of this process. */
export async function mainOfProcess(): Promise<void> {
  process.stdout.on('error', () => process.exit(exitCodes.outputUnwritable))
  const signals = interruption()
  const terminal = processTerminal()
  process.exitCode = await main(process.argv.slice(2), {
    terminal,
    services: realServices,
    interruption: signals,
  })
  signals.end()
}
