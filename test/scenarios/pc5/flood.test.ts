import { describe, expect, it } from 'vitest'
import { Rand } from '../../../src/core/aka.ts'
import { writeUint } from '../../../src/core/bytes.ts'
import { bTidOf } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { Layer2Id } from '../../../src/core/identities/prose.ts'
import { milliseconds } from '../../../src/core/units.ts'
import type { SetUpResult } from '../../../src/entities/ue/set-up.ts'
import { clearFrame, requestOf } from '../../entities/ue/forge.ts'
import { id1, id2, twoUes } from '../../entities/ue/two-ues.ts'

const bsf = Fqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org')
const numbered = (nth: number): Uint8Array => {
  const octets = new Uint8Array(16).fill(0x99)
  octets.set(writeUint(nth, 4))
  return octets
}

describe('R44: a flood of first messages', () => {
  it('R44, R43: 10 000 REQUESTs from changing Layer-2 IDs: a live link stays, an honest set-up succeeds, memory is bounded', async () => {
    const world = await twoUes()
    const { ue1, ue2, air, clock, network } = world
    const friend = world.station(Layer2Id(0x010204))
    await world.connect(friend)
    const live = ue2.ue.links()[0]?.label
    let result: SetUpResult | undefined
    let most = 0
    for (let nth = 0; nth < 10_000; nth++) {
      const btid = bTidOf(Rand(numbered(nth)), bsf)
      const request = requestOf(network, { ue1Id: { kind: 'b-tid', btid }, nonce1: numbered(nth) })
      air.inject('SL-SCH', clearFrame(request, Layer2Id(0x200000 + nth), id2))
      if (nth === 5000) void ue1.ue.connect(id2).then((value) => (result = value))
      if (nth % 50 === 0) await clock.advance(milliseconds(5))
      most = Math.max(most, ue2.ue.size.links)
    }
    await clock.runUntil(() => result !== undefined)
    expect(result).toMatchObject({ outcome: 'secured' })
    expect(ue2.ue.links().map(({ label }) => label)).toContain(live)
    // 64 half-open, the live link and the one that came up.
    expect(most).toBeLessThanOrEqual(66)
    await clock.advance(milliseconds(60_000))
    expect(ue2.ue.size.links).toBe(2)
  }, 30_000)

  it('R43: key requests under way are bounded even while the KMF does not answer', async () => {
    const world = await twoUes()
    world.network.latency = milliseconds(12_000)
    for (let nth = 0; nth < 1000; nth++) {
      const btid = bTidOf(Rand(numbered(nth)), bsf)
      const request = requestOf(world.network, { ue1Id: { kind: 'b-tid', btid }, nonce1: numbered(nth) })
      world.air.inject('SL-SCH', clearFrame(request, Layer2Id(0x200000 + nth), id2))
    }
    await world.clock.advance(milliseconds(100))
    expect(world.network.requests).toHaveLength(128)
  })

  it('R44: two key requests for one UE-1 ID are under way at most; a third REQUEST is ignored until one ends', async () => {
    const world = await twoUes()
    world.network.latency = milliseconds(1000)
    const frame = (nth: number) =>
      clearFrame(requestOf(world.network, { nonce1: numbered(nth) }), Layer2Id(0x200000 + nth), id2)
    for (let nth = 1; nth <= 3; nth++) world.air.inject('SL-SCH', frame(nth))
    await world.clock.advance(milliseconds(100))
    expect(world.network.requests).toHaveLength(2)
    await world.clock.advance(milliseconds(1500))
    world.air.inject('SL-SCH', frame(3))
    await world.clock.advance(milliseconds(100))
    expect(world.network.requests).toHaveLength(3)
  })

  it('R44: four half-open links of one Layer-2 ID at most, and a fifth when one has its answer', async () => {
    const world = await twoUes()
    const inject = async (nth: number) => {
      const request = requestOf(world.network, { nonce1: numbered(nth), sequenceNumber: nth })
      world.air.inject('SL-SCH', clearFrame(request, id1, id2))
      await world.clock.advance(milliseconds(100))
    }
    for (let nth = 1; nth <= 5; nth++) await inject(nth)
    expect([world.ue2.ue.size.links, world.network.requests.length]).toEqual([4, 4])
    await world.clock.advance(milliseconds(7000))
    await inject(5)
    expect([world.ue2.ue.size.links, world.network.requests.length]).toEqual([4, 5])
  })

  it('R44, R17: a REQUEST whose entry was evicted is taken up when it comes again; that is no reuse of its nonce', async () => {
    const world = await twoUes()
    const inject = async (nth: number) => {
      const btid = bTidOf(Rand(numbered(nth)), bsf)
      const request = requestOf(world.network, { ue1Id: { kind: 'b-tid', btid }, nonce1: numbered(nth) })
      world.air.inject('SL-SCH', clearFrame(request, Layer2Id(0x200000 + nth), id2))
      await world.clock.advance(milliseconds(30))
    }
    for (let nth = 0; nth < 65; nth++) await inject(nth)
    await inject(0)
    expect(world.network.requests).toHaveLength(66)
    expect(world.ue2.sent.every(({ step }) => step === 'RN4')).toBe(true)
  })
})
