import { describe, expect, it } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { NotAuthorised, TemporaryFailure } from '../../../src/core/errors.ts'
import { nafIdOf, nafUaId, uaIds } from '../../../src/core/identities/naf-id.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { hours } from '../../../src/core/units.ts'
import { pskIdentityOf } from '../../../src/reference-points/pc8/psk-identity.ts'
import type { BootstrappingInfoRequest } from '../../../src/reference-points/zn/exchange.ts'
import {
  bia,
  btidOf,
  entry1,
  entry2,
  first,
  imsi1,
  kmfHost,
  ksNaf,
  labOf,
  nafIdOfKmf,
  plmn1,
  plmn2,
  step6,
  unknownBTid,
} from './kmf-fixture.ts'

const tlsKey = KsNaf(new Uint8Array(32).fill(0x77))
const isProse = (request: BootstrappingInfoRequest) => hex(nafUaId(request.nafId)) === hex(uaIds.prose)
const bothKeys = (request: BootstrappingInfoRequest) =>
  Promise.resolve({ ...bia, meKeyMaterial: isProse(request) ? ksNaf : tlsKey })
const offer = { identity: pskIdentityOf(btidOf(entry1)), uaId: uaIds.tls13 }

describe('the key of PC8, TS 33.220 4.5.3', () => {
  it.each([uaIds.tls13, uaIds.tls12DhePsk])(
    'asks for the TLS key and beside it for the PDK key',
    async (uaId) => {
      const lab = labOf({ plmn: plmn1, bir: bothKeys })
      const subscriber = await lab.kmf.associate({ ...offer, uaId })
      expect(subscriber).toEqual({
        ...{ btid: btidOf(entry1), key: tlsKey, imsi: imsi1, expires: bia.keyExpiry, ussList: bia.ussList },
      })
      const name = first(entry1.kmfNames)
      expect(lab.birs).toEqual(
        [nafIdOf(name, uaId), nafIdOfKmf(entry1)].map((nafId) => ({
          ...{ btid: btidOf(entry1), nafId, gsids: ['1000001'] },
        })),
      )
    },
  )

  it('after it, a set-up of this UE as UE-1 is 7a', async () => {
    const lab = labOf({ plmn: plmn1, bir: bothKeys })
    await lab.ports.authorisations.grant(imsi1, plmn2)
    await lab.kmf.associate(offer)
    await lab.kmf.keyRequested(kmfHost(entry2), step6)
    expect(lab.branches()).toEqual(['7a'])
    expect(lab.birs).toHaveLength(2)
  })

  it('a second connection under the same B-TID needs no BSF', async () => {
    const lab = labOf({ plmn: plmn1, bir: bothKeys })
    const first = await lab.kmf.associate(offer)
    expect(await lab.kmf.associate(offer)).toEqual(first)
    expect(lab.birs).toHaveLength(2)
  })

  it('takes the identity with a dot too', async () => {
    const lab = labOf({ plmn: plmn1, bir: bothKeys })
    expect(await lab.kmf.associate({ ...offer, identity: offer.identity.replace(';', '.') })).toBeDefined()
  })

  it('the UE does not notice when the PDK key cannot be had', async () => {
    const bir = (request: BootstrappingInfoRequest) =>
      isProse(request) ? Promise.reject(new TemporaryFailure('busy')) : bothKeys(request)
    const lab = labOf({ plmn: plmn1, bir })
    expect(await lab.kmf.associate(offer)).toMatchObject({ key: tlsKey })
    expect(lab.counts).toEqual(['kmf-pdk-key-ERR_TEMPORARY_FAILURE'])
  })

  it('B38: an identity that is unknown, expired, of another network or no B-TID is not served', async () => {
    const unknown = labOf({ plmn: plmn1, bir: unknownBTid })
    expect(await unknown.kmf.associate(offer)).toBeUndefined()
    const notAllowed = labOf({ plmn: plmn1, bir: () => Promise.reject(new NotAuthorised('5402')) })
    expect(await notAllowed.kmf.associate(offer)).toBeUndefined()
    const lab = labOf({ plmn: plmn1, bir: bothKeys })
    for (const identity of [
      pskIdentityOf(btidOf(entry2)),
      btidOf(entry1),
      '3GPP-bootstrapping;',
      '',
      'x'.repeat(2000),
    ])
      expect(await lab.kmf.associate({ ...offer, identity })).toBeUndefined()
    expect(lab.birs).toEqual([])
  })

  it('B38: when the kept key expired, the BSF decides', async () => {
    let known = true
    const lab = labOf({ plmn: plmn1, bir: (request) => (known ? bothKeys(request) : unknownBTid()) })
    await lab.kmf.associate(offer)
    known = false
    lab.wait(hours(24))
    expect(await lab.kmf.associate(offer)).toBeUndefined()
  })

  it('R14: an outage of the BSF is no refusal of the B-TID', async () => {
    const lab = labOf({ plmn: plmn1, bir: () => Promise.reject(new TemporaryFailure('no answer')) })
    await expect(lab.kmf.associate(offer)).rejects.toBeInstanceOf(TemporaryFailure)
  })
})
