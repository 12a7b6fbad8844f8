import { describe, expect, it } from 'vitest'
import { Layer2Id } from '../../../src/core/identities/prose.ts'
import { Pdk } from '../../../src/core/keys.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { clearFrame, forgedFrame, lsb, requestOf } from '../../entities/ue/forge.ts'
import { id2, messageOf, namesSent, twoUes } from '../../entities/ue/two-ues.ts'

describe('CR 33.303 6.X.2: UE-1 and UE-2 authenticate each other', () => {
  it('6.X.2: UE-2 with another PDK is no UE-2 for UE-1', async () => {
    const world = await twoUes()
    world.network.answer = (request) => {
      const answer = world.network.keyFor(request)
      return answer.outcome === 'key' ? { ...answer, pdk: Pdk(new Uint8Array(32).fill(1)) } : answer
    }
    const result = await world.connect(world.ue1)
    expect(result).toMatchObject({ outcome: 'refused', reason: 'ERR_MAC_MISMATCH' })
    expect(namesSent(world.ue1)).not.toContain('DIRECT_SECURITY_MODE_COMPLETE')
    expect([world.ue1.ue.links(), world.ue2.ue.links()]).toEqual([[], []])
  })

  it('6.X.2: who only says the B-TID of UE-1 gets no link with UE-2', async () => {
    const world = await twoUes()
    const stranger = Layer2Id(0x0e0e0e)
    world.ue2.random.next.push(Uint8Array.of(lsb))
    world.air.inject('SL-SCH', clearFrame(requestOf(world.network), stranger, id2))
    await world.clock.advance(milliseconds(100))
    const { dksi } = messageOf(world.ue2, 'directSecurityModeCommand')
    const kdSessId = (dksi << 8) | lsb
    for (let mac = 0; mac < 100; mac++) {
      const complete = Uint8Array.of(0x0d, 0, 2)
      const guess = new Uint8Array(4).fill(mac)
      world.air.inject('SL-SCH', forgedFrame(kdSessId, 1, 29, complete, guess, stranger, id2))
    }
    await world.clock.advance(milliseconds(40_000))
    expect(world.ue2.counts).toEqual(new Map([['pc5 dropped: ERR_MAC_MISMATCH', 100]]))
    expect(world.ue2.ue.links()).toEqual([])
    expect(namesSent(world.ue2)).not.toContain('DIRECT_COMMUNICATION_ACCEPT')
  })
})
