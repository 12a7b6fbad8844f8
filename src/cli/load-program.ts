import { defaultConfig } from './flags.ts'
import type { LoadFlags } from './commands/load.ts'
import { examples, shared, type Adder } from './command.ts'

const targets = [
  '  zh   an HSS: vectors              zn   a BSF: NAF keys             pc6  a KMF: key requests of another KMF',
  '  ub   a BSF: bootstrappings        zpn  a BSF: GBA push             pc8  a KMF: key requests of UE-2s',
  '  pc5  both networks: whole set-ups, the radio in this process',
]

/** `sidelock load`. */
export const addLoad: Adder = (root, surroundings, finish) => {
  const command = root
    .command('load')
    .description(
      'Many UEs against the HSS, BSF or KMF that a configuration names, ours or another; figures at the end.\n' +
        'Traffic goes where the configuration says and, without --target-is-mine, to loopback addresses only.',
    )
  shared(command)
    .argument('[target]', 'reference point: zh, ub, zn, zpn, pc6, pc8 or pc5')
    .option('--config <file>', 'the configuration of the network under test', defaultConfig())
    .option('--plmn <plmn>', 'home network of the UEs; the first of the file')
    .option('--ue2-plmn <plmn>', 'home network of UE-2s; the first PC6 peer of the other')
    .option('--as <node>', 'zh, zn, zpn, pc6: the node that is played, such as bsf1-2; it must not run')
    .option('--ues <number>', 'UEs, or subscribers behind one Diameter peer', '100')
    .option('--ue2s <number>', 'pc8, pc5: UE-2s, each with a connection that is kept', '10')
    .option('--mix <shares>', 'kinds of transactions, such as 7a=70,7c-found=20,7d-imsi=10')
    .option('--rate <rate>', 'open loop: transactions a second; latency counts from when one was due')
    .option('--arrivals <form>', 'of an open loop: even or poisson', 'even')
    .option('--concurrency <number>', 'closed loop: so many always under way')
    .option('--in-flight <number>', 'at most so many under way; more wait', '10000')
    .option('--duration <time>', '90s, 10m, 2h; 10s unless --count is given')
    .option('--count <number>', 'so many transactions')
    .option('--warmup <time>', 'what is due before is not counted', '0s')
    .option('--draw-seed <number>', 'of the kinds and times that are drawn', '1')
    .option('--seed-file <file>', 'of the subscribers that --write makes; secrets/load.seed')
    .option('--from <file>', 'subscribers with keys in an import file instead')
    .option('--ue2-from <file>', 'the same for UE-2s')
    .option('--target-is-mine', 'traffic may leave this machine')
    .option('--subscribers <number>', 'with --write: how many are made')
    .option(
      '--write <file>',
      'make subscribers for npx sidelock subscriber import, keys in the clear, mode 0600',
    )
    .action(async (target: string | undefined, flags: LoadFlags) => {
      const { load } = await import('./commands/load.ts')
      finish(await load(target, flags, surroundings))
    })
  command.addHelpText('after', `\nTargets:\n${targets.join('\n')}`)
  examples(
    command,
    'load --subscribers 1000 --plmn 001-01 --write one.csv',
    'load ub --ues 1000 --rate 100/s --duration 60s',
    'load pc6 --as kmf2-2 --mix 7a=70,7c-found=20,7d-imsi=10 --rate 200/s --warmup 10s --json',
    'load pc5 --ues 500 --ue2s 20 --concurrency 8 --count 2000',
  )
}
