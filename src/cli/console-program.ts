import { examples, shared, type Adder } from './command.ts'
import type { ConsoleFlags } from './commands/console.ts'

/** `sidelock console`. */
export const addConsole: Adder = (root, surroundings, finish) => {
  const command = root
    .command('console')
    .description(
      'The page of recorded runs, JSON lines of `sidelock run NAME --json`, without any network behind it.\n' +
        'The page of a network that runs comes with npx sidelock testbed.',
    )
  shared(command)
    .option(
      '--open <file...>',
      'serve it at 127.0.0.1:7330 (or the next free port) until Ctrl-C; - for stdin',
    )
    .option('--export <file...>', 'write it as files, for any web server or to be opened as they are')
    .option('--to <folder>', 'of --export')
    .action(async (flags: ConsoleFlags) => {
      const { console } = await import('./commands/console.ts')
      finish(await console(flags, surroundings))
    })
  examples(command, 'console --open 7b.jsonl', 'console --export 7a.jsonl 7b.jsonl --to public')
}
