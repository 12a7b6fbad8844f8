import { expect, it, vi } from 'vitest'
import { isAllZero } from '../../../src/core/bytes.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { PTid } from '../../../src/core/identities/p-tid.ts'
import { TokenBuckets } from '../../../src/core/token-buckets.ts'
import { hours, later } from '../../../src/core/units.ts'
import { ksOf } from '../../../src/crypto/gba-keys.ts'
import { kmfPolicy } from '../../../src/entities/bsf/naf-policy.ts'
import { pushInfo } from '../../../src/entities/bsf/push.ts'
import { aSubscriber, gbaNetwork } from '../gba-network.ts'

vi.mock('../../../src/crypto/gba-keys.ts', { spy: true })

it('R33: the Ks of a push is wiped, the key that the NAF gets is not', async () => {
  const { bsfPorts, subscribers, clock } = gbaNetwork()
  await subscribers.put(aSubscriber)
  const host = Fqdn('kmf1.epc.mnc001.mcc001.3gppnetwork.org')
  const name = Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org')
  const { meKeyMaterial } = await pushInfo(
    {
      ...{
        impi: aSubscriber.impi,
        nafId: nafIdOf(name, uaIds.prose),
        ptId: PTid(new Uint8Array(16).fill(1)),
      },
      ...{ gbaU: false, requestedExpiry: later(clock.now(), hours(1)), gsids: [] },
    },
    host,
    { nafs: [kmfPolicy([host], [name])], ksLifetime: hours(24), pushes: new TokenBuckets(3) },
    bsfPorts,
  )
  const ks = vi.mocked(ksOf).mock.results.map(({ value }) => value as Uint8Array)
  expect(ks.map(isAllZero)).toEqual([true])
  expect(isAllZero(meKeyMaterial)).toBe(false)
})
