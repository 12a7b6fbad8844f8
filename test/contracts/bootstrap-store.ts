import { describe, expect, it } from 'vitest'
import { hours, later, seconds } from '../../src/core/units.ts'
import type { BootstrapStore } from '../../src/entities/bsf/ports.ts'
import { tmpiOf } from '../../src/core/identities/tmpi.ts'
import { impiOfImsi } from '../../src/core/identities/subscriber.ts'
import { bootstrap, btid, home, imsi2, noon, octets, visible } from './values.ts'
import { Ks, wipe } from '../../src/core/keys.ts'

const tmpi = (number: number) => tmpiOf(String.fromCharCode(0x60 + number).repeat(32))
const other = impiOfImsi(imsi2, home)

/** What every store of a BSF does. */
export function bootstrapStoreContract(name: string, open: () => Promise<BootstrapStore>): void {
  describe(`${name} bootstrap store`, () => {
    it('gives back a bootstrap as it was put, with and without user security settings', async () => {
      const store = await open()
      const { guss, ...without } = bootstrap(2)
      await store.put(bootstrap(1))
      await store.put(without)
      expect(guss).toBeDefined()
      expect(visible(await store.find(btid(1), noon))).toEqual(visible(bootstrap(1)))
      expect(visible(await store.find(btid(2), noon))).toEqual(visible(without))
      expect(await store.find(btid(3), noon)).toBeUndefined()
    })

    it('replaces a bootstrap of the same B-TID, removes one', async () => {
      const store = await open()
      await store.put(bootstrap(1))
      const replaced = bootstrap(1, { ks: Ks(octets(32, 99)) })
      await store.put(replaced)
      expect(visible(await store.find(btid(1), noon))).toEqual(visible(replaced))
      expect(await store.remove(btid(1))).toBe(true)
      expect(await store.remove(btid(1))).toBe(false)
      expect(await store.find(btid(1), noon)).toBeUndefined()
    })

    it('R33: keeps its own Ks: who put or got one may wipe it', async () => {
      const store = await open()
      const put = bootstrap(1)
      await store.put(put)
      wipe(put.ks)
      const got = await store.find(btid(1), noon)
      if (got) wipe(got.ks)
      expect(visible(await store.find(btid(1), noon))).toEqual(visible(bootstrap(1)))
    })

    it('TMPI: gives its IMPI until its bootstrapping expires or is removed', async () => {
      const store = await open()
      await store.put(bootstrap(1, { tmpi: tmpi(1), expires: later(noon, seconds(10)) }))
      await store.put(bootstrap(2, { tmpi: tmpi(2), impi: other }))
      await store.put(bootstrap(3))
      expect((await store.find(btid(1), noon))?.tmpi).toBe(tmpi(1))
      expect(await store.findImpi(tmpi(1), later(noon, seconds(9.999)))).toBe(bootstrap(1).impi)
      expect(await store.findImpi(tmpi(1), later(noon, seconds(10)))).toBeUndefined()
      expect(await store.findImpi(tmpi(2), noon)).toBe(other)
      expect(await store.findImpi(tmpi(3), noon)).toBeUndefined()
      await store.remove(btid(2))
      expect(await store.findImpi(tmpi(2), noon)).toBeUndefined()
    })

    it('TMPI: of two that have the same the newest bootstrapping counts, in whatever order they came', async () => {
      const store = await open()
      await store.put(bootstrap(1, { tmpi: tmpi(1), impi: other, created: later(noon, seconds(1)) }))
      await store.put(bootstrap(2, { tmpi: tmpi(1) }))
      expect(await store.findImpi(tmpi(1), noon)).toBe(other)
    })

    it('R37: does not find or list one from its expiry on', async () => {
      const store = await open()
      await store.put(bootstrap(1, { expires: later(noon, seconds(10)) }))
      await store.put(bootstrap(2))
      expect(await store.find(btid(1), later(noon, seconds(9.999)))).toBeDefined()
      expect(await store.find(btid(1), later(noon, seconds(10)))).toBeUndefined()
      expect((await store.list(later(noon, seconds(10)))).map((one) => one.btid)).toEqual([btid(2)])
    })

    it('forgets expired ones in slices', async () => {
      const store = await open()
      for (let number = 0; number < 60; number++) await store.put(bootstrap(number))
      await store.put(bootstrap(60, { expires: later(noon, hours(3)) }))
      const end = later(noon, hours(2))
      expect(await store.forgetExpired(noon, 50)).toBe(0)
      expect(await store.forgetExpired(end, 50)).toBe(50)
      expect(await store.forgetExpired(end, 50)).toBe(10)
      expect(await store.forgetExpired(end, 50)).toBe(0)
      expect((await store.list(noon)).map((one) => one.btid)).toEqual([btid(60)])
    })
  })
}
