import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../../src/core/bytes.ts'
import { Dksi, Layer2Id, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { encodeSdu, type Pc5 } from '../../../src/reference-points/pc5/messages.ts'
import { clearFrame, clearSdu, requestOf } from '../../entities/ue/forge.ts'
import { id1, id2, messageOf, namesSent, snapshot, twoUes } from '../../entities/ue/two-ues.ts'

type Request = Pc5<'directCommunicationRequest'>
const nonce = (octet: number): Uint8Array => new Uint8Array(16).fill(octet)

async function withRequest(changes: Partial<Request>, ue2 = {}) {
  const world = await twoUes({ ue2 })
  world.air.inject('SL-SCH', clearFrame(requestOf(world.network, changes), id1, id2))
  await world.clock.advance(milliseconds(100))
  return world
}

describe('CR 33.303 6.X.3.2 step 3: what UE-2 makes of a REQUEST', () => {
  const rejects: readonly (readonly [string, Partial<Request>, number])[] = [
    ['R17, B12: Nonce_1 is zero', { nonce1: nonce(0) }, 2],
    ['B13: capabilities 00 00', { ueSecurityCapabilities: { eea: [], eia: [] } }, 2],
    ['R19, B13: only EIA0', { ueSecurityCapabilities: { eea: [0], eia: [0] } }, 2],
    [
      'R19: EEA0 only, without the policy for it',
      { ueSecurityCapabilities: { eea: [0], eia: [1, 2, 3] } },
      2,
    ],
    ['B13: only unknown bits', { ueSecurityCapabilities: { eea: [4, 5, 6, 7], eia: [4, 5, 6, 7] } }, 2],
    ['an extension set that is not the configured one', { extensionSet: 5 }, 2],
    ['a request token that nobody configured', { requestToken: nonce(1) }, 2],
    ['a Relay Service Code that is not served', { relayServiceCode: RelayServiceCode(0x123) }, 1],
  ]
  it.each(rejects)('%s: rejected, no key request, nothing kept', async (_, changes, cause) => {
    const world = await withRequest(changes)
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(cause)
    expect(world.network.requests).toEqual([])
    expect(world.ue2.ue.size.links).toBe(0)
  })

  it('takes up the REQUEST that is right, asks its KMF once and commands', async () => {
    const world = await withRequest({})
    expect(world.network.requests).toMatchObject([{ ue2Id: id2, extensions: 0 }])
    expect(namesSent(world.ue2)[0]).toBe('DIRECT_SECURITY_MODE_COMMAND')
    expect(messageOf(world.ue2, 'directSecurityModeCommand')).toMatchObject({
      ue2Id: id2,
      dksi: 0x5a,
      ueSecurityCapabilities: { eea: [1, 2, 3], eia: [1, 2, 3] },
      chosenAlgorithms: { eea: 2, eia: 2 },
    })
  })

  it('R20: a list of disabled algorithms only is REJECT #2', async () => {
    const algorithms = { eea: [2, 1], eia: [2, 1], allowEea0: false, disabledAlgorithms: ['128-EIA1'] }
    const world = await withRequest({ ueSecurityCapabilities: { eea: [1, 2], eia: [1] } }, { algorithms })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
  })

  it('B12: a Nonce_1 under another sequence number is REJECT #2', async () => {
    const world = await withRequest({})
    const again = requestOf(world.network, { sequenceNumber: 2 })
    world.air.inject('SL-SCH', clearFrame(again, id1, id2))
    await world.clock.advance(milliseconds(100))
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
    expect(world.network.requests).toHaveLength(1)
  })

  it('R17: a REQUEST heard again after the link ended is REJECT #2', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    world.ue1.ue.release('L1')
    await world.clock.advance(milliseconds(100))
    world.air.inject('SL-SCH', world.ue1.sent[0]?.frame ?? new Uint8Array())
    await world.clock.advance(milliseconds(100))
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
    expect(world.network.requests).toHaveLength(1)
  })

  it('B14: DKSI 0 is dropped', async () => {
    const world = await twoUes()
    const sdu = encodeSdu(requestOf(world.network)).slice()
    sdu[sdu.lastIndexOf(0x5a, sdu.length - 40)] = 0
    world.air.inject('SL-SCH', clearSdu(sdu))
    await world.clock.advance(milliseconds(100))
    expect(world.ue2.sent).toEqual([])
    expect(world.network.requests).toEqual([])
  })

  const nafIdIe = (sdu: Uint8Array) => sdu.lastIndexOf(0x71, sdu.length - 40)
  const malformed: readonly (readonly [string, (sdu: Uint8Array) => Uint8Array])[] = [
    ['a repeated IE', (sdu) => concat(sdu, sdu.subarray(nafIdIe(sdu)))],
    ['IEs out of order', (sdu) => concat(sdu, Uint8Array.of(0x19, 0, 1, 2))],
    ['an unknown IEI', (sdu) => concat(sdu, Uint8Array.of(0x7f, 1, 2))],
  ]
  it.each(malformed)('B15: %s is dropped', async (_, change) => {
    const world = await twoUes()
    world.air.inject('SL-SCH', clearSdu(change(encodeSdu(requestOf(world.network)))))
    await world.clock.advance(milliseconds(100))
    expect([world.ue2.sent.length, world.network.requests.length, world.ue2.dropped()]).toEqual([0, 0, 1])
  })

  it('R21, B14: a REQUEST with the DKSI of a live link leaves that link alone, and so does what follows', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    const before = snapshot(world.ue2)
    const [link] = world.ue1.ue.links()
    const msbOfKdSessId = Dksi((link?.kdSessId ?? 0) >> 8)
    world.air.inject('SL-SCH', clearFrame(requestOf(world.network, { msbOfKdSessId }), id1, id2))
    await world.clock.advance(milliseconds(100))
    expect(namesSent(world.ue2).filter((name) => name === 'DIRECT_SECURITY_MODE_COMMAND')).toHaveLength(2)
    expect(snapshot(world.ue2)).toBe(before)
    world.ue1.ue.send('L1', utf8('still here'))
    await world.clock.advance(milliseconds(40_000))
    expect(world.ue2.received).toEqual([{ link: 'L1', text: 'still here' }])
    expect(snapshot(world.ue2)).toBe(before)
  })

  it('R7: another UE under the Layer-2 ID of a live link gets REJECT #3', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    const insider = world.station(id2)
    let done = false
    void insider.ue.bootstrap().then(() => (done = true))
    await world.clock.runUntil(() => done)
    const btid = [...world.network.bootstraps.values()].at(-1)?.bootstrap.btid
    if (!btid) throw new Error('no B-TID')
    const request = requestOf(world.network, { ue1Id: { kind: 'b-tid', btid }, nonce1: nonce(0x33) })
    world.air.inject('SL-SCH', clearFrame(request, id1, id2))
    await world.clock.advance(milliseconds(100))
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(3)
    expect(world.ue2.ue.links()).toHaveLength(1)
  })

  it('R7: UE-1 is unverified when its KMF does not name its Layer-2 ID, and refused when that is wanted', async () => {
    for (const requireVerifiedPeer of [false, true]) {
      const world = await twoUes({ ue2: { requireVerifiedPeer } })
      world.network.answer = (request) => {
        const answer = world.network.keyFor(request)
        return answer.outcome === 'key' ? { ...answer, ue1ProseUeIds: [Layer2Id(0x777777)] } : answer
      }
      const { outcome } = await world.connect(world.ue1)
      if (requireVerifiedPeer) {
        expect(outcome).toBe('refused')
        expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
        expect(namesSent(world.ue2)).not.toContain('DIRECT_SECURITY_MODE_COMMAND')
      } else expect(world.ue2.ue.links()).toMatchObject([{ peerIdentity: 'unverified' }])
    }
  })

  it('B16: the same REQUEST a thousand times while step 4 runs makes one key request', async () => {
    const world = await twoUes()
    world.network.latency = milliseconds(5000)
    const frame = clearFrame(requestOf(world.network), id1, id2)
    for (let nth = 0; nth < 1000; nth++) world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(100))
    expect(world.network.requests).toHaveLength(1)
    expect(world.ue2.sent).toEqual([])
  })

  it('R43: the same REQUEST a thousand times after the Command makes UE-2 send a bounded number of Commands', async () => {
    const world = await withRequest({})
    const frame = clearFrame(requestOf(world.network), id1, id2)
    for (let nth = 0; nth < 1000; nth++) world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(100))
    expect(world.ue2.sent.length).toBeLessThanOrEqual(16)
  })

  it('the final answer is said again, octet for octet, to the same REQUEST, for 32 s', async () => {
    const world = await twoUes()
    world.network.answer = ({ transactionId }) => ({ transactionId, outcome: 'error', code: 2 })
    const frame = clearFrame(requestOf(world.network), id1, id2)
    world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(100))
    world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(100))
    expect(world.ue2.sent).toHaveLength(2)
    expect(world.ue2.sent[0]?.frame).toEqual(world.ue2.sent[1]?.frame)
    expect(world.ue2.ue.size.links).toBe(1)
    await world.clock.advance(milliseconds(32_000))
    expect(world.ue2.ue.size.links).toBe(0)
  })

  it('a key that does not come within 25 s is REJECT #6', async () => {
    const world = await twoUes()
    world.network.latency = milliseconds(60_000)
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'failed',
      reason: 'ERR_TEMPORARY_FAILURE',
    })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(6)
  })
})
