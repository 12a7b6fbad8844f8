import { describe, expect, it } from 'vitest'
import { ConflictingRecords, InvalidRecords, KeptInFile, NotFound } from '../../src/core/administration.ts'
import type { AuditEntry } from '../../src/core/audit.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { Plmn } from '../../src/core/identities/plmn.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { defaultNames, type PlmnEntry } from '../../src/core/plmn-table.ts'
import { memoryPeerPlmnStore } from '../../src/io/store/memory-kmf-store.ts'
import type { PeerPlmnAdministration, PeerPlmnPorts } from '../../src/nodes/peer-plmns/administration.ts'
import { placedPeer } from '../../src/nodes/peer-plmns/fitting.ts'
import type { PeerPlmn } from '../../src/nodes/peer-plmns/record.ts'
import { home } from './values.ts'

const inFile: PeerPlmn = {
  ...{ plmn: Plmn('001-02'), ...defaultNames(Plmn('001-02')), extensions: [] },
  proseUeIds: [[ProseUeId(0x080000), ProseUeId(0x0fffff)]],
  kmfs: [{ host: Fqdn('kmf2.example.org'), priority: 0, requestsPerSecond: Infinity }],
}
const ownEntry: PlmnEntry = {
  ...{ plmn: home, ...defaultNames(home), kmfHosts: [Fqdn('kmf1.example.org')], extensions: 0 },
  proseUeIds: [[ProseUeId(1), ProseUeId(0x07ffff)]],
}

/** What is administered, what the audit was told, and how often a node was. */
export class AdministeredPeers {
  readonly audited: AuditEntry[] = []
  changes = 0
  readonly ports: PeerPlmnPorts = {
    peers: memoryPeerPlmnStore(),
    audit: { record: (told) => Promise.resolve(void this.audited.push(told)) },
    fixed: {
      entries: [
        { place: 'my.yaml, plmns[0]', entry: ownEntry },
        { place: 'my.yaml, plmns[1]', entry: placedPeer(inFile).entry },
      ],
      hosts: new Map([['dra.example.org', 'my.yaml, plmns[0].kmf.diameter.peers[0]']]),
    },
    inFile: [inFile],
    changed: () => {
      this.changes++
      return Promise.resolve()
    },
    connections: () => ({ 'kmf3.example.org': 'available', 'bsf1.example.org': 'available' }),
  }
}

const third = Plmn('001-03')
const kmfs = [{ host: 'kmf3.example.org', address: '192.0.2.3:5868' }]
const record = { plmn: '001-03', proseUeIds: ['100000-1fffff'], kmfs }
const fourth = { plmn: '001-04', proseUeIds: ['200000-2fffff'], kmfs: [{ host: 'kmf4.example.org' }] }
const shown = {
  ...{ plmn: '001-03', realm: 'epc.mnc003.mcc001.3gppnetwork.org', proseUeIds: ['100000-1fffff'] },
  ...{ kmfNames: ['pkmf.mnc003.mcc001.pub.3gppnetwork.org'], extensions: [] },
  kmfs: [{ ...kmfs[0], priority: 0, requestsPerSecond: 'unlimited' }],
  connections: { 'kmf3.example.org': 'available' },
}

const mistakesOf = (answer: Promise<unknown>): Promise<readonly (readonly unknown[])[]> =>
  answer.then(
    () => [],
    (error: unknown) =>
      (error as InvalidRecords).mistakes.map(({ at, field, reason }) => [at, field, reason]),
  )

/** What administration of peer PLMNs does, on the store itself as over the API of a running node. */
export function peerPlmnAdministrationContract(
  name: string,
  open: (ports: PeerPlmnPorts) => Promise<PeerPlmnAdministration>,
): void {
  const opened = async () => {
    const administered = new AdministeredPeers()
    return { administered, peers: await open(administered.ports) }
  }

  describe(`administration of peers ${name}`, () => {
    it('R46: adds a peer with the names of its PLMN, has the node act, and has one audit record of it', async () => {
      const { peers, administered } = await opened()
      await peers.add(record, false)
      expect(await peers.show(third)).toMatchObject(shown)
      expect(administered.changes).toBe(1)
      const detail = { proseUeIds: '100000-1fffff', kmfs: 'kmf3.example.org' }
      expect(administered.audited).toMatchObject([
        { what: 'peer add', subject: 'peer 001-03', outcome: 'done', detail },
      ])
    })

    it('lists those of the configuration first, with their place', async () => {
      const { peers } = await opened()
      await peers.importAll([fourth, record], false)
      const told = (await peers.list()).map(({ plmn, keptIn }) => [plmn, keptIn])
      expect(told).toEqual([['001-02', 'my.yaml, plmns[1]'], ['001-03', undefined], ['001-04', undefined]]) // prettier-ignore
    })

    it.each([
      ['R2: a range of ours', { proseUeIds: ['070000-17ffff'] }, 'proseUeIds[0]', 'overlaps 000001-07ffff of my.yaml, plmns[0]: one ID would name two UEs'], // prettier-ignore
      ['R2: a range of another peer of the file', { proseUeIds: ['300000-3fffff', '0fffff-0fffff'] }, 'proseUeIds[1]', 'overlaps 080000-0fffff of my.yaml, plmns[1]: one ID would name two UEs'], // prettier-ignore
      ['R2: a range of another peer of the store', { proseUeIds: ['2fffff-3fffff'] }, 'proseUeIds[0]', 'overlaps 200000-2fffff of peer 001-04 of this store: one ID would name two UEs'], // prettier-ignore
      ['R2: two ranges that overlap', { proseUeIds: ['300000-3fffff', '3fffff-4fffff'] }, 'proseUeIds[1]', 'overlaps 300000-3fffff of proseUeIds[0]: one ID would name two UEs'], // prettier-ignore
      ['a PLMN of the file', { plmn: '001-02' }, 'plmn', 'this PLMN stands at my.yaml, plmns[1] already'],
      ['our own PLMN', { plmn: '001-01' }, 'plmn', 'this PLMN stands at my.yaml, plmns[0] already'],
      ['R4: a realm of another', { realm: 'epc.mnc002.mcc001.3gppnetwork.org' }, 'realm', 'the realm is that of my.yaml, plmns[1]'], // prettier-ignore
      ['R4: MNC 001 beside 01, whose names are the same', { plmn: '001-001' }, 'realm', 'the realm is that of my.yaml, plmns[0]'], // prettier-ignore
      ['R4: a KMF name of another', { kmfNames: ['pkmf.mnc004.mcc001.pub.3gppnetwork.org'] }, 'kmfNames[0]', 'the name is that of peer 001-04 of this store'], // prettier-ignore
      ['R4: a BSF name of another', { bsfNames: ['bsf.mnc001.mcc001.pub.3gppnetwork.org'] }, 'bsfNames[0]', 'the name is that of my.yaml, plmns[0]'], // prettier-ignore
      ['R39: a KMF of another', { kmfs: [{ host: 'kmf4.example.org' }] }, 'kmfs[0].host', 'the name is that of peer 001-04 of this store'], // prettier-ignore
      ['R39: our own KMF', { kmfs: [...kmfs, { host: 'kmf1.example.org' }] }, 'kmfs[1].host', 'the name is that of my.yaml, plmns[0]'], // prettier-ignore
      ['R39: a relay of the file', { kmfs: [{ host: 'dra.example.org' }] }, 'kmfs[0].host', 'the name is that of my.yaml, plmns[0].kmf.diameter.peers[0]'], // prettier-ignore
      ['a KMF twice', { kmfs: [...kmfs, ...kmfs] }, 'kmfs[1].host', 'the name is that of kmfs[0]'],
      ['a connection to nowhere', { kmfs: [{ host: 'kmf3.example.org', connect: true }] }, 'kmfs[0].connect', 'to connect, an address is needed'], // prettier-ignore
    ])('refuses %s, names both places, and changes nothing', async (_, changes, field, reason) => {
      const { peers, administered } = await opened()
      await peers.add(fourth, false)
      const answer = peers.add({ ...record, ...changes }, false)
      await expect(answer).rejects.toThrow(InvalidRecords)
      expect(await mistakesOf(answer)).toContainEqual([0, field, reason])
      expect((await peers.list()).map(({ plmn }) => plmn)).toEqual(['001-02', '001-04'])
      expect(administered.changes).toBe(1)
      expect(administered.audited).toMatchObject([{ outcome: 'done' }, { outcome: 'refused' }])
    })

    it.each([
      ['no range', { proseUeIds: [] }, 'proseUeIds'],
      ['a range that ends before it begins', { proseUeIds: ['1fffff-100000'] }, 'proseUeIds[0]'],
      ['an ID of 2 octets', { proseUeIds: ['0000-ffff'] }, 'proseUeIds[0]'],
      ['no KMF', { kmfs: [] }, 'kmfs'],
      ['a host that is no name', { kmfs: [{ host: 'kmf 3' }] }, 'kmfs[0].host'],
      ['an address without a port', { kmfs: [{ host: 'kmf3.example.org', address: '192.0.2.3' }] }, 'kmfs[0].address'], // prettier-ignore
      ['an extension that there is not', { extensions: ['E9'] }, 'extensions[0]'],
      ['a PLMN of letters', { plmn: 'x' }, 'plmn'],
      ['a field that there is not', { password: 'x' }, 'password'],
    ])('R46, B75: refuses %s by the parsers of the configuration', async (_, changes, field) => {
      const { peers, administered } = await opened()
      const answer = peers.add({ ...record, ...changes }, false)
      await expect(answer).rejects.toThrow(InvalidRecords)
      expect((await mistakesOf(answer)).map(([, found]) => found)).toContain(field)
      expect(await administered.ports.peers.read()).toMatchObject({ peers: [] })
    })

    it('B73: imports all or none, and names the record and the field of each mistake', async () => {
      const { peers, administered } = await opened()
      const wrong = peers.importAll([record, { ...fourth, proseUeIds: ['1fffff-2fffff'] }, record], false)
      expect((await mistakesOf(wrong)).map(([at, field]) => [at, field])).toEqual([
        [1, 'proseUeIds[0]'],
        [2, 'plmn'],
      ])
      expect(await administered.ports.peers.read()).toMatchObject({ peers: [] })
      expect(await peers.importAll([record, fourth], false)).toBe(2)
      expect(administered.audited.map(({ what, outcome }) => `${what} ${outcome}`)).toEqual([
        'peer import refused',
        'peer import done',
      ])
    })

    it('adds no peer twice unless it is to be replaced', async () => {
      const { peers } = await opened()
      await peers.add(record, false)
      await expect(peers.add(record, false)).rejects.toThrow(ConflictingRecords)
      await peers.add({ ...record, proseUeIds: ['180000-2fffff'], extensions: ['E1'] }, true)
      expect(await peers.show(third)).toMatchObject({ proseUeIds: ['180000-2fffff'], extensions: ['E1'] })
    })

    it('removes what the store keeps, and nothing that the configuration says', async () => {
      const { peers, administered } = await opened()
      await peers.add(record, false)
      await peers.remove(third)
      await expect(peers.show(third)).rejects.toThrow(NotFound)
      await expect(peers.remove(third)).rejects.toThrow(NotFound)
      await expect(peers.remove(inFile.plmn)).rejects.toThrow(KeptInFile)
      expect(administered.changes).toBe(2)
      expect(administered.audited.map(({ what, outcome }) => `${what} ${outcome}`)).toEqual([
        'peer add done',
        'peer remove done',
        'peer remove refused',
        'peer remove refused',
      ])
    })
  })
}
