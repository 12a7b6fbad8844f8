import { describe, expect, it } from 'vitest'
import { hours, later, seconds } from '../../src/core/units.ts'
import type { BootstrapStore } from '../../src/entities/bsf/ports.ts'
import { bootstrap, btid, noon, octets, visible } from './values.ts'
import { Ks } from '../../src/core/keys.ts'

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
