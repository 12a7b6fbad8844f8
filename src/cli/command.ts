import type { Command } from 'commander'
import type { Surroundings } from './commands/run-once.ts'
import type { ExitCode } from './exit-codes.ts'

/** Adds one command; `finish` gets the exit status of the command that ran. */
export type Adder = (root: Command, surroundings: Surroundings, finish: (code: ExitCode) => void) => void

export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  npx sidelock ${line}`).join('\n')}`)

/** What every command takes. */
export const shared = (command: Command): Command =>
  command
    .option('--json', 'one JSON object a line on stdout')
    .option('-q, --quiet', 'only the result')
    .option('-v, --verbose', 'also counters, and stacks of errors')

/** The values of an option that may be given several times. */
export const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value]
