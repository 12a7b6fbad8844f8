import { describe, expect, it } from 'vitest'
import { isAllZero } from '../../../src/core/bytes.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { KsNaf, Pdk } from '../../../src/core/keys.ts'
import { hours, seconds } from '../../../src/core/units.ts'
import type { NafKeyRow, NafKeyStore } from '../../../src/entities/kmf/ports.ts'
import { memoryNafKeyStore } from '../../../src/io/store/memory-kmf-store.ts'
import { pskIdentityOf } from '../../../src/reference-points/pc8/psk-identity.ts'
import * as fixture from './kmf-fixture.ts'

const { askKmf1, bia, entry1, failure, first, gpa, imsi1, imsi2, kmf1, labOf, plmn1, row, ue2 } = fixture

/** A store, and all the octets of keys that it gave. */
function watchedStore(): { readonly keys: NafKeyStore; readonly given: Uint8Array[] } {
  const inner = memoryNafKeyStore()
  const given: Uint8Array[] = []
  const find: NafKeyStore['find'] = async (btid, now) => {
    const found = await inner.find(btid, now)
    given.push(...(found?.keys ?? []).map(({ key }) => key))
    return found
  }
  return { given, keys: { ...inner, find } }
}

const tlsKey = {
  nafId: nafIdOf(first(entry1.kmfNames), uaIds.tls13),
  key: KsNaf(new Uint8Array(32).fill(9)),
}
/** Ks_NAF for the PDK and Ks_NAF for PC8. */
const twoKeys: NafKeyRow = { ...row, keys: [...row.keys, tlsKey] }
const areWiped = (keys: readonly Uint8Array[]) => keys.map(isAllZero)

/** A Zn that gives these octets themselves. */
const znOf = (key: KsNaf, part: Partial<typeof bia> = {}) => ({
  bootstrappingInfo: () => Promise.resolve({ ...bia, meKeyMaterial: key, ...part }),
})

describe('R33: a KMF keeps no key beside its store', () => {
  it('R33: 7a: every key of the row is wiped, that of PC8 too', async () => {
    const { keys, given } = watchedStore()
    const lab = await kmf1({ ports: { keys } })
    await keys.put(twoKeys)
    expect((await askKmf1(lab)).pdk).toHaveLength(32)
    expect(areWiped(given)).toEqual([true, true])
  })

  it('R33: 7a for who is not authorised: every key of the row is wiped', async () => {
    const { keys, given } = watchedStore()
    const lab = labOf({ plmn: plmn1, ports: { keys } })
    await keys.put(twoKeys)
    await failure(askKmf1(lab))
    expect(areWiped(given)).toEqual([true, true])
  })

  it('R33: 7b: the keys that are too old are wiped', async () => {
    const { keys, given } = watchedStore()
    const lab = await kmf1({ ports: { keys }, settings: { nafKeyMaxAge: hours(1) } })
    await keys.put(twoKeys)
    lab.wait(seconds(3601))
    expect(await askKmf1(lab)).toHaveProperty('gpi')
    expect(areWiped(given)).toEqual([true, true])
  })

  it('R33: 7c: the key that the BSF gave is wiped, also for who is not authorised', async () => {
    for (const allowed of [true, false]) {
      const key = KsNaf(bia.meKeyMaterial)
      const lab = labOf({ plmn: plmn1, ports: { zn: znOf(key) } })
      if (allowed) await lab.ports.authorisations.grant(imsi1, '*')
      expect(await askKmf1(lab).then(() => true, () => false)).toBe(allowed) // prettier-ignore
      expect(isAllZero(key)).toBe(true)
    }
  })

  it('R30: an expired key of the BSF is not kept, and wiped', async () => {
    const key = KsNaf(bia.meKeyMaterial)
    const lab = await kmf1({ ports: { zn: znOf(key, { keyExpiry: fixture.start }) } })
    expect(await failure(askKmf1(lab))).toMatchObject({ code: 'ERR_KEY_REQUEST_FAILED' })
    expect(await lab.ports.keys.list(fixture.start)).toEqual([])
    expect(isAllZero(key)).toBe(true)
  })

  it.each([
    ['to another subscriber', { impi: Impi('other@example.org') }],
    ['without a GPI', { gpi: new Uint8Array(40) }],
    ['that has expired', { keyExpiry: fixture.start }],
  ])('R33: a push %s: its key is wiped', async (_, part) => {
    const key = KsNaf(bia.meKeyMaterial)
    const lab = await kmf1({
      gpr: (request) => Promise.resolve({ ...gpa(request), meKeyMaterial: key, ...part }),
    })
    await failure(askKmf1(lab, { ue1Id: { kind: 'imsi', imsi: imsi1 } }))
    expect(isAllZero(key)).toBe(true)
  })

  it('R33: steps 5 and 10: the settings of UE-2 are looked up, and no key of it leaves the store', async () => {
    const { keys, given } = watchedStore()
    const lab = labOf({ ports: { keys } })
    await lab.ports.authorisations.grant(imsi2, plmn1)
    await keys.put({ ...twoKeys, btid: ue2.btid, imsi: imsi2, ussList: ue2.ussList })
    expect(await lab.ask()).toMatchObject({ outcome: 'key' })
    expect(given).toEqual([])
  })

  it('R33: step 10 refused: the PDK of the other KMF is wiped', async () => {
    const pdk = Pdk(fixture.pka.pdk)
    const late = { ...fixture.pka, pdk, keyExpiry: fixture.start }
    const lab = labOf({ ports: { pc6: { requestKey: () => Promise.resolve(late) } } })
    await lab.ports.authorisations.grant(imsi2, plmn1)
    expect(await lab.ask()).toMatchObject({ outcome: 'error', code: 4 })
    expect(isAllZero(pdk)).toBe(true)
  })

  it('R33: PC8: the server gets a key of its own, the others of the row are wiped', async () => {
    const { keys, given } = watchedStore()
    const lab = await kmf1({ ports: { keys } })
    await keys.put(twoKeys)
    const subscriber = await lab.kmf.associate({ identity: pskIdentityOf(row.btid), uaId: uaIds.tls13 })
    expect(subscriber?.key).toEqual(tlsKey.key)
    expect(areWiped(given)).toEqual([true, true])
  })

  it('R33: PC8: of two keys from the BSF that of the handshake stays, that for the PDK is wiped', async () => {
    const given: Uint8Array[] = []
    const bootstrappingInfo = () => {
      const meKeyMaterial = KsNaf(bia.meKeyMaterial)
      given.push(meKeyMaterial)
      return Promise.resolve({ ...bia, meKeyMaterial })
    }
    const lab = await kmf1({ ports: { zn: { bootstrappingInfo } } })
    await lab.kmf.associate({ identity: pskIdentityOf(row.btid), uaId: uaIds.tls13 })
    expect(areWiped(given)).toEqual([false, true])
  })
})
