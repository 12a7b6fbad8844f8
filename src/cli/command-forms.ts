import type { Command } from 'commander'

/** Command lines that can be typed as they stand. */
export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  npx sidelock ${line}`).join('\n')}`)

/** What every command takes. */
export const shared = (command: Command): Command =>
  command
    .option('--json', 'one JSON object a line on stdout')
    .option('-q, --quiet', 'only the result')
    .option('-v, --verbose', 'also counters, and stacks of errors')

/** Of an option that may come several times. */
export const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value]
