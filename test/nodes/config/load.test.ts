import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InvalidConfig } from '../../../src/core/invalid-config.ts'
import { bTidOf, type BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Plmn } from '../../../src/core/identities/plmn.ts'
import { ProseUeId } from '../../../src/core/identities/prose.ts'
import { Impi, Imsi } from '../../../src/core/identities/subscriber.ts'
import { loadNetworkConfig, parseNetworkConfig } from '../../../src/nodes/config/load.ts'
import { configuredNodes, findNode, plmnTableFor } from '../../../src/nodes/config/nodes.ts'
import { tmpiOf } from '../../../src/core/identities/tmpi.ts'
import { nodeNames } from '../../../src/nodes/names.ts'
import { rand } from '../../contracts/values.ts'
import { temporaryDirectory } from '../../io/store/temporary.ts'

const example = 'examples/two-plmns.yaml'

const shortest = `
version: 1
plmns:
  - plmn: "001-01"
    kmf: { proseUeIds: ["000001-00ffff"] }
    subscribers:
      - imsi: "001010000000001"
        aka: { algorithm: TUAK, kFile: k, topcFile: /keys/topc }
        prose: { permissions: [one-to-one] }
      - imsi: "001010000000002"
        aka: { algorithm: MILENAGE, kFile: k, opFile: op, amf: "0102" }
        prose: { ueIds: ["000001", "000003"] }
      - imsi: "001010000000003"
        aka: { algorithm: TUAK, kFile: k, topcFile: topc, keccakIterations: 2 }
        prose: {}
ues:
  a: { imsi: "001010000000001" }
  b: { imsi: "001010000000002", disabledAlgorithms: [128-EEA1, 128-EIA2], imsiOverPc5PerHour: unlimited }
`

describe('a configuration', () => {
  it('of the example has two PLMNs, a UE each, and free ports everywhere', () => {
    const config = loadNetworkConfig(example)
    expect(config.lab).toEqual({ directory: resolve('.sidelock/lab'), createMissingSecrets: true })
    expect(configuredNodes(config).map(({ name }) => name)).toEqual(['hss1', 'bsf1', 'kmf1', 'hss2', 'bsf2', 'kmf2', 'ue1', 'ue2']) // prettier-ignore
    for (const { hss, bsf, kmf } of config.plmns)
      for (const address of [
        hss.diameter.listen,
        bsf.ubListen,
        bsf.diameter.listen,
        kmf.pc8.listen,
        kmf.diameter.listen,
      ])
        expect(address).toEqual({ host: '127.0.0.1', port: 0 })
    expect(config.ues.map(({ eea, eia }) => [eea, eia])).toEqual([[[2, 1, 3], [2, 1, 3]], [[2, 1, 3], [2, 1, 3]]]) // prettier-ignore
    expect(config.plmns.map(({ kmf }) => kmf.diameter.originHost)).toEqual([
      'kmf1.epc.mnc001.mcc001.3gppnetwork.org',
      'kmf2.epc.mnc002.mcc001.3gppnetwork.org',
    ])
  })

  it('needs little: names, lifetimes, files and identities have defaults', () => {
    const config = parseNetworkConfig(shortest, '/etc/prose/my.yaml')
    expect(config.lab).toBeUndefined()
    expect(config.diameter).toEqual({ trustedCaFile: '/etc/prose/ca/ca.pem', unsafePlainTcp: false })
    const [plmn] = config.plmns
    expect(plmn).toMatchObject({
      realm: 'epc.mnc001.mcc001.3gppnetwork.org',
      hss: {
        name: 'hss1',
        store: {
          engine: 'sqlite',
          file: '/etc/prose/stores/hss1.db',
          keyFile: '/etc/prose/secrets/hss1.key',
        },
        diameter: {
          originHost: 'hss1.epc.mnc001.mcc001.3gppnetwork.org',
          certificateFile: '/etc/prose/certs/hss1.pem',
          certificateKeyFile: '/etc/prose/certs/hss1.key',
        },
      },
      bsf: {
        fqdn: 'bsf.mnc001.mcc001.pub.3gppnetwork.org',
        ksLifetime: 86400,
        challengesPerMinute: 30,
        pushesPerMinute: 3,
        tmpi: true,
      },
      kmf: {
        fqdn: 'pkmf.mnc001.mcc001.pub.3gppnetwork.org',
        nafKeyMaxAge: 43200,
        pdkLifetime: 3600,
        pc8: { tls: ['1.3', '1.2'] },
        limits: {
          keyRequestsPerUe2PerMinute: 60,
          keyRequestsPerUe1PerMinute: 10,
          keyRequestsPerPeerPerSecond: 1000,
          pushesPerImsiPerMinute: 3,
        },
      },
    })
    expect(plmn?.subscribers[0]?.aka).toEqual({
      algorithm: 'TUAK',
      kFile: '/etc/prose/k',
      topcFile: '/keys/topc',
      keccakIterations: 1,
    })
    expect(plmn?.subscribers.map(({ amf }) => [...amf])).toEqual([[0, 0], [1, 2], [0, 0]]) // prettier-ignore
    expect(plmn?.subscribers[0]?.impi).toBe('001010000000001@ims.mnc001.mcc001.3gppnetwork.org')
  })

  it('gives the lowest free ProSe UE ID to an entry without one', () => {
    const [plmn] = parseNetworkConfig(shortest, 'my.yaml').plmns
    expect(plmn?.subscribers.map(({ prose }) => prose?.ueIds)).toEqual([[2], [1, 3], [4]])
  })

  it('R20: leaves disabled algorithms out of the order of choice', () => {
    const [a, b] = parseNetworkConfig(shortest, 'my.yaml').ues
    expect([a?.eea, a?.eia, b?.eea, b?.eia]).toEqual([[2, 1, 3], [2, 1, 3], [2, 3], [1, 3]]) // prettier-ignore
    expect([a?.imsiOverPc5PerHour, b?.imsiOverPc5PerHour]).toEqual([10, Infinity])
    expect(a).toMatchObject({
      imsiOverPc5: 'seed',
      openPc8: true,
      allowEea0: false,
      pc5Profile: 'seed',
      requireVerifiedPeer: false,
    })
  })

  it('says which Relay Service Codes a UE serves, and which it wants', () => {
    const text = shortest
      .replace('  a: {', '  a: { wantedRelayServiceCode: "00012A",')
      .replace('  b: {', '  b: { relayServiceCodes: ["00012a", "000000"],')
    const [a, b] = parseNetworkConfig(text, 'x').ues
    expect(a).toMatchObject({ wantedRelayServiceCode: 0x12a, relayServiceCodes: [] })
    expect(b).toMatchObject({ relayServiceCodes: [0x12a, 0] })
    expect(b?.wantedRelayServiceCode).toBeUndefined()
  })

  it('R5: says which NAFs a BSF serves beside its KMF; they are of its realm unless they say another', () => {
    const naf = 'originHost: as.example.org, fqdns: [naf.example.org], uaIds: ["0100000002"]'
    const nafs = `nafs: [{ ${naf} }, { ${naf.replaceAll('example', 'test')}, realm: test.org, gsids: ["7"], push: true }]`
    const text = shortest.replace('kmf: {', `bsf: { ${nafs} }\n    kmf: {`)
    expect(parseNetworkConfig(text, 'x').plmns[0]?.bsf.nafs).toEqual([
      {
        ...{ originHost: 'as.example.org', realm: 'epc.mnc001.mcc001.3gppnetwork.org' },
        ...{ fqdns: ['naf.example.org'], uaIds: [Uint8Array.of(1, 0, 0, 0, 2)], gsids: [], push: false },
        discloseImpi: false,
      },
      {
        ...{ originHost: 'as.test.org', realm: 'test.org' },
        ...{ fqdns: ['naf.test.org'], uaIds: [Uint8Array.of(1, 0, 0, 0, 2)], gsids: ['7'], push: true },
        discloseImpi: false,
      },
    ])
  })

  it('takes IPv6, IPv4 and names to listen on', () => {
    const listening = (listen: string) =>
      parseNetworkConfig(shortest.replace('kmf: {', `bsf: { ubListen: "${listen}" }\n    kmf: {`), 'x')
        .plmns[0]?.bsf.ubListen
    expect(listening('[::1]:80')).toEqual({ host: '::1', port: 80 })
    expect(listening('0.0.0.0:65535')).toEqual({ host: '0.0.0.0', port: 65535 })
    expect(listening('localhost:0')).toEqual({ host: 'localhost', port: 0 })
  })

  it('finds files relative to the lab, without a lab relative to the YAML file', () => {
    const withLab = parseNetworkConfig(`${shortest}\nlab: { directory: /var/lab }`, '/etc/prose/my.yaml')
    expect(withLab.plmns[0]?.subscribers[1]?.aka).toMatchObject({
      kFile: '/var/lab/k',
      opFile: '/var/lab/op',
    })
  })

  it.each([
    ['missing', () => undefined],
    ['a directory', (file: string) => mkdirSync(file)],
    ['not text', (file: string) => writeFileSync(file, Uint8Array.of(0xff, 0xfe, 0))],
  ])('B71: a configuration file that is %s is refused', (_, make) => {
    const file = join(temporaryDirectory(), 'my.yaml')
    make(file)
    expect(() => loadNetworkConfig(file)).toThrow(InvalidConfig)
  })

  it('takes CRLF and a byte order mark', () => {
    const text = readFileSync(example, 'utf8')
    expect(parseNetworkConfig(`\ufeff${text.replaceAll('\n', '\r\n')}`, example)).toEqual(
      loadNetworkConfig(example),
    )
  })
})

describe('what nodes need of a configuration', () => {
  const config = loadNetworkConfig(example)
  const [first, second] = config.plmns.map(({ plmn }) => plmn)

  it('R4: a PLMN table has the own PLMN first, then the PC6 peers, and no other', () => {
    const table = plmnTableFor(config, second ?? Plmn('999-99'))
    expect(table.entries.map(({ plmn }) => plmn)).toEqual([second, first])
    expect(table.entries[1]).toMatchObject({
      kmfHosts: ['kmf1.epc.mnc001.mcc001.3gppnetwork.org'],
      bsfNames: ['bsf.mnc001.mcc001.pub.3gppnetwork.org', 'bsf.ims.mnc001.mcc001.pub.3gppnetwork.org'],
    })
    const kmf = nafIdOf(Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose)
    expect(table.homeOfNafId(kmf)?.plmn).toBe(first)
    expect(table.homeOfProseUeId(ProseUeId(0x010203))?.plmn).toBe(first)
    expect(table.homeOfImsi(Imsi('001020000000009'))?.plmn).toBe(second)

    const alone = readFileSync(example, 'utf8').replaceAll(/pc6Peers: .*/g, 'pc6Peers: []')
    const noPeers = plmnTableFor(parseNetworkConfig(alone, 'x'), second ?? Plmn('999-99'))
    expect(noPeers.entries.map(({ plmn }) => plmn)).toEqual([second])
  })

  it('E1, E2, E3: nobody has them unless the file says so, for each pair of PLMNs', () => {
    const setsIn = (text: string, plmn: string) =>
      plmnTableFor(parseNetworkConfig(text, 'x'), Plmn(plmn)).entries.map(({ extensions }) => extensions)
    const text = readFileSync(example, 'utf8')
    expect([setsIn(text, '001-01'), setsIn(text, '001-02')]).toEqual([[0, 0], [0, 0]]) // prettier-ignore
    const some = text
      .replace(
        'realm: epc.mnc001',
        'extensions: { "001-02": [E3, E1], "001-01": [E2] }\n    realm: epc.mnc001',
      )
      .replace('realm: epc.mnc002', 'extensions: { "001-01": [E1, E3] }\n    realm: epc.mnc002')
    expect([setsIn(some, '001-01'), setsIn(some, '001-02')]).toEqual([[2, 5], [0, 5]]) // prettier-ignore
  })

  it('a BSF with a name of its own has no other name', () => {
    const text = readFileSync(example, 'utf8').replace('bsf.mnc001.mcc001.pub', 'bsf1.mnc001.mcc001.pub')
    const table = plmnTableFor(parseNetworkConfig(text, 'x'), Plmn('001-01'))
    const of = (name: string): BTid => bTidOf(rand(1), Fqdn(`${name}.mnc001.mcc001.pub.3gppnetwork.org`))
    expect(table.homeOfBTid(of('bsf1'))?.plmn).toBe('001-01')
    expect(table.homeOfBTid(of('bsf'))).toBeUndefined()
  })

  it('nodes are found by name', () => {
    expect(findNode(config, 'kmf2')).toMatchObject({ kind: 'kmf', plmn: { plmn: '001-02' } })
    expect(findNode(config, 'ue2')).toMatchObject({
      kind: 'ue',
      plmn: { plmn: '001-02' },
      subscriber: { imsi: '001020000000002' },
      ue: { discovery: 'model-a' },
    })
    expect(findNode(config, 'kmf3')).toBeUndefined()
  })

  it('node names are found by every identity', () => {
    const names = nodeNames(config)
    expect(names.all).toEqual(['hss1', 'bsf1', 'kmf1', 'hss2', 'bsf2', 'kmf2', 'ue1', 'ue2'])
    expect(names.ofHost('hss2.epc.mnc002.mcc001.3gppnetwork.org')).toBe('hss2')
    expect(names.ofHost('bsf.mnc001.mcc001.pub.3gppnetwork.org')).toBe('bsf1')
    expect(names.ofHost('pkmf.mnc002.mcc001.pub.3gppnetwork.org')).toBe('kmf2')
    expect(names.ofHost('example.org')).toBeUndefined()
    expect(names.ofImsi(Imsi('001010000000001'))).toBe('ue1')
    expect(names.ofImpi(Impi('001020000000002@ims.mnc002.mcc001.3gppnetwork.org'))).toBe('ue2')
    expect(names.ofImpi(Impi('somebody@example.org'))).toBeUndefined()
    expect(names.ofTmpi(tmpiOf('a'.repeat(32)))).toBeUndefined()
    for (const user of ['a', 'b']) names.learnTmpi('ue1', tmpiOf(user.repeat(32)))
    expect(names.ofTmpi(tmpiOf('b'.repeat(32)))).toBe('ue1')
    expect(names.ofTmpi(tmpiOf('a'.repeat(32)))).toBeUndefined()
    expect(names.ofLayer2Id(ProseUeId(0x0a0b0c))).toBe('ue2')
    expect(names.ofLayer2Id(ProseUeId(1))).toBeUndefined()
  })
})
