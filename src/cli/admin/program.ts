import type { Command } from 'commander'
import { collect, examples } from '../command.ts'
import type { Surroundings } from '../commands/run-once.ts'
import type { ExitCode } from '../exit-codes.ts'
import { defaultConfig } from '../flags.ts'
import type { RemoveFlags } from './confirm.ts'
import type { AddPeerFlags } from './peer.ts'
import type { AddFlags } from './subscriber.ts'
import type { ExportFlags, ImportFlags } from './transfer.ts'
import type { AdminFlags } from './ways.ts'

type Finish = (code: ExitCode) => void

const shared = (command: Command, node: string): Command =>
  command
    .option('--config <file>', 'the configuration', defaultConfig())
    .option(
      '--at <address>',
      `admin socket or https URL of the ${node}; else that which runs here, else its store`,
    )
    .option('--certificate-file <file>', 'PEM, for an https URL')
    .option('--certificate-key-file <file>', 'PEM, for an https URL')
    .option('--trusted-ca-file <file>', 'PEM, for an https URL')
    .option('--json', 'one JSON object a line on stdout')
    .option('-q, --quiet', 'only the result')
    .option('-v, --verbose', 'also stacks of errors')

const ofHss = (command: Command): Command =>
  shared(command, 'HSS').option('--kmf-at <address>', 'that of the KMF, where --at is given')

const plmn = '--plmn <plmn>'

/** `sidelock subscriber`. */
export function addSubscriber(root: Command, surroundings: Surroundings, finish: Finish): void {
  const noun = root
    .command('subscriber')
    .description('Subscribers of the HSS, with their keys and permissions.')
  ofHss(noun.command('add').description('Add one subscriber, or replace it.').argument('<imsi>'))
    .option('--k-file <file>', 'K in hex digits, mode 0600; - for a line of stdin')
    .option('--opc-file <file>', 'OPc, so too')
    .option('--op-file <file>', 'OP instead of OPc')
    .option('--topc-file <file>', 'TOPc: TUAK instead of MILENAGE')
    .option('--keccak-iterations <count>', 'of TUAK')
    .option('--amf <hex>', 'authentication management field')
    .option('--gba <kind>', 'GBA_ME or GBA_U')
    .option('--impi <impi>', 'its private identity, unless made of the IMSI')
    .option('--ks-lifetime-seconds <seconds>', 'of its Ks, unless that of the BSF')
    .option('--ue-id <hex>', 'ProSe UE ID, also several; else the lowest free one', collect)
    .option('--permission <word>', 'one-to-one, relay, remote-ue, also several', collect)
    .option('--public-safety', 'it is a Public Safety UE')
    .option('--may-link-with <plmn>', 'PLMN of whose UEs it may link with, also several', collect)
    .option('--replace', 'also in place of the one that is there')
    .action(async (imsi: string, flags: AddFlags) => {
      finish(await (await import('./subscriber.ts')).add(imsi, flags, surroundings))
    })
  ofHss(noun.command('show').description('One subscriber, without keys.').argument('<imsi>')).action(
    async (imsi: string, flags: AdminFlags) => {
      finish(await (await import('./subscriber.ts')).show(imsi, flags, surroundings))
    },
  )
  ofHss(noun.command('list').description('Subscribers by IMSI, without keys.'))
    .option(plmn, 'only of this one')
    .action(async (flags: AdminFlags) => {
      finish(await (await import('./subscriber.ts')).list(flags, surroundings))
    })
  ofHss(noun.command('remove').description('Remove one subscriber.').argument('<imsi>'))
    .option('--yes', 'without a question')
    .action(async (imsi: string, flags: RemoveFlags) => {
      finish(await (await import('./subscriber.ts')).remove(imsi, flags, surroundings))
    })
  ofHss(
    noun
      .command('import')
      .description('Add all subscribers of a file, CSV or .yaml, or none.')
      .argument('<file>'),
  )
    .option(plmn, 'whose subscribers they are')
    .option('--replace', 'also in place of those that are there')
    .action(async (file: string, flags: ImportFlags) => {
      finish(await (await import('./transfer.ts')).importFile(file, flags, surroundings))
    })
  ofHss(noun.command('export').description('Print subscribers as CSV, without keys.'))
    .option(plmn, 'whose subscribers')
    .option('--with-keys <file>', 'with keys in the clear, into a new file of mode 0600')
    .action(async (flags: ExportFlags) => {
      finish(await (await import('./transfer.ts')).exportAll(flags, surroundings))
    })
  for (const command of noun.commands)
    examples(command, ...exampleLines.filter((line) => line.startsWith(`subscriber ${command.name()}`)))
  examples(noun, ...exampleLines)
}

const exampleLines = [
  'subscriber add 001010000000009 --k-file ue9.k --opc-file ue9.opc --permission one-to-one --may-link-with 001-02',
  'subscriber show 001010000000009 --json',
  'subscriber list --plmn 001-01',
  'subscriber import subscribers.csv --plmn 001-01',
  'subscriber export --plmn 001-01 > subscribers.csv',
  'subscriber remove 001010000000009 --yes',
]

/** `sidelock permission`. */
export function addPermission(root: Command, surroundings: Surroundings, finish: Finish): void {
  const noun = root
    .command('permission')
    .description('Which subscribers may link with UEs of which PLMN; the KMF asks at each key request.')
  for (const verb of ['grant', 'revoke'] as const)
    shared(noun.command(verb), 'KMF')
      .description(verb === 'grant' ? 'Permit it, at once.' : 'Forbid it, at once.')
      .argument('<imsi>')
      .argument('<plmn>', 'for example 001-02, or all')
      .action(async (imsi: string, network: string, flags: AdminFlags) => {
        finish(await (await import('./permission.ts')).change(verb, [imsi, network], flags, surroundings))
      })
  shared(noun.command('list').description('Permissions by IMSI.').argument('[imsi]'), 'KMF')
    .option(plmn, 'only of subscribers of this one')
    .action(async (imsi: string | undefined, flags: AdminFlags) => {
      finish(await (await import('./permission.ts')).list(imsi, flags, surroundings))
    })
  const lines = [
    'permission grant 001010000000009 001-02',
    'permission revoke 001010000000009 001-02',
    'permission list --plmn 001-01 --json',
  ]
  for (const command of noun.commands)
    examples(command, ...lines.filter((line) => line.startsWith(`permission ${command.name()}`)))
  examples(noun, ...lines)
}

/** `sidelock peer`. */
export function addPeer(root: Command, surroundings: Surroundings, finish: Finish): void {
  const noun = root
    .command('peer')
    .description(
      'PLMNs whose KMFs a KMF talks to, beside those of its configuration; at once, while nodes run.',
    )
  const own = '--plmn <plmn>'
  const whose = 'of whose KMF, where the configuration has several PLMNs'
  shared(
    noun.command('add').description('Add one, or replace it.').argument('<plmn>', 'for example 001-02'),
    'KMF',
  )
    .option(own, whose)
    .option('--ue-ids <lowest-highest>', 'ProSe UE IDs of its UEs, also several', collect)
    .option(
      '--kmf <host[@address]>',
      'its KMF and where that listens, also several: the first that is there is asked',
      collect,
    )
    .option('--realm <realm>', 'its Diameter realm, unless made of the PLMN')
    .option('--kmf-name <fqdn>', 'name of its KMF in NAF-IDs, also several, unless made of the PLMN', collect)
    .option('--bsf-name <fqdn>', 'domain of its B-TIDs, also several, unless made of the PLMN', collect)
    .option('--extension <name>', 'E1, E2, E3, also several; it needs the same for this one', collect)
    .option('--replace', 'also in place of the one that is there')
    .action(async (plmn: string, flags: AddPeerFlags) => {
      finish(await (await import('./peer.ts')).add(plmn, flags, surroundings))
    })
  shared(noun.command('show').description('One peer, with its connections.').argument('<plmn>'), 'KMF')
    .option(own, whose)
    .action(async (plmn: string, flags: AdminFlags) => {
      finish(await (await import('./peer.ts')).show(plmn, flags, surroundings))
    })
  shared(noun.command('list').description('All peers, those of the configuration too.'), 'KMF')
    .option(own, whose)
    .action(async (flags: AdminFlags) => {
      finish(await (await import('./peer.ts')).list(flags, surroundings))
    })
  shared(
    noun.command('remove').description('Remove one: from then on it is refused.').argument('<plmn>'),
    'KMF',
  )
    .option(own, whose)
    .option('--yes', 'without a question')
    .action(async (plmn: string, flags: RemoveFlags) => {
      finish(await (await import('./peer.ts')).remove(plmn, flags, surroundings))
    })
  shared(
    noun.command('import').description('Add all peers of a YAML file, or none.').argument('<file>'),
    'KMF',
  )
    .option(own, whose)
    .option('--replace', 'also in place of those that are there')
    .action(async (file: string, flags: ImportFlags) => {
      finish(await (await import('./peer.ts')).importFile(file, flags, surroundings))
    })
  shared(noun.command('export').description('Print the peers that the store keeps, as YAML.'), 'KMF')
    .option(own, whose)
    .action(async (flags: AdminFlags) => {
      finish(await (await import('./peer.ts')).exportAll(flags, surroundings))
    })
  const lines = [
    'peer add 001-02 --ue-ids 080000-0fffff --kmf kmf1.epc.mnc002.mcc001.3gppnetwork.org@192.0.2.20:5868',
    'peer show 001-02 --json',
    'peer list',
    'peer import peers.yaml',
    'peer export > peers.yaml',
    'peer remove 001-02 --yes',
  ]
  for (const command of noun.commands)
    examples(command, ...lines.filter((line) => line.startsWith(`peer ${command.name()}`)))
  examples(noun, ...lines)
}
