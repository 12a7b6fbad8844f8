import { beforeEach, describe, expect, it } from 'vitest'
import { KeyRequestFailed, Pc8IdentityRefused, TemporaryFailure } from '../../../src/core/errors.ts'
import { keyOctets, type Pdk } from '../../../src/core/keys.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Instant } from '../../../src/core/units.ts'
import { deriveKsNaf } from '../../../src/crypto/gba-keys.ts'
import type {
  ProseDirectKeyRequest,
  ProseDirectKeyResponse,
} from '../../../src/reference-points/pc8/exchange.ts'
import { kmf, messageOf, twoUes } from './two-ues.ts'

let world: Awaited<ReturnType<typeof twoUes>>
beforeEach(async () => {
  world = await twoUes()
})

type Faulty = (request: ProseDirectKeyRequest) => ProseDirectKeyResponse | Error

const key = (request: ProseDirectKeyRequest) => {
  const answer = world.network.keyFor(request)
  if (answer.outcome !== 'key') throw new Error('the network has a key')
  return answer
}
const pdk = (octets: Uint8Array): Pdk => keyOctets(octets) as Pdk

describe('CR 33.303 6.X.3.2 steps 4 and 10: UE-2 and its KMF', () => {
  const answers: readonly (readonly [string, Faulty, 1 | 2 | 6])[] = [
    [
      'B49: the PDK has 31 octets',
      (request) => ({ ...key(request), pdk: pdk(new Uint8Array(31).fill(1)) }),
      2,
    ],
    [
      'B49: the PDK has 33 octets',
      (request) => ({ ...key(request), pdk: pdk(new Uint8Array(33).fill(1)) }),
      2,
    ],
    ['B49, R30: the PDK has no octets', (request) => ({ ...key(request), pdk: pdk(new Uint8Array(0)) }), 2],
    ['B49, R30: the PDK is zero', (request) => ({ ...key(request), pdk: pdk(new Uint8Array(32)) }), 2],
    [
      'B49: another transaction',
      (request) => ({ ...key(request), transactionId: request.transactionId + 1 }),
      2,
    ],
    ['B49: the key has expired', (request) => ({ ...key(request), keyExpiry: Instant(0) }), 2],
    ['error-code 1', ({ transactionId }) => ({ transactionId, outcome: 'error', code: 1 }), 2],
    ['error-code 2', ({ transactionId }) => ({ transactionId, outcome: 'error', code: 2 }), 1],
    ['error-code 3', ({ transactionId }) => ({ transactionId, outcome: 'error', code: 3 }), 6],
    ['error-code 4', ({ transactionId }) => ({ transactionId, outcome: 'error', code: 4 }), 2],
    ['a malformed answer, HTTP 4xx', () => new KeyRequestFailed('HTTP 400'), 2],
    ['HTTP 5xx', () => new TemporaryFailure('HTTP 503'), 6],
    ['the port breaks', () => new Error('what nobody thought of'), 6],
  ]
  it.each(answers)('%s: REJECT by its cause, no Command', async (_, answer, cause) => {
    world.network.answer = answer
    expect(await world.connect(world.ue1)).not.toMatchObject({ outcome: 'secured' })
    expect(world.ue2.sent.map(({ name }) => name)).toEqual(['DIRECT_COMMUNICATION_REJECT'])
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(cause)
    expect(world.ue2.reports).toMatchObject([{ step: '10', what: 'refused' }])
  })

  it('B49, R25: no GPI though the request had an IMSI is REJECT #2', async () => {
    world.network.bootstraps.clear()
    world.network.ubAnswers = false
    world.network.answer = (request) => {
      const answer = world.network.keyFor(request)
      if (answer.outcome !== 'key') return answer
      const { transactionId, outcome, pdk, keyExpiry } = answer
      return { transactionId, outcome, pdk, keyExpiry, ue1ProseUeIds: [] }
    }
    await world.connect(world.ue1)
    expect(messageOf(world.ue1, 'directCommunicationRequest', -1).ue1Id.kind).toBe('imsi')
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
  })

  it('R15: each request has a transaction of its own', async () => {
    await world.connect(world.ue1)
    await world.connect(world.ue1)
    expect(new Set(world.network.requests.map(({ transactionId }) => transactionId)).size).toBe(2)
  })

  it('R29: step 4 runs for every set-up; no PDK is kept', async () => {
    await world.connect(world.ue1)
    world.network.answer = ({ transactionId }) => ({ transactionId, outcome: 'error', code: 2 })
    expect(await world.connect(world.ue1)).toMatchObject({ reason: 'ERR_NOT_AUTHORISED' })
  })

  it('opens PC8 with the keys of both versions of TLS when it is gone', async () => {
    world.ue2.pc8.drop()
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    const association = world.ue2.pc8.associations.at(-1)
    const own = world.network.bootstraps.get(association?.btid ?? '')?.bootstrap
    if (!own || !association) throw new Error('no association')
    const keyFor = (ua: (typeof uaIds)['tls13']) => deriveKsNaf(own.ks, own.rand, own.impi, nafIdOf(kmf, ua))
    expect([...association.tls13Key]).toEqual([...keyFor(uaIds.tls13)])
    expect([...association.tls12Key]).toEqual([...keyFor(uaIds.tls12DhePsk)])
    expect(world.ue2.pc8.associations).toHaveLength(2)
  })

  it('is REJECT #6 when the KMF takes the new B-TID no more than the old one', async () => {
    world.network.answer = () => new Pc8IdentityRefused('HTTP 401')
    const before = world.network.bootstrapped
    expect(await world.connect(world.ue1)).toMatchObject({ reason: 'ERR_TEMPORARY_FAILURE' })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(6)
    expect(world.network.bootstrapped).toBe(before + 1)
  })

  it('bootstraps again when the KMF takes its B-TID no longer, and asks again', async () => {
    let refused = false
    world.network.answer = () => {
      if (refused) return undefined
      refused = true
      return new Pc8IdentityRefused('alert 115')
    }
    const before = world.network.bootstrapped
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(world.network.bootstrapped).toBe(before + 1)
  })

  it('is REJECT #6 when the KMF is not reachable', async () => {
    world.network.kmfAnswers = false
    world.ue2.pc8.drop()
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'failed',
      reason: 'ERR_TEMPORARY_FAILURE',
    })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(6)
  })

  it('opens PC8 once for all who wait for it', async () => {
    world.ue2.pc8.drop()
    const opened = world.network.opened
    void world.ue2.ue.openPc8()
    void world.ue2.ue.openPc8()
    await world.connect(world.ue1)
    expect(world.network.opened).toBe(opened + 1)
  })
})
