import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fixedPorts, freePorts, portOfChange } from './fixed-ports.ts'
import { labFile, temporaryDirectory, type Change } from './lab-network.ts'
import { Sidelock, type Line } from './sidelock-child.ts'

/** Keys of the subscriber of each PLMN, that both its HSS and its UE know. */
function subscriberKeys(directory: string): readonly Change[] {
  return [0, 1].map((plmn): Change => {
    const [kFile, opcFile] = ['k', 'opc'].map((name) => {
      const file = join(directory, `${plmn}.${name}`)
      writeFileSync(file, `${randomBytes(16).toString('hex')}\n`, { mode: 0o600 })
      return file
    })
    return [['plmns', plmn, 'subscribers', 0, 'aka'], { algorithm: 'MILENAGE', kFile, opcFile }]
  })
}

/** A network of its own that says nothing of the other one; what is left of the two-PLMN example. */
const alone = (own: 0 | 1): readonly Change[] => [
  [['plmns', own, 'kmf', 'pc6Peers'], []],
  [['plmns', own, 'subscribers', 0, 'prose', 'mayLinkWith'], ['*']],
  [['ues', own === 0 ? 'ue2' : 'ue1'], undefined],
  [['plmns', 1 - own], undefined],
]

const linked = (ue: Sidelock) => ue.until(({ lines }) => lines.some(({ verb }) => verb === 'connect'))
const hosts = {
  first: 'kmf1.epc.mnc001.mcc001.3gppnetwork.org',
  replica: 'kmf1-2.epc.mnc001.mcc001.3gppnetwork.org',
  second: 'kmf1.epc.mnc002.mcc001.3gppnetwork.org',
} as const

it('R2, R4, R39, R46: two networks that know nothing of each other become peers while they run, and stop being so', async () => {
  const [directory, there] = [temporaryDirectory(), temporaryDirectory()]
  const [keys, ports, [replicaPort = 0, replicaPc8 = 0, radio = 0]] = [
    subscriberKeys(directory),
    await fixedPorts(),
    await freePorts(3),
  ]
  const shared = [...ports, ...keys]
  const replica: Change = [
    ['plmns', 0, 'kmf', 'replicas'],
    [{ diameter: { listen: `127.0.0.1:${replicaPort}` }, pc8: { listen: `127.0.0.1:${replicaPc8}` } }],
  ]
  const one = labFile(directory, [...shared, replica, ...alone(0)], 'one.yaml')
  const two = labFile(there, [...shared, ...alone(1)], 'two.yaml')
  const ues = labFile(directory, [...shared, [['pc5Bearer', 'port'], 20_000 + (radio % 10_000)]], 'ues.yaml')

  const command = async (config: string, ...args: readonly string[]) => {
    const process = Sidelock.start(...args, '--config', config, '--json')
    return { code: await process.exit, lines: process.lines as (Line & Record<string, unknown>)[] }
  }
  const first = Sidelock.start('node', 'network', '--config', one, '--json')
  await first.runs
  // The two trust one authority.
  mkdirSync(join(there, 'lab'), { recursive: true })
  cpSync(join(directory, 'lab', 'ca'), join(there, 'lab', 'ca'), { recursive: true })
  const second = Sidelock.start('node', 'network', '--config', two, '--json')
  const [ue1, ue2] = ['ue1', 'ue2'].map((name) =>
    Sidelock.start('ue', '--config', ues, '--name', name, '--json'),
  ) as [Sidelock, Sidelock]
  await Promise.all([second.runs, ue1.runs, ue2.runs])
  expect((await command(one, 'peer', 'list')).lines).toEqual([])

  const at = (plmn: number) => `127.0.0.1:${portOfChange(ports, 'plmns', plmn, 'kmf', 'diameter', 'listen')}`
  const added = await command(one, 'peer', 'add', '001-02', '--ue-ids', '080000-0fffff', '--kmf', `${hosts.second}@${at(1)}`) // prettier-ignore
  expect(added).toMatchObject({
    code: 0,
    lines: [{ event: 'result', plmn: '001-02', proseUeIds: ['080000-0fffff'] }],
  })
  const kmfs = ['--kmf', `${hosts.first}@${at(0)}`, '--kmf', `${hosts.replica}@127.0.0.1:${replicaPort}`]
  expect((await command(two, 'peer', 'add', '001-01', '--ue-ids', '000001-07ffff', ...kmfs)).code).toBe(0)
  // The replica learns it from the store.
  await Promise.all([
    ...['kmf1', 'kmf1-2'].map((node) => first.told('peer-up', { node, peer: hosts.second })),
    ...[hosts.first, hosts.replica].map((peer) => second.told('peer-up', { node: 'kmf1', peer })),
  ])
  const [shown] = (await command(one, 'peer', 'show', '001-02')).lines
  expect(shown).toMatchObject({ connections: { [hosts.second]: 'available' } })

  ue1.type('connect ue2')
  await linked(ue1)
  expect(ue1.lines.find(({ verb }) => verb === 'connect')).toMatchObject({ outcome: 'secured' })

  // A file that says what a peer of the store says changes nothing.
  const overlapping: Change = [['plmns', 0, 'kmf', 'proseUeIds'], ['000001-08ffff']]
  labFile(directory, [...shared, replica, overlapping, ...alone(0)], 'one.yaml')
  first.hangUp()
  await first.until(({ stderr }) => stderr.includes('nothing was changed'))
  expect(first.stderr).toContain('its store has the peer 001-02, proseUeIds[0]: overlaps 000001-08ffff of')
  labFile(directory, [...shared, replica, ...alone(0)], 'one.yaml')

  expect((await command(one, 'peer', 'remove', '001-02', '--yes')).code).toBe(0)
  await Promise.all(
    [hosts.first, hosts.replica].map((peer) => second.told('peer-lost', { node: 'kmf1', peer })),
  )
  const goodbyes = first.lines.filter(({ name, from }) => name === 'DPR' && from !== undefined)
  expect(new Set(goodbyes.map(({ from }) => from))).toEqual(new Set(['kmf1', 'kmf1-2']))
  expect((await command(two, 'peer', 'remove', '001-01', '--yes')).code).toBe(0)
  ue1.lines.length = 0
  ue1.type('connect ue2')
  await linked(ue1)
  expect(ue1.lines.find(({ verb }) => verb === 'connect')).toMatchObject({ outcome: 'refused' })

  const audit = join(directory, 'lab', 'admin', 'kmf1.audit')
  const verified = Sidelock.start('audit', 'verify', audit, '--json')
  expect(await verified.exit).toBe(0)
  const told = Sidelock.start('audit', 'list', audit, '--json')
  await told.exit
  expect(told.lines.slice(1)).toMatchObject([
    { what: 'peer add', subject: 'peer 001-02', outcome: 'done' },
    { what: 'peer remove', subject: 'peer 001-02', outcome: 'done' },
  ])
  for (const running of [ue1, ue2, first, second]) running.terminate()
  expect(await first.exit).toBe(0)
}, 180_000)
