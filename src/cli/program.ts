import { Command } from 'commander'
import { addAudit, addBench, addConformance, addWireshark } from './inspection.ts'
import { collect, examples, shared, type Adder } from './command.ts'
import type { ExitCode } from './exit-codes.ts'
import {
  defaultConfig,
  type CheckFlags,
  type NodeFlags,
  type RunFlags,
  type SharedFlags,
  type TestbedFlags,
  type UeFlags,
} from './flags.ts'
import type { Surroundings } from './commands/run-once.ts'
import type { CopyFlags, StoreFlags } from './commands/store.ts'
import type { SimFlags } from './commands/sim.ts'
import { addConsole } from './console-program.ts'
import { addLoad } from './load-program.ts'
import { addLab, addShow } from './lab/program.ts'
import { addPeer, addPermission, addSubscriber } from './admin/program.ts'
import { verbHelp } from './ue/verbs.ts'

/** Shown by `sidelock` alone. */
export const overview = `Keys and secure links for 3GPP ProSe one-to-one direct communication.

  npx sidelock testbed                two home networks, one secured link, every message of it
  npx sidelock run 7c-found --json    one scenario, as JSON lines
  npx sidelock check my.yaml          a configuration, without starting anything

  testbed      the configured network, until Ctrl-C      run        scenarios, judged
  node         one HSS, BSF, KMF or UE as a service      scenarios  the list of them
  check        a configuration file                      sim        random set-ups, judged
  conformance  what is met, clause by clause             wireshark  a dissector for it
  ue           a UE by hand, with a prompt               config     every setting there is
  prepare      first secrets and certificates of a file  audit      changes, verified
  lab          one act on the testbed that runs          show       what its nodes hold now
  console      recorded runs as a page
  subscriber   subscribers of an HSS                     permission who may link with whom
  store        backup, copy, migrate                     key        rotation of the key of a store
  load         many UEs against any HSS, BSF, KMF        bench      how fast it is on this machine
  peer         PLMNs that a KMF talks to

npx sidelock COMMAND --help tells more. Exit status: 0 as asked, 1 another outcome,
64 usage, 69 port in use, 70 our fault, 73 output, 75 try again, 78 configuration.`

/** The command line; `finish` gets the exit status of the command that ran. */
export function program(
  version: string,
  surroundings: Surroundings,
  finish: (code: ExitCode) => void,
): Command {
  const root = new Command('sidelock')
    .version(version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .showHelpAfterError(false)
    .enablePositionalOptions()
  addTestbed(root, surroundings, finish)
  addRun(root, surroundings, finish)
  addScenarios(root, surroundings, finish)
  addSim(root, surroundings, finish)
  addLab(root, surroundings, finish)
  addShow(root, surroundings, finish)
  addConsole(root, surroundings, finish)
  addLoad(root, surroundings, finish)
  addNode(root, surroundings, finish)
  addUe(root, surroundings, finish)
  addSubscriber(root, surroundings, finish)
  addPermission(root, surroundings, finish)
  addPeer(root, surroundings, finish)
  addCheck(root, surroundings, finish)
  addConfig(root, surroundings, finish)
  addPrepare(root, surroundings, finish)
  addStore(root, surroundings, finish)
  addKey(root, surroundings, finish)
  addConformance(root, surroundings, finish)
  addAudit(root, surroundings, finish)
  addWireshark(root, surroundings, finish)
  addBench(root, surroundings, finish)
  return root
}

const network = (command: Command): Command =>
  shared(command)
    .option('--config <file>', 'the configuration', defaultConfig())
    .option('--unsafe-reveal-keys', 'show and record keys, in a lab only')
    .option('--no-color', 'no colour; NO_COLOR does the same')
    .option('--ascii', 'only ASCII signs')
    .option('--unfold', 'each message of steps 0 and 1 on a line of its own')
    .option('--heartbeats', 'also messages that only keep connections alive')

const running = (command: Command): Command =>
  network(command)
    .option('--pcap <file>', 'a capture of every message, for Wireshark; a section for each scenario')
    .option('--processes', 'one operating-system process for each node')

const addTestbed: Adder = (root, surroundings, finish) => {
  const command = root
    .command('testbed')
    .description('Start the configured network and keep one link until Ctrl-C.')
  running(command)
    .option('--once', 'release the link when it was used, and end')
    .option('--no-console', 'no page at 127.0.0.1:7330 (or the next free port)')
    .option(
      '--console <host:port>',
      'the page there; not on loopback it needs the admin login of the nodes: TLS, client certificates, roles',
    )
    .action(async (flags: TestbedFlags) => {
      const { testbed } = await import('./commands/testbed.ts')
      finish(await testbed(flags, surroundings))
    })
  examples(command, 'testbed', 'testbed --once --pcap 7a.pcapng', 'testbed --config my.yaml --processes')
}

const addRun: Adder = (root, surroundings, finish) => {
  const command = root
    .command('run')
    .description('Run scenarios, each on a network of its own, and judge them.')
  running(command)
    .argument('[name...]', 'scenarios; npx sidelock scenarios lists them')
    .option('--all', 'all of them')
    .option('--simulated', 'no sockets: simulated time, radio and streams')
    .action(async (names: readonly string[], flags: RunFlags & { all?: boolean }) => {
      const { run } = await import('./commands/run.ts')
      finish(await run(names, flags, surroundings))
    })
  examples(command, 'run 7a', 'run 7a 7c-found --quiet', 'run 7c-found --pcap 7c.pcapng', 'run --all --json')
}

const addScenarios: Adder = (root, { terminal }, finish) => {
  const command = root.command('scenarios').description('List the scenarios and what each must give.')
  shared(command)
    .option('--clause <text>', 'those that show this clause or step')
    .action(async (flags: SharedFlags & { clause?: string }) => {
      const { scenarios } = await import('./commands/scenarios.ts')
      finish(scenarios(flags, terminal))
    })
  examples(command, 'scenarios', 'scenarios --clause "step 7c"', 'scenarios --json')
}

const addSim: Adder = (root, surroundings, finish) => {
  const command = root
    .command('sim')
    .description('Random set-ups under faults and attacks, in simulated time; what must hold is checked.')
  shared(command)
    .option('--seed <number>', 'of the first run; each next run has the next seed')
    .option('--runs <number>', 'how many', '100')
    .option('--ladder', 'every message of the one run')
    .option('--no-color', 'no colour; NO_COLOR does the same')
    .option('--ascii', 'only ASCII signs')
    .option('--heartbeats', 'also messages that only keep connections alive')
    .action(async (flags: SimFlags) => {
      const { sim } = await import('./commands/sim.ts')
      finish(await sim(flags, surroundings))
    })
  examples(command, 'sim --seed 1 --runs 2000', 'sim --seed 7 --runs 1 --ladder', 'sim --runs 500 --json')
}

const addNode: Adder = (root, surroundings, finish) => {
  const command = root.command('node').description('Run one entity as a service, until Ctrl-C or SIGTERM.')
  network(command)
    .argument('<role>', 'hss, bsf, kmf or ue, or the name of a node; network: all HSSs, BSFs and KMFs')
    .option('--name <name>', 'which one, where the configuration has several')
    .option('--at <file>', 'a UE takes the verbs of sidelock ue there, any other node show')
    .option('--log <level>', 'JSON log lines of this level and above: debug, info, warn, error')
    .option('--connect <ue>', 'a UE: looks for that UE and asks it for a link')
    .option('--tun <device>', 'a UE: IP of this machine over its links, by that network device')
    .action(async (role: string, flags: NodeFlags) => {
      const { node } = await import('./commands/node.ts')
      finish(await node(role, flags, surroundings))
    })
  examples(
    command,
    'node kmf --name kmf1 --config my.yaml',
    'node ue --name ue1 --connect ue2 --config my.yaml',
  )
}

const addUe: Adder = (root, surroundings, finish) => {
  const command = root
    .command('ue')
    .description(
      'A UE by hand. Without a verb: a prompt that takes the same verbs, also from a pipe, until Ctrl-C.\n' +
        'With a verb: asks the UE of that name which runs here, or runs one for as long as that takes.',
    )
  network(command)
    .argument('[verb...]', 'what to do')
    .option('--name <name>', 'which UE, where the configuration has several')
    .option(
      '--forward <port:peer:port>',
      'this port of 127.0.0.1 comes out at that port of the peer',
      collect,
    )
    .option(
      '--serve <port[:[host:]port]>',
      'peers reach at this port the second one, of 127.0.0.1 or of a host that this machine reaches',
      collect,
    )
    .option('--tun <device>', 'IP of this machine over its links, by that network device')
    .option(
      '--at <file>',
      'the control socket of the UE: asks there with a verb, takes verbs there without one',
    )
    .option('--ladder', 'messages as they come')
    .action(async (words: readonly string[], flags: UeFlags) => {
      const { ue } = await import('./commands/ue.ts')
      finish(await ue(words, flags, surroundings))
    })
  command.addHelpText('after', `\nVerbs:\n${verbHelp().join('\n')}`)
  examples(
    command,
    'ue --name ue2',
    'ue --name ue1 connect ue2',
    'ue --name ue1 ping ue2 --json',
    'ue --at /run/user/1000/sidelock-ue1.sock links',
    'ue --name ue2 --serve 80:8000',
    'ue --name ue2 --serve 80:[2001:db8::1]:80',
    'ue --name ue1 --forward 8080:ue2:80',
  )
}

const addCheck: Adder = (root, surroundings, finish) => {
  const command = root
    .command('check')
    .description(
      'Read a configuration and start nothing. npx sidelock config lists the settings it may have.',
    )
  shared(command)
    .argument('<file>', 'the configuration, - for stdin')
    .option('--node <name>', 'also the files that this node needs; as often as there are nodes', collect)
    .action(async (file: string, flags: CheckFlags) => {
      const { check } = await import('./commands/check.ts')
      finish(await check(file, flags, surroundings))
    })
  examples(command, 'check examples/two-plmns.yaml', 'check my.yaml --node kmf1 --json')
}

const addConfig: Adder = (root, { terminal }, finish) => {
  const command = root
    .command('config')
    .description('List the settings of a configuration: what each means, its values, default and clause.')
  shared(command)
    .argument('[path]', 'a section or setting, for example kmf.limits')
    .action(async (path: string | undefined, flags: SharedFlags) => {
      const { config } = await import('./commands/config.ts')
      finish(config(path, flags, terminal))
    })
  examples(command, 'config', 'config kmf.limits', 'config plmns.subscribers --json')
}

const addPrepare: Adder = (root, surroundings, finish) => {
  const command = root
    .command('prepare')
    .description(
      'Make the files that a configuration names and that are missing beside it: random secrets, mode 0600, an authority of\n' +
        'its own (ca/ca.key) and certificates. Nothing is overwritten.',
    )
  shared(command)
    .argument('<file>', 'the configuration')
    .action(async (file: string, flags: SharedFlags) => {
      const { prepare } = await import('./commands/prepare.ts')
      finish(await prepare(file, flags, surroundings))
    })
  examples(command, 'prepare my.yaml')
}

const ofStore = (command: Command): Command =>
  shared(command)
    .option('--config <file>', 'the configuration', defaultConfig())
    .option('--name <node>', 'whose store, such as hss1')

const addStore: Adder = (root, surroundings, finish) => {
  const store = root.command('store').description('The care of stores of HSSs, BSFs and KMFs.')
  ofStore(store.command('migrate'))
    .description('Bring stores to the version of this program, as nodes do when they start; one or all.')
    .action(async (flags: StoreFlags) => {
      const { migrate } = await import('./commands/store.ts')
      finish(await migrate(flags, surroundings))
    })
  ofStore(store.command('backup'))
    .description('Write one moment of a store into a new file, while nodes go on; sealed as the store is.')
    .argument('<file>', 'the backup')
    .action(async (file: string, flags: StoreFlags) => {
      const { backup } = await import('./commands/store.ts')
      finish(await backup(file, flags, surroundings))
    })
  ofStore(store.command('restore'))
    .description(
      'Write a backup into an empty store, before its nodes start; sequence numbers go on far above.',
    )
    .argument('<file>', 'the backup')
    .action(async (file: string, flags: StoreFlags) => {
      const { restore } = await import('./commands/store.ts')
      finish(await restore(file, flags, surroundings))
    })
  shared(store.command('copy'))
    .description('Move a store, also from SQLite to PostgreSQL and back, while its nodes stand still.')
    .requiredOption('--from <file>', 'an SQLite file, or a file with a URL of PostgreSQL')
    .requiredOption('--to <file>', 'the same; an empty place')
    .action(async (flags: CopyFlags) => {
      const { copy } = await import('./commands/store.ts')
      finish(await copy(flags, surroundings))
    })
  examples(
    store,
    'store backup hss1.backup --name hss1 --config my.yaml',
    'store copy --from stores/hss1.db --to secrets/hss1.url',
    'store migrate --config my.yaml --json',
  )
}

const addKey: Adder = (root, surroundings, finish) => {
  const key = root.command('key').description('The keys under which stores are sealed.')
  ofStore(key.command('rotate'))
    .description(
      'Seal every row of a store again under a new key, while nodes go on. Interrupted: do it again.',
    )
    .action(async (flags: StoreFlags) => {
      const { rotate } = await import('./commands/key.ts')
      finish(await rotate(flags, surroundings))
    })
  examples(key, 'key rotate --name hss1 --config my.yaml')
}
