import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import type { PeerOptions } from '../../src/io/diameter/peer-rules.ts'
import type { DiameterConfig, PeerConfig } from '../../src/nodes/config/network-config.ts'
import { applicationIds, neighboursOf, Peering } from '../../src/nodes/peers.ts'

const { Zn, Zpn, PC6 } = applicationIds
const realm = Fqdn('epc.mnc001.mcc001.3gppnetwork.org')
const farRealm = Fqdn('epc.mnc002.mcc001.3gppnetwork.org')
const host = (name: string, of = realm) => Fqdn(`${name}.${of}`)

const settings = (originHost: Fqdn, peers: readonly PeerConfig[] = []): DiameterConfig => ({
  ...{ originHost, peers, listen: { host: '127.0.0.1', port: 0 } },
  ...{ certificateFile: '', certificateKeyFile: '' },
})
const instances = (...names: readonly string[]) =>
  names.map((name) => ({ name, watch: undefined, diameter: settings(host(name)) }))

/** What a KMF with two BSFs and the KMF of another network has, in the order in which the file makes it. */
const neighbours = [
  ...neighboursOf(instances('bsf1', 'bsf1-2'), {
    ...{ realm, applications: [Zn, Zpn], opens: true, isMutual: true },
  }),
  {
    ...{ node: 'kmf2', host: host('kmf2', farRealm), realm: farRealm, applications: [PC6] },
    ...{ opens: false, isMutual: false },
  },
]

const entry = (more: Partial<PeerConfig> & Pick<PeerConfig, 'host'>): PeerConfig => ({
  ...{ realm, priority: 0, requestsPerSecond: Infinity },
  ...more,
})

/** The peers that a KMF with this list has: before it connects, and by connecting. */
async function peersWith(...peers: readonly PeerConfig[]) {
  const added: PeerOptions[] = []
  const awaited: Fqdn[] = []
  const diameter = {
    addPeer: (options: PeerOptions) => void added.push(options),
    setPeers: (options: readonly PeerOptions[]) => Promise.resolve(void added.push(...options)),
    whenAvailable: (...hosts: readonly Fqdn[]) => Promise.resolve(void awaited.push(...hosts)),
  }
  const peering = new Peering(diameter, neighbours, settings(host('kmf1'), peers))
  peering.expect()
  const expected = added.splice(0)
  const context = { addressOf: (node: string) => ({ host: node, port: 5868 }) }
  await peering.connect(context)
  const opened = added.splice(0)
  await peering.renew(context)
  return { expected, opened, awaited, renewed: added }
}

describe('the peers of a node', () => {
  it('are all instances of those that the file makes its peers', async () => {
    const { expected, opened, awaited } = await peersWith()
    expect(expected.map((peer) => peer.host)).toEqual([host('kmf2', farRealm)])
    expect(opened).toMatchObject([
      { host: host('bsf1'), realm, applications: [Zn, Zpn], address: { host: 'bsf1', port: 5868 } },
      { host: host('bsf1-2'), address: { host: 'bsf1-2', port: 5868 } },
    ])
    expect(awaited).toEqual([host('bsf1'), host('bsf1-2')])
  })

  it('R39: have the priority, address, applications and direction that the list gives', async () => {
    const address = { host: '192.0.2.1', port: 1 }
    const { expected, opened } = await peersWith(
      entry({ host: host('bsf1'), priority: 5, requestsPerSecond: 9, address, applications: ['Zn'] }),
      entry({ host: host('bsf1-2'), connect: false }),
      entry({ host: host('kmf2', farRealm), connect: true }),
    )
    expect(expected.map((peer) => peer.host)).toEqual([host('bsf1-2')])
    expect(opened).toMatchObject([
      { host: host('bsf1'), priority: 5, requestsPerSecond: 9, address, applications: [Zn] },
      { host: host('kmf2', farRealm), address: { host: 'kmf2', port: 5868 } },
    ])
  })

  it('R39: behind a relay are reached through it alone, each with its own applications', async () => {
    const relay = Fqdn('dra.example.org')
    const address = { host: '192.0.2.1', port: 1 }
    const { expected, opened, awaited } = await peersWith(
      entry({ host: relay, realm: Fqdn('example.org'), address, relayFor: [host('bsf1'), farRealm] }),
    )
    expect(expected).toEqual([])
    expect(opened.map((peer) => peer.host)).toEqual([host('bsf1-2'), relay])
    expect(opened[1]?.applications).toEqual([])
    expect(opened[1]?.relayFor).toMatchObject([
      { host: host('bsf1'), realm, applications: [Zn, Zpn] },
      { host: host('kmf2', farRealm), realm: farRealm, applications: [PC6] },
      { realm: host('bsf1'), applications: [] },
      { realm: farRealm, applications: [] },
    ])
    expect(awaited).toEqual([host('bsf1-2'), relay])
  })

  it('have a direct connection beside the relay when the list names them too', async () => {
    const { opened } = await peersWith(
      entry({ host: Fqdn('dra.example.org'), relayFor: [realm], priority: 1, connect: true }),
      entry({ host: host('bsf1') }),
    )
    expect(opened.map((peer) => peer.host)).toEqual([host('bsf1'), 'dra.example.org'])
  })

  it('are the same ones when they are renewed, so that none is left', async () => {
    const lists = [
      [],
      [
        entry({ host: host('bsf1-2'), connect: false }),
        entry({ host: host('kmf2', farRealm), connect: true }),
      ],
      [entry({ host: Fqdn('dra.example.org'), relayFor: [host('bsf1'), farRealm], connect: true })],
    ]
    for (const list of lists) {
      const { expected, opened, renewed } = await peersWith(...list)
      const before = [...expected, ...opened]
      expect(renewed).toHaveLength(before.length)
      for (const peer of renewed) expect(before.filter((one) => isDeepStrictEqual(one, peer))).toHaveLength(1)
    }
  })

  it('behind a relay are to it what they may ask, not how this node would reach them', async () => {
    const { opened } = await peersWith(
      entry({ host: Fqdn('dra.example.org'), relayFor: [farRealm], connect: true }),
    )
    expect(opened.at(-1)?.relayFor).toEqual([
      { host: host('kmf2', farRealm), realm: farRealm, applications: [PC6] },
      { realm: farRealm, applications: [] },
    ])
  })

  it('R39: of no network here use what the list allows', async () => {
    const { expected } = await peersWith(entry({ host: Fqdn('bsf.example.org'), applications: ['Zpn'] }))
    expect(expected.at(-1)).toMatchObject({ host: 'bsf.example.org', applications: [Zpn] })
  })
})
