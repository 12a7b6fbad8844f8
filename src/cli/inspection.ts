import { collect, examples, shared, type Adder } from './command.ts'
import type { VerifyFlags } from './commands/audit.ts'
import type { BenchFlags } from './commands/bench.ts'
import type { SharedFlags, WiresharkFlags } from './flags.ts'

export const addConformance: Adder = (root, { terminal }, finish) => {
  const command = root
    .command('conformance')
    .description(
      'Each sentence of the change request, security rule, bad input and failure: met or not.\n' +
        'Exit status 0 when every sentence of the change request is met, else 1.',
    )
  shared(command)
    .option('--not-met', 'only rows that are not met, with the reason')
    .action(async (flags: SharedFlags & { notMet?: boolean }) => {
      const { conformance } = await import('./commands/conformance.ts')
      finish(conformance(flags, terminal))
    })
  examples(command, 'conformance', 'conformance --not-met', 'conformance --json')
}

export const addAudit: Adder = (root, { terminal }, finish) => {
  const command = root
    .command('audit')
    .description(
      'Read an audit file: every change of the administration, each with the hash of the one before.',
    )
  const list = command
    .command('list')
    .description('The changes, oldest first.')
    .argument('<file>', 'the audit file')
  shared(list).action(async (file: string, flags: SharedFlags) => {
    const { auditList } = await import('./commands/audit.ts')
    finish(auditList(file, flags, terminal))
  })
  const verify = command
    .command('verify')
    .description(
      'Tell the first record that was changed, taken out or put in; then the exit status is 1.\n' +
        'That the end was cut off shows only with the head that an earlier run printed.',
    )
    .argument('<file>', 'the audit file')
    .option('--head <hash>', 'some record must have this hash')
  shared(verify).action(async (file: string, flags: VerifyFlags) => {
    const { auditVerify } = await import('./commands/audit.ts')
    finish(auditVerify(file, flags, terminal))
  })
  examples(command, 'audit list hss1.audit', 'audit verify hss1.audit --head sha256:5d41…')
}

export const addWireshark: Adder = (root, { terminal }, finish) => {
  const command = root
    .command('wireshark')
    .description('Print a Wireshark dissector of PC5, and of the keys in PC6 and Zpn, or install it.')
  shared(command)
    .option('--install', 'write it into the personal plugin folder of Wireshark')
    .action(async (flags: WiresharkFlags) => {
      const { wireshark } = await import('./commands/wireshark.ts')
      finish(wireshark(flags, terminal))
    })
  examples(command, 'wireshark --install', 'wireshark > sidelock.lua')
}

export const addBench: Adder = (root, surroundings, finish) => {
  const command = root
    .command('bench')
    .description(
      'How fast it is on this machine: ratios of interleaved runs, and what they must be.\n' +
        'All of it takes about 15 minutes. Exit status 1 when a bound is not met or something became worse.',
    )
  shared(command)
    .option('--group <name>', 'only this group; may be given several times', collect)
    .option('--save <file>', 'the JSON in a file too')
    .option('--compare <file>', 'beside an earlier JSON: what became better or worse')
    .option('--sizes <numbers>', 'subscribers that stores hold, such as 1000,100000')
    .option('--smoke', 'a few rows, hardly measured: shows that it runs, and nothing else')
    .action(async (flags: BenchFlags) => {
      const { bench } = await import('./commands/bench.ts')
      finish(await bench(flags, surroundings))
    })
  examples(
    command,
    'bench --save today.json',
    'bench --group nodes --sizes 1000',
    'bench --compare today.json',
  )
}
