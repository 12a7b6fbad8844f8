import { describe, expect, it } from 'vitest'
import { ConflictingRecords, InvalidRecords, KeptInFile, NotFound } from '../../src/core/administration.ts'
import type { Audit, AuditEntry } from '../../src/core/audit.ts'
import { hex } from '../../src/core/bytes.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { Plmn } from '../../src/core/identities/plmn.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { Imsi } from '../../src/core/identities/subscriber.ts'
import { PlmnTable, type PlmnEntry } from '../../src/core/plmn-table.ts'
import type { HssAdministrationPorts } from '../../src/entities/hss/administration.ts'
import type { SubscriberStore } from '../../src/entities/hss/ports.ts'
import type { AuthorisationStore } from '../../src/entities/kmf/ports.ts'
import { memorySubscriberStore } from '../../src/io/store/memory-hss-store.ts'
import { memoryAuthorisationStore, memoryPeerPlmnStore } from '../../src/io/store/memory-kmf-store.ts'
import type {
  HssAdministration,
  kmfAdministration,
  KmfAdministration,
} from '../../src/nodes/administration/administration.ts'
import { nobodyActs } from '../../src/nodes/administration/ports.ts'
import { home, imsi1, octets } from './values.ts'

const elsewhere = Plmn('001-02')
const entry = (plmn: Plmn): PlmnEntry => ({
  ...{ plmn, realm: Fqdn(`epc.${plmn}.example`), bsfNames: [], kmfNames: [], kmfHosts: [] },
  ...{ proseUeIds: [[ProseUeId(1), ProseUeId(0xff)]], extensions: 0 },
})
const plmns = new PlmnTable([entry(home), entry(elsewhere)])
export const kept = Imsi('001010000000099')
const keptIn = (imsi: Imsi) => (imsi === kept ? 'my.yaml, plmns[0].subscribers[0]' : undefined)

/** What is administered: stores in memory, and what the audit was told. */
export class Administered {
  readonly subscribers: SubscriberStore = memorySubscriberStore()
  readonly authorisations: AuthorisationStore = memoryAuthorisationStore()
  readonly audited: AuditEntry[] = []
  readonly #audit: Audit = { record: (told) => Promise.resolve(void this.audited.push(told)) }

  get hss(): HssAdministrationPorts {
    const { subscribers } = this
    const ueIds = [[ProseUeId(1), ProseUeId(0xff)]] as const
    return { subscribers, audit: this.#audit, home, plmns, ueIds, keptIn }
  }

  get kmf(): Parameters<typeof kmfAdministration>[1] {
    const peers = {
      ...{ peers: memoryPeerPlmnStore(), audit: this.#audit, inFile: [] },
      ...{ fixed: { entries: [], hosts: new Map<string, string>() }, ...nobodyActs },
    }
    const known = () => Promise.resolve(plmns)
    return { authorisations: this.authorisations, audit: this.#audit, home, plmns: known, keptIn, peers }
  }
}

export interface WayIn {
  readonly hss: HssAdministration
  readonly kmf: KmfAdministration
}

export const k = hex(octets(16, 1))
export const opc = hex(octets(16, 2))
const aka = { algorithm: 'MILENAGE', k, opc }
const prose = { ueId: '000009', permissions: ['one-to-one'] }
export const record = (imsi: string, changes: object = {}) => ({ imsi, aka, ...changes })
const imsi2 = Imsi('001010000000002')

const mistakesOf = (answer: Promise<unknown>) =>
  answer.then(
    () => [],
    (error: unknown) => (error as InvalidRecords).mistakes.map(({ at, field }) => [at, field]),
  )

/** What administration does, on the store itself as over the API of a running node. */
export function administrationContract(
  name: string,
  open: (administered: Administered) => Promise<WayIn>,
): void {
  const opened = async () => {
    const administered = new Administered()
    return { administered, ...(await open(administered)) }
  }

  describe(`administration ${name}`, () => {
    it('R46: adds a subscriber, shows it without keys, and has one audit record of it', async () => {
      const { hss, administered } = await opened()
      await hss.add(record(imsi1, { prose }), false)
      const shown = await hss.show(imsi1)
      expect(shown).toEqual({
        ...{ imsi: imsi1, impi: `${imsi1}@ims.mnc001.mcc001.3gppnetwork.org` },
        ...{ algorithm: 'MILENAGE', amf: '0000', gba: 'GBA_ME' },
        prose: { ueIds: ['000009'], permissions: ['one-to-one'], publicSafety: false },
      })
      const { aka: secrets } = (await administered.subscribers.findByImsi(imsi1)) ?? {}
      expect(secrets?.algorithm === 'MILENAGE' && [hex(secrets.k), hex(secrets.opc)]).toEqual([k, opc])
      expect(administered.audited).toMatchObject([
        { what: 'subscriber add', subject: 'subscriber 00101········01', outcome: 'done' },
      ])
      expect(JSON.stringify(administered.audited)).not.toContain(imsi1)
    })

    it('makes OPc of OP, and knows TUAK', async () => {
      const { hss, administered } = await opened()
      await hss.add(record(imsi1, { aka: { algorithm: 'MILENAGE', k, op: opc } }), false)
      const tuak = { algorithm: 'TUAK', k: `${k}${k}`, topc: `${opc}${opc}`, keccakIterations: 2 }
      await hss.add(record(imsi2, { aka: tuak, gba: 'GBA_U' }), false)
      const { aka: secrets } = (await administered.subscribers.findByImsi(imsi1)) ?? {}
      expect(secrets?.algorithm === 'MILENAGE' && hex(secrets.opc)).not.toBe(opc)
      expect(await hss.show(imsi2)).toMatchObject({ algorithm: 'TUAK', gba: 'GBA_U' })
    })

    it.each([
      ['K of 30 digits', { aka: { ...aka, k: k.slice(2) } }, 'aka.k'],
      ['K of zeros', { aka: { ...aka, k: '0'.repeat(32) } }, 'aka.k'],
      ['both OP and OPc', { aka: { ...aka, op: opc } }, 'aka'],
      ['neither OP nor OPc', { aka: { algorithm: 'MILENAGE', k } }, 'aka'],
      ['another algorithm', { aka: { ...aka, algorithm: 'COMP128' } }, 'aka.algorithm'],
      ['a field that there is not', { kFile: 'ue1.k' }, 'kFile'],
      ['an IMSI of another PLMN', { imsi: '001020000000001' }, 'imsi'],
      ['an IMSI of letters', { imsi: 'x' }, 'imsi'],
      ['a ProSe UE ID outside the ranges of its PLMN', { prose: { ueId: '000100' } }, 'prose.ueIds'],
      ['a ProSe UE ID twice', { prose: { ueIds: ['000001', '000001'] } }, 'prose.ueIds'],
      ['a permission that there is not', { prose: { permissions: ['all'] } }, 'prose.permissions[0]'],
      ['a Ks that lives two days', { ksLifetimeSeconds: 172800 }, 'ksLifetimeSeconds'],
      ['a subscriber of the configuration', { imsi: kept }, 'imsi'],
    ])(
      'R46: refuses %s by the parsers of the configuration, and changes nothing',
      async (_, changes, field) => {
        const { hss, administered } = await opened()
        const answer = hss.add(record(imsi1, changes), false)
        await expect(answer).rejects.toThrow(InvalidRecords)
        expect(await mistakesOf(answer)).toContainEqual([0, field])
        expect(String(await answer.catch((error: unknown) => error))).not.toContain(k.slice(2))
        expect(await hss.list(undefined, 10)).toEqual([])
        expect(administered.audited).toMatchObject([{ outcome: 'refused' }])
      },
    )

    it('adds no subscriber twice unless it is to be replaced, and then keeps its ProSe UE IDs', async () => {
      const { hss } = await opened()
      await hss.add(record(imsi1, { prose }), false)
      await expect(hss.add(record(imsi1), false)).rejects.toThrow(ConflictingRecords)
      await hss.add(record(imsi1, { gba: 'GBA_U', prose: {} }), true)
      expect(await hss.show(imsi1)).toMatchObject({ gba: 'GBA_U', prose: { ueIds: ['000009'] } })
    })

    it('gives the lowest free ProSe UE ID to who names none', async () => {
      const { hss } = await opened()
      await hss.importAll([record(imsi1, { prose: {} }), record(imsi2, { prose: { ueId: '000001' } })], false)
      expect((await hss.show(imsi1)).prose?.ueIds).toEqual(['000002'])
    })

    it('B73: imports all or none, and names the record and the field of each mistake', async () => {
      const { hss, administered } = await opened()
      await hss.add(record(imsi2), false)
      const third = '001010000000003'
      const conflict = hss.importAll([record(third), record(imsi1), record(imsi2)], false)
      expect(await mistakesOf(conflict)).toEqual([[2, 'imsi']])
      const wrong = hss.importAll([record(third), record('x'), record(imsi1, { gba: 'GBA' })], false)
      expect(await mistakesOf(wrong)).toEqual([
        [1, 'imsi'],
        [2, 'gba'],
      ])
      expect((await hss.list(undefined, 10)).map(({ imsi }) => imsi)).toEqual([imsi2])
      expect(await hss.importAll([record(third), record(imsi1)], false)).toBe(2)
      expect(administered.audited.map(({ what, outcome }) => `${what} ${outcome}`)).toEqual([
        'subscriber add done',
        'subscriber import refused',
        'subscriber import refused',
        'subscriber import done',
      ])
    })

    it('lists by pages', async () => {
      const { hss } = await opened()
      await hss.importAll([record(imsi2), record(imsi1)], false)
      expect((await hss.list(undefined, 1)).map(({ imsi }) => imsi)).toEqual([imsi1])
      expect((await hss.list(imsi1, 1)).map(({ imsi }) => imsi)).toEqual([imsi2])
      expect(await hss.list(imsi2, 1)).toEqual([])
    })

    it('removes what is there, and nothing that the configuration keeps', async () => {
      const { hss, administered } = await opened()
      await hss.add(record(imsi1), false)
      await hss.remove(imsi1)
      await expect(hss.show(imsi1)).rejects.toThrow(NotFound)
      await expect(hss.remove(imsi1)).rejects.toThrow(NotFound)
      await expect(hss.remove(kept)).rejects.toThrow(KeptInFile)
      expect(administered.audited.map(({ outcome }) => outcome)).toEqual([
        'done',
        'done',
        'refused',
        'refused',
      ])
    })

    it('R46: grants and revokes at once, each with one audit record', async () => {
      const { kmf, administered } = await opened()
      await kmf.grant({ imsi: imsi1, plmn: elsewhere })
      expect(await administered.authorisations.mayLink(imsi1, elsewhere)).toBe(true)
      expect(await kmf.show(imsi1)).toEqual({ imsi: imsi1, gba: 'GBA_ME', mayLinkWith: [elsewhere] })
      await kmf.revoke({ imsi: imsi1, plmn: elsewhere })
      expect(await administered.authorisations.mayLink(imsi1, elsewhere)).toBe(false)
      await expect(kmf.revoke({ imsi: imsi1, plmn: elsewhere })).rejects.toThrow(NotFound)
      await expect(kmf.show(imsi1)).rejects.toThrow(NotFound)
      expect(administered.audited.map(({ what, outcome }) => [what, outcome])).toEqual([
        ['permission grant', 'done'],
        ['permission revoke', 'done'],
        ['permission revoke', 'refused'],
      ])
    })

    it('grants every PLMN by *, and none that this network does not know', async () => {
      const { kmf } = await opened()
      await kmf.grant({ imsi: imsi1, plmn: '*' })
      expect((await kmf.show(imsi1)).mayLinkWith).toEqual(['*'])
      await expect(kmf.grant({ imsi: imsi1, plmn: Plmn('999-99') })).rejects.toThrow(InvalidRecords)
      await expect(kmf.grant({ imsi: Imsi('001020000000001'), plmn: '*' })).rejects.toThrow(InvalidRecords)
    })

    it('changes no permission that the configuration keeps', async () => {
      const { kmf } = await opened()
      await expect(kmf.grant({ imsi: kept, plmn: '*' })).rejects.toThrow(KeptInFile)
      await expect(kmf.revoke({ imsi: kept, plmn: '*' })).rejects.toThrow(KeptInFile)
      await expect(kmf.remove(kept)).rejects.toThrow(KeptInFile)
      await expect(kmf.importAll([{ imsi: kept }])).rejects.toThrow(InvalidRecords)
    })

    it('imports permissions and cards with GBA_U, all or none, lists and removes them', async () => {
      const { kmf } = await opened()
      const one = { imsi: imsi1, gba: 'GBA_U', mayLinkWith: ['001-02'] }
      const wrong = kmf.importAll([one, { imsi: imsi2, mayLinkWith: ['999-99'] }])
      expect(await mistakesOf(wrong)).toEqual([[1, 'mayLinkWith']])
      expect(await kmf.list(undefined, 10)).toEqual([])
      expect(await kmf.importAll([one, { imsi: imsi2, mayLinkWith: ['*'] }])).toBe(2)
      expect(await kmf.list(undefined, 1)).toEqual([one])
      expect((await kmf.list(imsi1, 5)).map(({ imsi }) => imsi)).toEqual([imsi2])
      await kmf.remove(imsi1)
      await expect(kmf.remove(imsi1)).rejects.toThrow(NotFound)
    })
  })
}
