import { describe, expect, it } from 'vitest'
import { Sqn } from '../../src/core/aka.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { Impi, Imsi } from '../../src/core/identities/subscriber.ts'
import { K, wipe } from '../../src/core/keys.ts'
import { minutes, later } from '../../src/core/units.ts'
import type { Subscriber, SubscriberStore } from '../../src/entities/hss/ports.ts'
import { imsi1, imsi2, milenageSubscriber, noon, rand, tuakSubscriber, visible } from './values.ts'

const oneMore = (last: Sqn) => Sqn(last + 1)

const imsi3 = Imsi('001010000000003')
const ueIds = [[ProseUeId(1), ProseUeId(0xffff)]] as const
const { prose: settings, ...bare } = milenageSubscriber
const some = settings ?? { ueIds: [], permissions: [], publicSafety: false }
const copyOf = (one: Subscriber): Subscriber => ({ ...one, aka: { ...one.aka, k: K(one.aka.k) } })

/** What every store of an HSS does. */
export function subscriberStoreContract(name: string, open: () => Promise<SubscriberStore>): void {
  describe(`${name} subscriber store`, () => {
    it.each([milenageSubscriber, tuakSubscriber])(
      'gives back a subscriber as it was put, $aka.algorithm',
      async (it) => {
        const store = await open()
        await store.put(it)
        expect(visible(await store.findByImsi(it.imsi))).toEqual(visible(it))
        expect(visible(await store.findByImpi(it.impi))).toEqual(visible(it))
      },
    )

    it('lists by IMSI, replaces, removes', async () => {
      const store = await open()
      await store.put(tuakSubscriber)
      await store.put(milenageSubscriber)
      await store.put({ ...milenageSubscriber, gba: 'GBA_U' })
      expect((await store.page(undefined, 10)).map(({ imsi, gba }) => [imsi, gba])).toEqual([
        [imsi1, 'GBA_U'],
        [imsi2, 'GBA_U'],
      ])
      expect(await store.remove(imsi1)).toBe(true)
      expect(await store.remove(imsi1)).toBe(false)
      expect(await store.findByImsi(imsi1)).toBeUndefined()
      expect(await store.findByImpi(milenageSubscriber.impi)).toBeUndefined()
    })

    it('finds a changed IMPI only under its new name and gives one IMPI to one subscriber only', async () => {
      const store = await open()
      await store.put(milenageSubscriber)
      const impi = Impi('other@example.org')
      await store.put({ ...milenageSubscriber, impi })
      expect(await store.findByImpi(milenageSubscriber.impi)).toBeUndefined()
      expect((await store.findByImpi(impi))?.imsi).toBe(imsi1)
      await expect(store.put({ ...tuakSubscriber, impi })).rejects.toThrow(InvalidValue)
      expect((await store.page(undefined, 10)).map(({ imsi }) => imsi)).toEqual([imsi1])
    })

    it('gives pages by IMSI', async () => {
      const store = await open()
      await store.put(tuakSubscriber)
      await store.put(milenageSubscriber)
      const [first] = await store.page(undefined, 1)
      expect(visible(first)).toEqual(visible(milenageSubscriber))
      expect((await store.page(imsi1, 1)).map(({ imsi }) => imsi)).toEqual([imsi2])
      expect(await store.page(imsi2, 1)).toEqual([])
    })

    it('gives one ProSe UE ID to one subscriber only, and frees it with the subscriber', async () => {
      const store = await open()
      await store.put(milenageSubscriber)
      await expect(store.put({ ...tuakSubscriber, prose: some })).rejects.toThrow(InvalidValue)
      expect(await store.findByImsi(imsi2)).toBeUndefined()
      await store.put({ ...milenageSubscriber, prose: { ...some, ueIds: [ProseUeId(7)] } })
      await store.put({ ...tuakSubscriber, prose: some })
      await store.remove(imsi2)
      await store.put(milenageSubscriber)
    })

    it('puts all of a batch, and its keys may be wiped as it is read', async () => {
      const store = await open()
      const put = { milenage: copyOf(milenageSubscriber), tuak: copyOf(tuakSubscriber) }
      async function* read() {
        for (const subscriber of [put.milenage, put.tuak]) {
          yield await Promise.resolve(subscriber)
          wipe(subscriber.aka.k)
        }
      }
      expect(await store.putAll(read(), { replace: false, ueIds })).toEqual([])
      expect(visible(await store.findByImsi(imsi1))).toEqual(visible(milenageSubscriber))
      expect(visible(await store.findByImpi(tuakSubscriber.impi))).toEqual(visible(tuakSubscriber))
    })

    it.each([
      ['an IMSI that is there', { imsi: imsi2, impi: Impi('new@example.org') }, 'imsi'],
      ['the IMPI of another', { imsi: imsi3, impi: tuakSubscriber.impi }, 'impi'],
      ['a ProSe UE ID of another', { imsi: imsi3, prose: { ...some, ueIds: [ProseUeId(9)] } }, 'prose.ueIds'],
      ['an IMSI twice', { imsi: imsi1, impi: Impi('new@example.org') }, 'imsi'],
      ['an IMPI twice', { imsi: imsi3, impi: milenageSubscriber.impi }, 'impi'],
      ['a ProSe UE ID twice', { imsi: imsi3, prose: some }, 'prose.ueIds'],
    ] as const)('B73: puts nothing of a batch with %s, and says which', async (_, changes, field) => {
      const store = await open()
      await store.put({ ...tuakSubscriber, prose: { ...some, ueIds: [ProseUeId(9)] } })
      const wrong = { ...bare, impi: Impi('third@example.org'), ...changes }
      const conflicts = await store.putAll([milenageSubscriber, wrong], { replace: false, ueIds })
      expect(conflicts.map((conflict) => [conflict.at, conflict.field])).toEqual([[1, field]])
      expect((await store.page(undefined, 10)).map(({ imsi }) => imsi)).toEqual([imsi2])
    })

    it('replaces in a batch, and keeps sequence numbers and ProSe UE IDs that are not named', async () => {
      const store = await open()
      await store.put(milenageSubscriber)
      await store.advanceSqn(imsi1, () => Sqn(1000))
      const again = { ...milenageSubscriber, gba: 'GBA_U', prose: { ...some, ueIds: [] } } as const
      expect(await store.putAll([again], { replace: true, ueIds })).toEqual([])
      const kept = await store.findByImsi(imsi1)
      expect([kept?.gba, kept?.prose?.ueIds]).toEqual(['GBA_U', milenageSubscriber.prose?.ueIds])
      expect(await store.advanceSqn(imsi1, oneMore)).toBe(1001)
    })

    it('gives the lowest free ProSe UE IDs of the ranges, and none when they are used up', async () => {
      const store = await open()
      const range = [[ProseUeId(1), ProseUeId(4)]] as const
      const without = (number: number) => ({
        ...{ ...bare, imsi: Imsi(`00101000000010${number}`), impi: Impi(`user${number}@example.org`) },
        prose: { ...some, ueIds: [] },
      })
      await store.put({ ...bare, prose: { ...some, ueIds: [ProseUeId(2)] } })
      const named = { ...tuakSubscriber, prose: { ...some, ueIds: [ProseUeId(3)] } }
      await store.putAll([without(1), named, without(2)], { replace: false, ueIds: range })
      const ids = (await store.page(imsi1, 10)).map(({ prose }) => prose?.ueIds)
      expect(ids).toEqual([[3], [1], [4]])
      const none = await store.putAll([without(3)], { replace: false, ueIds: range })
      expect(none).toMatchObject([{ at: 0, field: 'prose.ueIds' }])
    })

    it('R34: gives each sequence number once, from 0 on, for each subscriber by itself', async () => {
      const store = await open()
      await store.put(milenageSubscriber)
      const drawn = await Promise.all(Array.from({ length: 20 }, () => store.advanceSqn(imsi1, oneMore)))
      expect([...drawn].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
      expect(await store.lastSqn(imsi2)).toBeUndefined()
      expect(await store.advanceSqn(imsi2, oneMore)).toBe(1)
      expect([await store.lastSqn(imsi1), await store.lastSqn(imsi2)]).toEqual([20, 1])
    })

    it('R34: keeps the sequence number when the subscriber is put again, also after it was removed', async () => {
      const store = await open()
      await store.put(milenageSubscriber)
      await store.advanceSqn(imsi1, () => Sqn(2 ** 48 - 2))
      await store.put(milenageSubscriber)
      await store.remove(imsi1)
      await store.put(milenageSubscriber)
      expect(await store.advanceSqn(imsi1, oneMore)).toBe(2 ** 48 - 1)
      await expect(store.advanceSqn(imsi1, (last) => (last + 1) as Sqn)).rejects.toThrow(InvalidValue)
    })

    it('R35: never moves the sequence number back and leaves it when the next one is refused', async () => {
      const store = await open()
      await store.advanceSqn(imsi1, () => Sqn(1000))
      await expect(store.advanceSqn(imsi1, () => Sqn(999))).rejects.toThrow(InvalidValue)
      await expect(store.advanceSqn(imsi1, () => Sqn(1000))).rejects.toThrow(InvalidValue)
      await expect(
        store.advanceSqn(imsi1, () => {
          throw new RangeError('no more')
        }),
      ).rejects.toThrow(RangeError)
      expect(await store.advanceSqn(imsi1, oneMore)).toBe(1001)
    })

    it('R35: knows a RAND it sent to this subscriber once', async () => {
      const store = await open()
      await store.rememberRand(imsi1, rand(1), noon)
      expect(await store.takeRand(imsi2, rand(1), noon)).toBe(false)
      expect(await store.takeRand(imsi1, rand(2), noon)).toBe(false)
      expect(await store.takeRand(imsi1, rand(1), noon)).toBe(true)
      expect(await store.takeRand(imsi1, rand(1), noon)).toBe(false)
    })

    it('R35: knows the last 16 RANDs, for 10 minutes', async () => {
      const store = await open()
      for (let number = 0; number < 17; number++) await store.rememberRand(imsi1, rand(number), noon)
      const end = later(noon, minutes(10))
      expect(await store.takeRand(imsi1, rand(0), noon)).toBe(false)
      expect(await store.takeRand(imsi1, rand(1), noon)).toBe(true)
      expect(await store.takeRand(imsi1, rand(16), end)).toBe(false)
      await store.rememberRand(imsi1, rand(17), noon)
      expect(await store.takeRand(imsi1, rand(17), (end - 1) as typeof end)).toBe(true)
    })
  })
}
