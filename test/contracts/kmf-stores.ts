import { describe, expect, it } from 'vitest'
import { Plmn } from '../../src/core/identities/plmn.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { impiOfImsi } from '../../src/core/identities/subscriber.ts'
import { wipe } from '../../src/core/keys.ts'
import { hours, later, seconds } from '../../src/core/units.ts'
import type {
  AuthorisationStore,
  KmfPorts,
  NafKeyStore,
  PeerPlmnStore,
  PushedGpi,
  PushedGpiStore,
} from '../../src/entities/kmf/ports.ts'
import {
  btid,
  home,
  imsi1,
  imsi2,
  nafKey,
  nafKeyRow,
  noon,
  proseNaf,
  rand,
  tlsNaf,
  visible,
} from './values.ts'

/** What every store of NAF keys does. */
export function nafKeyStoreContract(name: string, open: () => Promise<NafKeyStore>): void {
  describe(`${name} NAF key store`, () => {
    it('gives back a row as it was put, also without identities and keys', async () => {
      const store = await open()
      const { created, expires } = nafKeyRow(2)
      const bare = { btid: btid(2), created, expires, ussList: [], keys: [] }
      await store.put(nafKeyRow(1))
      await store.put(bare)
      expect(visible(await store.find(btid(1), noon))).toEqual(visible(nafKeyRow(1)))
      expect(visible(await store.find(btid(2), noon))).toEqual(visible(bare))
      expect(await store.find(btid(3), noon)).toBeUndefined()
    })

    it('adds keys to the row of the same B-TID, takes the newest settings, keeps a known identity', async () => {
      const store = await open()
      await store.put(nafKeyRow(1))
      const { btid: id, created, expires } = nafKeyRow(1)
      await store.put({ btid: id, created, expires, ussList: [], keys: [{ nafId: tlsNaf, key: nafKey(7) }] })
      await store.put(nafKeyRow(1, { keys: [{ nafId: proseNaf, key: nafKey(8) }], ussList: [] }))
      const row = await store.find(btid(1), noon)
      expect(row).toMatchObject({ imsi: imsi1, impi: impiOfImsi(imsi1, home), ussList: [] })
      const keys = row?.keys.map(({ nafId, key }) => visible([nafId, key])).sort()
      expect(keys).toEqual([visible([proseNaf, nafKey(8)]), visible([tlsNaf, nafKey(7)])].sort())
    })

    it('keeps an expired row without its keys', async () => {
      const store = await open()
      await store.put(nafKeyRow(1, { expires: later(noon, seconds(10)) }))
      expect((await store.find(btid(1), later(noon, seconds(9.999))))?.keys).toHaveLength(1)
      expect(await store.find(btid(1), later(noon, seconds(10)))).toMatchObject({ imsi: imsi1, keys: [] })
      expect((await store.list(later(noon, seconds(10))))[0]?.keys).toEqual([])
    })

    it('erases the keys of expired rows in slices, for good', async () => {
      const store = await open()
      for (let number = 0; number < 60; number++) await store.put(nafKeyRow(number))
      const end = later(noon, hours(1))
      expect(await store.eraseExpired(noon, 50)).toBe(0)
      expect(await store.eraseExpired(end, 50)).toBe(50)
      expect(await store.eraseExpired(end, 50)).toBe(10)
      expect(await store.eraseExpired(end, 50)).toBe(0)
      expect((await store.list(noon)).flatMap(({ keys }) => keys)).toEqual([])
    })

    it('R43: forgets an expired row that no IMSI is known of, and keeps it until then', async () => {
      const store = await open()
      const { btid: id, impi, created, expires } = nafKeyRow(1)
      await store.put({ btid: id, ...(impi && { impi }), created, expires, ussList: [], keys: [{ nafId: proseNaf, key: nafKey(1) }] }) // prettier-ignore
      await store.put(nafKeyRow(2))
      await store.eraseExpired(noon, 50)
      expect(await store.list(noon)).toHaveLength(2)
      expect(await store.eraseExpired(later(noon, hours(1)), 50)).toBe(2)
      expect((await store.list(noon)).map((row) => row.btid)).toEqual([btid(2)])
    })

    it('of a subscriber keeps the expired row of the last used B-TID only', async () => {
      const store = await open()
      const next = { created: later(noon, hours(2)), expires: later(noon, hours(3)) }
      await store.put(nafKeyRow(1))
      await store.put(nafKeyRow(2, { imsi: imsi2 }))
      await store.put(nafKeyRow(3, next))
      expect((await store.list(noon)).map((row) => row.btid).sort()).toEqual([btid(2), btid(3)].sort())
    })

    it('of two that overlapped keeps the newer one once both are expired', async () => {
      const store = await open()
      await store.put(nafKeyRow(1))
      await store.put(nafKeyRow(2, { created: later(noon, seconds(60)), expires: later(noon, hours(2)) }))
      expect(await store.list(noon)).toHaveLength(2)
      await store.eraseExpired(later(noon, hours(2)), 50)
      expect((await store.list(noon)).map((row) => row.btid)).toEqual([btid(2)])
    })

    it('R33: keeps its own keys: who put or got some may wipe them', async () => {
      const store = await open()
      const put = nafKeyRow(1)
      await store.put(put)
      const wipeAll = (row: typeof put | undefined) => wipe(...(row?.keys.map(({ key }) => key) ?? []))
      wipeAll(put)
      wipeAll(await store.find(btid(1), noon))
      expect(visible(await store.find(btid(1), noon))).toEqual(visible(nafKeyRow(1)))
    })

    it('forgets a row with its keys', async () => {
      const store = await open()
      await store.put(nafKeyRow(1))
      expect(await store.forget(btid(1))).toBe(true)
      expect(await store.forget(btid(1))).toBe(false)
      await store.put(nafKeyRow(1, { keys: [] }))
      expect((await store.find(btid(1), noon))?.keys).toEqual([])
    })
  })
}

/** What every store of a KMF answers to the questions of steps 5, 7 and 10. */
export function decisionStoreContract(
  name: string,
  open: () => Promise<Pick<KmfPorts, 'keys' | 'authorisations' | 'decisions'>>,
): void {
  const elsewhere = Plmn('001-02')

  describe(`${name} decision store`, () => {
    it('gives of UE-1 the row, of its keys the one that was named, and nothing for another B-TID', async () => {
      const { keys, decisions } = await open()
      const both = [proseNaf, tlsNaf].map((nafId, at) => ({ nafId, key: nafKey(at) }))
      await keys.put(nafKeyRow(1, { keys: both }))
      await keys.put(nafKeyRow(2, { keys: [] }))
      for (const wanted of both) {
        const found = await decisions.ue1(btid(1), noon, wanted.nafId, elsewhere)
        expect(visible(found?.row)).toEqual(visible(nafKeyRow(1, { keys: [wanted] })))
      }
      expect((await decisions.ue1(btid(2), noon, proseNaf, elsewhere))?.row.keys).toEqual([])
      expect(await decisions.ue1(btid(3), noon, proseNaf, elsewhere)).toBeUndefined()
    })

    it('gives an expired row of UE-1 without its key', async () => {
      const { keys, decisions } = await open()
      await keys.put(nafKeyRow(1))
      const found = await decisions.ue1(btid(1), nafKeyRow(1).expires, proseNaf, elsewhere)
      expect(found?.row).toMatchObject({ imsi: imsi1, keys: [] })
    })

    it('R33: keeps its own keys: who got one may wipe it', async () => {
      const { keys, decisions } = await open()
      await keys.put(nafKeyRow(1))
      const look = () => decisions.ue1(btid(1), noon, proseNaf, elsewhere)
      wipe(...((await look())?.row.keys ?? []).map(({ key }) => key))
      expect(visible((await look())?.row)).toEqual(visible(nafKeyRow(1)))
    })

    it('R8: says of both what the table says now, and no to who has no IMSI', async () => {
      const { keys, authorisations, decisions } = await open()
      const { impi, imsi, ...nameless } = nafKeyRow(2)
      await keys.put(nafKeyRow(1))
      await keys.put(nameless)
      const said = async (number: number, plmn = elsewhere) => {
        const [id, its] = [btid(number), number === 1 && imsi !== undefined ? { imsi } : {}]
        const asUe1 = await decisions.ue1(id, noon, proseNaf, plmn)
        const asUe2 = await decisions.ue2({ btid: id, ...its }, plmn)
        return [asUe1?.mayLink, asUe2.mayLink]
      }
      expect(impi).toBeDefined()
      expect(await said(1)).toEqual([false, false])
      await authorisations.grant(imsi2, elsewhere)
      expect(await said(1)).toEqual([false, false])
      await authorisations.grant(imsi1, elsewhere)
      expect(await said(1)).toEqual([true, true])
      expect(await said(1, home)).toEqual([false, false])
      expect(await said(2)).toEqual([false, false])
      await authorisations.grant(imsi1, '*')
      await authorisations.revoke(imsi1, elsewhere)
      expect(await said(1)).toEqual([true, true])
      await authorisations.revoke(imsi1, '*')
      expect(await said(1)).toEqual([false, false])
    })

    it('R8: tells of UE-2 the newest settings of its B-TID, expired or not', async () => {
      const { keys, decisions } = await open()
      const row = nafKeyRow(1)
      await keys.put(row)
      const settings = async (number: number) =>
        (await decisions.ue2({ btid: btid(number), imsi: imsi1 }, elsewhere)).ussList
      expect(await settings(1)).toEqual(row.ussList)
      await keys.put({ ...row, ussList: [] })
      await keys.eraseExpired(later(noon, hours(1)), 50)
      expect(await settings(1)).toEqual([])
      expect(await settings(2)).toBeUndefined()
    })
  })
}

/** What every authorisation table does. */
export function authorisationStoreContract(name: string, open: () => Promise<AuthorisationStore>): void {
  const elsewhere = Plmn('001-02')

  describe(`${name} authorisation store`, () => {
    it('R8: says no without a row, also to the own PLMN', async () => {
      const store = await open()
      expect(await store.mayLink(imsi1, home)).toBe(false)
      await store.grant(imsi2, elsewhere)
      expect(await store.mayLink(imsi1, elsewhere)).toBe(false)
    })

    it('R8: says yes for a row of exactly this PLMN or of all', async () => {
      const store = await open()
      await store.grant(imsi1, elsewhere)
      await store.grant(imsi1, elsewhere)
      await store.grant(imsi2, '*')
      expect(await store.mayLink(imsi1, elsewhere)).toBe(true)
      expect(await store.mayLink(imsi1, Plmn('001-002'))).toBe(false)
      expect(await store.mayLink(imsi2, home)).toBe(true)
    })

    it('says no again at once after a revocation', async () => {
      const store = await open()
      await store.grant(imsi1, elsewhere)
      expect(await store.revoke(imsi1, elsewhere)).toBe(true)
      expect(await store.revoke(imsi1, elsewhere)).toBe(false)
      expect(await store.mayLink(imsi1, elsewhere)).toBe(false)
    })

    it('takes all that an operator says of a subscriber, in place of what was kept', async () => {
      const store = await open()
      await store.grant(imsi1, home)
      await store.putAll([
        { imsi: imsi2, usesGbaU: true, mayLinkWith: [] },
        { imsi: imsi1, usesGbaU: false, mayLinkWith: ['*', elsewhere] },
      ])
      expect(await store.list()).toEqual([
        { imsi: imsi1, plmn: '*' },
        { imsi: imsi1, plmn: elsewhere },
      ])
      expect([await store.usesGbaU(imsi1), await store.usesGbaU(imsi2)]).toEqual([false, true])
      await store.putAll([{ imsi: imsi2, usesGbaU: false, mayLinkWith: [] }])
      expect(await store.usesGbaU(imsi2)).toBe(false)
    })

    it('gives pages by IMSI, and forgets all of a subscriber', async () => {
      const store = await open()
      const first = { imsi: imsi1, usesGbaU: true, mayLinkWith: [elsewhere] }
      const second = { imsi: imsi2, usesGbaU: false, mayLinkWith: ['*'] } as const
      await store.putAll([second, first])
      expect(await store.page(undefined, 1)).toEqual([first])
      expect(await store.page(imsi1, 5)).toEqual([second])
      expect([await store.remove(imsi1), await store.remove(imsi1)]).toEqual([true, false])
      expect(await store.page(undefined, 5)).toEqual([second])
      expect(await store.usesGbaU(imsi1)).toBe(false)
    })

    it('lists the rows of all or of one subscriber', async () => {
      const store = await open()
      await store.grant(imsi2, '*')
      await store.grant(imsi1, elsewhere)
      await store.grant(imsi1, home)
      const rows = [
        { imsi: imsi1, plmn: home },
        { imsi: imsi1, plmn: elsewhere },
      ]
      expect(await store.list()).toEqual([...rows, { imsi: imsi2, plmn: '*' }])
      expect(await store.list(imsi1)).toEqual(rows)
    })
  })
}

/** What every memory of pushed GPIs does. */
export function pushedGpiStoreContract(name: string, open: () => Promise<PushedGpiStore>): void {
  const byImsi = { kind: 'imsi', imsi: imsi1 } as const
  const gpi: PushedGpi = { rand: rand(1), ue1Id: byImsi, ue2Id: ProseUeId(0x0a0b0c) }
  const end = later(noon, seconds(60))

  describe(`${name} store of pushed GPIs`, () => {
    it('R35: gives one once, for its RAND and its two UEs alone', async () => {
      const store = await open()
      await store.add(gpi, end)
      const others: readonly PushedGpi[] = [
        { ...gpi, rand: rand(2) },
        { ...gpi, ue1Id: { kind: 'imsi', imsi: imsi2 } },
        { ...gpi, ue1Id: { kind: 'b-tid', btid: btid(1) } },
        { ...gpi, ue2Id: ProseUeId(0x0a0b0d) },
      ]
      for (const other of others) expect(await store.take(other, noon)).toBe(false)
      expect(await store.take(gpi, noon)).toBe(true)
      expect(await store.take(gpi, noon)).toBe(false)
    })

    it('R35: of two that ask at once one gets it', async () => {
      const store = await open()
      await store.add(gpi, end)
      const taken = await Promise.all([store.take(gpi, noon), store.take(gpi, noon)])
      expect(taken.filter(Boolean)).toHaveLength(1)
    })

    it('R35: gives it until its end, and not after', async () => {
      const store = await open()
      const byBTid: PushedGpi = { ...gpi, ue1Id: { kind: 'b-tid', btid: btid(1) } }
      await store.add(gpi, end)
      await store.add(byBTid, end)
      expect(await store.take(gpi, end)).toBe(true)
      expect(await store.take(byBTid, later(end, seconds(0.001)))).toBe(false)
    })

    it('R43: forgets those whose time is over, so many at once', async () => {
      const store = await open()
      for (let number = 0; number < 5; number++) await store.add({ ...gpi, rand: rand(number) }, end)
      expect(await store.forgetExpired(end, 3)).toBe(0)
      const after = later(end, seconds(1))
      expect([await store.forgetExpired(after, 3), await store.forgetExpired(after, 3)]).toEqual([3, 2])
      expect(await store.take(gpi, end)).toBe(false)
    })
  })
}

const one = { plmn: Plmn('001-02'), record: '{"plmn":"001-02"}' }
const other = { plmn: Plmn('001-03'), record: '{"plmn":"001-03"}' }

/** What every store of peer PLMNs does. */
export function peerPlmnStoreContract(name: string, open: () => Promise<PeerPlmnStore>): void {
  describe(`${name} peer PLMN store`, () => {
    it('keeps what it was told by PLMN, replaces, removes, and has another revision each time', async () => {
      const store = await open()
      const revisions = [await store.revision()]
      const changed = async (put: (typeof one)[], remove: Plmn[] = []) => {
        await store.change(() => ({ put, remove }))
        revisions.push(await store.revision())
        return store.read()
      }
      expect((await store.read()).peers).toEqual([])
      expect((await changed([other, one])).peers).toEqual([one, other])
      const newer = { ...one, record: '{}' }
      expect((await changed([newer])).peers).toEqual([newer, other])
      expect(await changed([], [one.plmn])).toEqual({ revision: revisions.at(-1), peers: [other] })
      expect(new Set(revisions).size).toBe(4)
    })

    it('changes nothing where the change is refused', async () => {
      const store = await open()
      await store.change(() => ({ put: [one], remove: [] }))
      const before = await store.read()
      const refuse = () => {
        throw new Error('refused')
      }
      await expect(store.change(refuse)).rejects.toThrow('refused')
      expect(await store.read()).toEqual(before)
    })

    it('R2: of changes at once each sees those before it', async () => {
      const store = await open()
      const alone = (peer: typeof one) =>
        store.change((peers) => ({ put: peers.length === 0 ? [peer] : [], remove: [] }))
      await Promise.all([alone(one), alone(other)])
      expect((await store.read()).peers).toHaveLength(1)
    })
  })
}
