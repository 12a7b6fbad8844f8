import { describe, expect, it } from 'vitest'
import { closed, fixedPorts, listening, portOf, portOfChange } from './fixed-ports.ts'
import { labFile, temporaryDirectory } from './lab-network.ts'
import { Sidelock } from './sidelock-child.ts'

const node = (file: string, role: string, name: string): Sidelock =>
  Sidelock.start('node', role, '--config', file, '--name', name, '--json')

describe('nodes that were started by hand', () => {
  it('find each other in any order, serve, and end at SIGTERM with 0', async () => {
    const radio = await fixedPorts()
    const file = labFile(temporaryDirectory(), [
      ...radio,
      [['pc5Bearer', 'port'], 20_000 + (portOfChange(radio, 'plmns', 0, 'bsf', 'ubListen') % 10_000)],
    ])
    // First whoever needs the others most.
    const ue1 = node(file, 'ue', 'ue1')
    await ue1.told('pc8-not-open', { code: 'ERR_TEMPORARY_FAILURE' })
    const kmf1 = node(file, 'kmf', 'kmf1')
    await kmf1.runs
    const bsf1 = node(file, 'bsf', 'bsf1')
    await bsf1.runs
    const hss1 = node(file, 'hss', 'hss1')
    await hss1.runs
    await Promise.all([
      hss1.told('peer-up', { peer: 'bsf1' }),
      bsf1.told('peer-up', { peer: 'hss1' }),
      bsf1.told('peer-up', { peer: 'kmf1' }),
      kmf1.told('peer-up', { peer: 'bsf1' }),
    ])
    // Nobody answered UE-1 at first; it tries until somebody does.
    await Promise.all([ue1.told('bootstrapped', { node: 'ue1' }), kmf1.told('pc8-associated')])
    const all = [ue1, kmf1, bsf1, hss1]
    for (const running of all) running.terminate()
    expect(await Promise.all(all.map(({ exit }) => exit))).toEqual([0, 0, 0, 0])
  }, 60_000)

  it('show what they hold; a UE whose K is not that of its HSS says that the network is not the real one', async () => {
    const directory = temporaryDirectory()
    const fixed = await fixedPorts()
    const file = labFile(directory, fixed)
    const wrong = labFile(
      directory,
      [...fixed, [['plmns', 0, 'subscribers', 0, 'aka', 'kFile'], 'secrets/another.k']],
      'wrong.yaml',
    )
    const [hss1, bsf1] = [node(file, 'hss', 'hss1'), node(file, 'bsf', 'bsf1')]
    await Promise.all([hss1.told('peer-up'), bsf1.told('peer-up', { peer: 'hss1' })])
    for (const name of ['hss1', 'bsf1']) {
      const show = Sidelock.start('show', name, '--json', '--config', file)
      expect([await show.exit, show.lines]).toMatchObject([
        0,
        [{ event: 'row', name, role: name.slice(0, 3) }],
      ])
    }
    const ue1 = node(wrong, 'ue', 'ue1')
    await ue1.told('pc8-not-open')
    expect(ue1.lines.find(({ what }) => what === 'pc8-not-open')?.code).toMatch(/^ERR_/)
    expect(ue1.lines.find(({ what }) => what === 'pc8-not-open')?.code).not.toBe('ERR_UNEXPECTED')
    expect(ue1.lines.filter(({ what }) => what === 'bootstrapped')).toEqual([])
    for (const running of [hss1, bsf1, ue1]) running.terminate()
    expect(await Promise.all([hss1.exit, bsf1.exit, ue1.exit])).toEqual([0, 0, 0])
  }, 60_000)
})

describe('a node that cannot start', () => {
  it.each([
    ['hss', ['plmns', 0, 'hss', 'diameter', 'listen']],
    ['bsf', ['plmns', 0, 'bsf', 'ubListen']],
    ['kmf', ['plmns', 0, 'kmf', 'pc8', 'listen']],
  ])('B76: port in use: %s ends with 69 and says which', async (role, path) => {
    const taken = await listening()
    const address = `127.0.0.1:${portOf(taken)}`
    const file = labFile(temporaryDirectory(), [...(await fixedPorts()), [path, address]])
    const refused = Sidelock.start('node', role, '--config', file, '--name', `${role}1`)
    expect(await refused.exit).toBe(69)
    expect(refused.stderr).toContain(address)
    expect(refused.stderr).toContain('[ERR_PORT_IN_USE]')
    expect(refused.stderr).toMatch(/\nsidelock: hint: /)
    await closed(taken)
  })

  it('B71, B72: mistakes of the configuration and its files end with 78, each with its place', async () => {
    const directory = temporaryDirectory()
    const mistaken = labFile(directory, [[['plmns', 0, 'kmf', 'pdk'], 1]], 'mistaken.yaml')
    const noFiles = labFile(directory, [...(await fixedPorts()), [['lab'], undefined]], 'no-lab.yaml')
    for (const [file, place] of [
      [mistaken, 'plmns[0].kmf.pdk'],
      [noFiles, 'plmns[0].hss'],
    ] as const) {
      const refused = Sidelock.start('node', 'hss', '--config', file, '--name', 'hss1')
      expect(await refused.exit).toBe(78)
      expect(refused.stderr).toContain(place)
      expect(refused.stderr).toContain('nothing was started [ERR_CONFIG]')
    }
  })
})
