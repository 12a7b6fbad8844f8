import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { InvalidConfig } from '../../../src/core/invalid-config.ts'
import { Plmn } from '../../../src/core/identities/plmn.ts'
import { listenersOf } from '../../../src/nodes/config/listeners.ts'
import { parseNetworkConfig } from '../../../src/nodes/config/load.ts'
import type { NetworkConfig } from '../../../src/nodes/config/network-config.ts'
import { configuredNodes, findNode, plmnTableFor } from '../../../src/nodes/config/nodes.ts'
import { nodeNames } from '../../../src/nodes/names.ts'

const realm = 'epc.mnc001.mcc001.3gppnetwork.org'
type Settings = Readonly<Record<string, unknown>>

/** The text of the example with these settings at the HSS, BSF and KMF of its first PLMN. */
function withSettings(of: Partial<Record<'hss' | 'bsf' | 'kmf', Settings>>): string {
  const file = parse(readFileSync('examples/two-plmns.yaml', 'utf8')) as { plmns: Record<string, Settings>[] }
  for (const [kind, settings] of Object.entries(of)) Object.assign(file.plmns[0]?.[kind] ?? {}, settings)
  return stringify(file)
}
const configOf = (...of: Parameters<typeof withSettings>): NetworkConfig =>
  parseNetworkConfig(withSettings(...of), join('/lab', 'my.yaml'))

const mistakesIn = (...of: Parameters<typeof withSettings>): readonly string[] => {
  try {
    configOf(...of)
  } catch (error) {
    if (error instanceof InvalidConfig)
      return error.mistakes.map(({ path, message }) => `${path}: ${message}`)
    throw error
  }
  return []
}

describe('replicas of a configuration', () => {
  const config = configOf({
    hss: { watch: { listen: '127.0.0.1:9464' }, replicas: [{}, { watch: { listen: '127.0.0.1:9465' } }] },
    bsf: { replicas: [{ ubListen: '127.0.0.1:8080', diameter: { originHost: 'b.example.org' } }, {}] },
    kmf: { replicas: [{ pc8: { listen: '127.0.0.1:4433' } }] },
  })
  const [plmn] = config.plmns
  if (!plmn) throw new Error('no PLMN')

  it('are nodes of their own, each after the first of its kind', () => {
    const names = [
      ...['hss1', 'hss1-2', 'hss1-3', 'bsf1', 'bsf1-2', 'bsf1-3', 'kmf1', 'kmf1-2'],
      ...['hss2', 'bsf2', 'kmf2'],
    ]
    expect(configuredNodes(config).map(({ name }) => name)).toEqual([...names, 'ue1', 'ue2'])
  })

  it('have a certificate, a name and addresses of their own, and one store', () => {
    const [first, second] = plmn.bsf.instances
    expect(first).toMatchObject({ name: 'bsf1', diameter: { originHost: `bsf1.${realm}` } })
    expect(second).toMatchObject({
      name: 'bsf1-2',
      ubListen: { host: '127.0.0.1', port: 8080 },
      diameter: { originHost: 'b.example.org' },
    })
    expect(second?.diameter.certificateFile).toMatch(/certs\/bsf1-2\.pem$/)
    const [one, another] = ['bsf1', 'bsf1-2'].map((name) => findNode(config, name)?.plmn.bsf)
    expect(another).toMatchObject({ name: 'bsf1-2', ubListen: { port: 8080 } })
    expect(another?.store).toEqual(one?.store)
    expect(another?.instances).toEqual(one?.instances)
  })

  it('are watched each where it says itself, or not at all', () => {
    const watched = ['hss1', 'hss1-2', 'hss1-3'].map((name) => findNode(config, name)?.plmn.hss.watch)
    expect(watched).toEqual([
      { listen: { host: '127.0.0.1', port: 9464 } },
      undefined,
      { listen: { host: '127.0.0.1', port: 9465 } },
    ])
  })

  it('listen where the file says, each at its own place in it', () => {
    const places = listenersOf(plmn).map(({ node, path }) => `${node} ${path.join('.')}`)
    expect(places).toContain('bsf1-2 bsf.replicas.0.ubListen')
    expect(places).toContain('kmf1-2 kmf.replicas.0.pc8.listen')
    expect(places).toContain('hss1 hss.diameter.listen')
  })

  it('R2: every KMF of the PLMN may ask on PC6, and is found by its name', () => {
    const table = plmnTableFor(config, Plmn('001-02'))
    expect(table.entries[1]?.kmfHosts).toEqual([`kmf1.${realm}`, `kmf1-2.${realm}`])
    expect(nodeNames(config).ofHost(`kmf1-2.${realm}`)).toBe('kmf1-2')
    expect(nodeNames(config).ofHost('pkmf.mnc001.mcc001.pub.3gppnetwork.org')).toBe('kmf1')
  })

  it.each([
    [
      { bsf: { ubListen: '127.0.0.1:80', replicas: [{ ubListen: '127.0.0.1:80' }] } },
      'plmns[0].bsf.replicas[0].ubListen: plmns[0].bsf.ubListen listens there already',
    ],
    [
      { hss: { replicas: [{ diameter: { originHost: `hss1.${realm}` } }] } },
      'plmns[0].hss.replicas[0].diameter.originHost: the Origin-Host is that of plmns[0].hss.diameter.originHost',
    ],
    [
      { hss: { replicas: [{ storeFile: 'other.db' }] } },
      'plmns[0].hss.replicas[0].storeFile: no such setting',
    ],
  ] as const)('B71: %j', (of, mistake) => expect(mistakesIn(of)).toEqual([mistake]))
})

describe('lists of Diameter peers', () => {
  const peers = (...list: readonly Settings[]) => ({ kmf: { diameter: { peers: list } } })

  it('have the realm of the PLMN, and count for every replica', () => {
    const config = configOf({
      kmf: { replicas: [{}], diameter: { peers: [{ host: 'dra.example.org', relayFor: [realm] }] } },
    })
    const wanted = {
      host: 'dra.example.org',
      realm,
      priority: 0,
      requestsPerSecond: Infinity,
      relayFor: [realm],
    }
    for (const { diameter } of config.plmns[0]?.kmf.instances ?? []) expect(diameter.peers).toEqual([wanted])
  })

  it.each([
    [
      peers({ host: 'a.example.org' }, { host: 'a.example.org' }),
      'plmns[0].kmf.diameter.peers[1].host: this peer stands before already',
    ],
    [peers({ host: `kmf1.${realm}` }), 'plmns[0].kmf.diameter.peers[0].host: this is the kmf itself'],
    [
      peers({ host: 'a.example.org', connect: true }),
      'plmns[0].kmf.diameter.peers[0].connect: to connect, an address is needed',
    ],
    [
      peers({ host: `bsf1.${realm}`, relayFor: [realm] }),
      'plmns[0].kmf.diameter.peers[0].relayFor: this peer is a node of this file, and those relay nothing',
    ],
  ])('B71: %j', (of, mistake) => expect(mistakesIn(of)).toEqual([mistake]))
})
