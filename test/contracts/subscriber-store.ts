import { describe, expect, it } from 'vitest'
import { Sqn } from '../../src/core/aka.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { Impi } from '../../src/core/identities/subscriber.ts'
import { minutes, later } from '../../src/core/units.ts'
import type { SubscriberStore } from '../../src/entities/hss/ports.ts'
import { imsi1, imsi2, milenageSubscriber, noon, rand, tuakSubscriber, visible } from './values.ts'

const oneMore = (last: Sqn) => Sqn(last + 1)

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
      expect((await store.list()).map(({ imsi, gba }) => [imsi, gba])).toEqual([
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
      expect((await store.list()).map(({ imsi }) => imsi)).toEqual([imsi1])
    })

    it('R34: gives each sequence number once, from 0 on, for each subscriber by itself', async () => {
      const store = await open()
      await store.put(milenageSubscriber)
      const drawn = await Promise.all(Array.from({ length: 20 }, () => store.advanceSqn(imsi1, oneMore)))
      expect([...drawn].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
      expect(await store.advanceSqn(imsi2, oneMore)).toBe(1)
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
