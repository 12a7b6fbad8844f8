import { describe, expect, it } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { NotAuthorised, TemporaryFailure } from '../../../src/core/errors.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { wipe } from '../../../src/core/keys.ts'
import { hours } from '../../../src/core/units.ts'
import { btid, fqdn, keyHex, nafKeys, otherBTid } from './naf-fixture.ts'

const isWiped = (key: Uint8Array) => key.every((octet) => octet === 0)

describe('the keys of a NAF', () => {
  it('are asked for once for each B-TID and Ua id, under the NAF_Id of both', async () => {
    const { keys, asked } = nafKeys()
    const first = await keys.find(btid, uaIds.httpDigest)
    wipe(first?.key ?? new Uint8Array())
    const again = await keys.find(btid, uaIds.httpDigest)
    expect(hex(again?.key ?? new Uint8Array())).toBe(keyHex)
    await keys.associate({ identity: `3GPP-bootstrapping;${btid}`, uaId: uaIds.tls13 })
    expect(asked).toEqual(
      [uaIds.httpDigest, uaIds.tls13].map((uaId) => ({ btid, nafId: nafIdOf(fqdn, uaId), gsids: [] })),
    )
  })

  it('R33: end with their lifetime, and are erased', async () => {
    const { keys, asked, given, wait } = nafKeys()
    await keys.find(btid, uaIds.httpDigest)
    wait(hours(1))
    await keys.find(btid, uaIds.httpDigest)
    expect(asked).toHaveLength(2)
    expect(given.map(isWiped)).toEqual([true, false])
    keys.close()
    expect(given.map(isWiped)).toEqual([true, true])
  })

  it('R14: a BSF that is away is an outage, one that refuses is a no', async () => {
    const away = nafKeys(new TemporaryFailure('away')).keys
    await expect(away.find(btid, uaIds.httpDigest)).rejects.toBeInstanceOf(TemporaryFailure)
    expect(await nafKeys(new NotAuthorised('no')).keys.find(btid, uaIds.httpDigest)).toBeUndefined()
    expect(await nafKeys().keys.find(otherBTid, uaIds.httpDigest)).toBeUndefined()
  })

  it('an identity that is no B-TID is not asked for', async () => {
    const { keys, asked } = nafKeys()
    expect(await keys.associate({ identity: 'somebody', uaId: uaIds.tls13 })).toBeUndefined()
    expect(asked).toEqual([])
  })
})
