import type { Command } from 'commander'
import { examples, shared, type Adder } from '../command.ts'
import { defaultConfig, type LabFlags } from '../flags.ts'

const ofTestbed = (command: Command): Command =>
  shared(command)
    .option('--config <file>', 'the configuration that it runs', defaultConfig())
    .option('--at <file>', 'the control socket of the testbed, where it is another one')

/** `sidelock lab`. Its acts are listed when somebody asks: their table brings the testbed along. */
export const addLab: Adder = (root, surroundings, finish) => {
  const command = root
    .command('lab')
    .description(
      'Do something to the testbed that runs here: one act, as the Drive panel of its console does it.',
    )
  ofTestbed(command)
    .helpOption(false)
    .option('-h, --help', 'this text, with all acts')
    .argument('[act]', 'what to do')
    .argument('[word...]', 'of the act')
    .action(async (act: string | undefined, words: readonly string[], flags: LabFlags & { help?: true }) => {
      const { lab, actHelp } = await import('../commands/lab.ts')
      if (act === undefined || flags.help) {
        command.addHelpText('after', `\nActs:\n${actHelp().join('\n')}`)
        command.outputHelp()
      } else finish(await lab([act, ...words], flags, surroundings))
    })
  examples(
    command,
    'lab expire-btid ue1',
    'lab block ue1',
    'lab connect ue1 ue2',
    'lab tamper DIRECT_SECURITY_MODE_COMMAND MAC-I',
    'lab reset --json',
  )
}

/** `sidelock show`. */
export const addShow: Adder = (root, surroundings, finish) => {
  const command = root
    .command('show')
    .description(
      'What the nodes of the testbed that runs here hold now: contexts, links, timers, peers; keys as fingerprints.\n' +
        'Where no testbed runs: what a node holds that runs here as a service.',
    )
  ofTestbed(command)
    .argument('[node]', 'one of them')
    .action(async (node: string | undefined, flags: LabFlags) => {
      const { show } = await import('../commands/lab.ts')
      finish(await show(node, flags, surroundings))
    })
  examples(command, 'show', 'show kmf1', 'show ue1 --json', 'show kmf1 --config my.yaml')
}
