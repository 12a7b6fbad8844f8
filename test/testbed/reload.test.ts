import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixedPorts } from './fixed-ports.ts'
import { labFile, temporaryDirectory, type Change } from './lab-network.ts'
import { Sidelock } from './sidelock-child.ts'

const mayLinkWith = (...plmns: readonly string[]): Change => [
  ['plmns', 0, 'subscribers', 0, 'prose', 'mayLinkWith'],
  plmns,
]
const connect = (file: string) =>
  Sidelock.start('ue', '--config', file, '--name', 'ue1', '--json', 'connect', 'ue2').exit
const readAgain = (running: Sidelock, times = 1) =>
  running.until(({ stderr }) => stderr.split('was read again').length > times)
const told = (running: Sidelock, text: string) => running.until(({ stderr }) => stderr.includes(text))

describe('SIGHUP', () => {
  it('changes a permission of a network that runs, without ending anything', async () => {
    const directory = temporaryDirectory()
    const file = labFile(directory, [mayLinkWith()])
    const network = Sidelock.start('node', 'network', '--config', file, '--json')
    await network.runs
    const ue2 = Sidelock.start('node', 'ue', '--config', file, '--name', 'ue2', '--json')
    await ue2.runs
    await network.told('pc8-associated', { node: 'kmf2' })
    expect(await connect(file)).toBe(1)
    labFile(directory, [mayLinkWith('001-02')])
    network.hangUp()
    await readAgain(network)
    expect(await connect(file)).toBe(0)
    labFile(directory, [mayLinkWith('001-02'), [['plmns', 0, 'kmf', 'pc6Peers'], []]])
    network.hangUp()
    await readAgain(network, 2)
    await network.told('peer-lost', { peer: 'kmf2', node: 'kmf1' })
    expect(network.lines.filter(({ what, node }) => what === 'peer-lost' && node === 'bsf1')).toEqual([])
    expect(await connect(file)).toBe(1)
    network.terminate()
    expect(await network.exit).toBe(0)
  }, 60_000)

  it('gives every replica its peers anew, and touches no other connection', async () => {
    const directory = temporaryDirectory()
    const replicas: readonly Change[] = [
      [['plmns', 0, 'bsf', 'replicas'], [{}]],
      [['plmns', 0, 'kmf', 'replicas'], [{}]],
    ]
    const network = Sidelock.start('node', 'network', '--config', labFile(directory, replicas), '--json')
    await network.runs
    const before = network.lines.length
    const later = { host: 'bsf1-2.epc.mnc001.mcc001.3gppnetwork.org', priority: 1 }
    labFile(directory, [...replicas, [['plmns', 0, 'kmf', 'diameter', 'peers'], [later]]])
    network.hangUp()
    await readAgain(network)
    const since = () => network.lines.slice(before)
    const ofKmfs = (what: string) =>
      since().flatMap(({ what: told, node = '', peer = '' }) =>
        told === what && node.startsWith('kmf1') ? [`${node} ${peer}`] : [],
      )
    const changed = ['kmf1 bsf1-2', 'kmf1-2 bsf1-2']
    await network.until(() => changed.every((pair) => ofKmfs('peer-up').includes(pair)))
    expect([...ofKmfs('peer-lost')].sort()).toEqual(changed)

    labFile(directory, [...replicas, [['plmns', 0, 'hss', 'replicas'], [{}]]])
    network.hangUp()
    await told(network, 'plmns[0].hss.replicas[0].diameter.listen')
    expect(network.stderr).toContain('nothing was changed')
    network.terminate()
    expect(await network.exit).toBe(0)
  }, 60_000)

  it('keeps the old configuration of a node when the new one is wrong, and tells every mistake', async () => {
    const directory = temporaryDirectory()
    const ports = await fixedPorts()
    const file = labFile(directory, ports)
    const kmf1 = Sidelock.start('node', 'kmf', '--config', file, '--name', 'kmf1')
    await kmf1.runs

    labFile(directory, [
      ...ports,
      [['plmns', 0, 'kmf', 'nafKeyMaxAgeSeconds'], 0],
      [['plmns', 1, 'kmf', 'fqdn'], 'no name'],
    ])
    kmf1.hangUp()
    await told(kmf1, 'cannot be used, nothing was changed [ERR_CONFIG]')
    await told(kmf1, '1 is the least')
    await told(kmf1, 'plmns[1].kmf.fqdn')

    const moved: readonly Change[] = [
      [['plmns', 0, 'kmf', 'pc8', 'listen'], '127.0.0.1:1'],
      [['plmns', 0, 'kmf', 'fqdn'], 'other.example.org'],
      [['plmns', 0, 'kmf', 'limits', 'pushesPerImsiPerMinute'], 7],
    ]
    labFile(directory, [...ports, ...moved])
    kmf1.hangUp()
    await told(kmf1, 'plmns[0].kmf.fqdn\n     has changed, which needs a restart')
    await told(kmf1, 'plmns[0].kmf.pc8.listen\n     has changed, which needs a restart')
    expect(kmf1.stderr).not.toContain('pushesPerImsiPerMinute')

    labFile(directory, [...ports, ...moved.slice(2)])
    kmf1.hangUp()
    await readAgain(kmf1)
    rmSync(join(directory, 'network.yaml'))
    kmf1.hangUp()
    await told(kmf1, 'cannot be read')
    kmf1.terminate()
    expect(await kmf1.exit).toBe(0)
  }, 60_000)

  it('keeps what was added to the file from being changed elsewhere', async () => {
    const directory = temporaryDirectory()
    const ports = await fixedPorts()
    const imsi = '001010000000042'
    const added: Change = [
      ['plmns', 0, 'subscribers', 1],
      { imsi, aka: { algorithm: 'MILENAGE', kFile: 'secrets/new.k', opcFile: 'secrets/new.opc' } },
    ]
    const file = labFile(directory, ports)
    const hss1 = Sidelock.start('node', 'hss', '--config', file, '--name', 'hss1')
    await hss1.runs
    labFile(directory, [...ports, added])
    hss1.hangUp()
    await readAgain(hss1)
    const remove = Sidelock.start('subscriber', 'remove', imsi, '--yes', '--config', file)
    expect(await remove.exit).toBe(1)
    expect(remove.stderr).toContain('plmns[0].subscribers[1]')
    hss1.terminate()
    expect(await hss1.exit).toBe(0)
  }, 60_000)

  it('of a subscriber whose key file is missing changes nothing', async () => {
    const directory = temporaryDirectory()
    const ports = await fixedPorts()
    const noSecrets: Change = [['lab', 'createMissingSecrets'], false]
    const first = Sidelock.start('node', 'hss', '--config', labFile(directory, ports), '--name', 'hss1')
    await first.runs
    first.terminate()
    expect(await first.exit).toBe(0)
    const file = labFile(directory, [...ports, noSecrets])
    const hss1 = Sidelock.start('node', 'hss', '--config', file, '--name', 'hss1')
    await hss1.runs
    labFile(directory, [
      ...ports,
      noSecrets,
      [['plmns', 0, 'subscribers', 0, 'aka', 'kFile'], 'secrets/gone.k'],
    ])
    hss1.hangUp()
    await told(hss1, 'plmns[0].subscribers[0].aka.kFile\n     the file is missing')
    expect(hss1.stderr).toContain('nothing was changed')
    hss1.terminate()
    expect(await hss1.exit).toBe(0)
  }, 60_000)
})
