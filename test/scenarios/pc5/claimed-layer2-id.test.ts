import { expect, it } from 'vitest'
import { Layer2Id } from '../../../src/core/identities/prose.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { id1, id2, namesSent, snapshot, twoUes } from '../../entities/ue/two-ues.ts'

/** UE-1 and UE-2, and an authorised UE that claims the Layer-2 ID of UE-1; its KMF says who it is. */
async function withInsider(highest = id2) {
  const world = await twoUes({ ue2: { layer2Id: highest, proseUeIds: [highest] } })
  const insider = world.station(id1)
  const { network } = world
  const claimed = new Set<string>()
  network.answer = (request) => {
    const answer = network.keyFor(request)
    const isInsider = request.ue1Id.kind === 'b-tid' && claimed.has(request.ue1Id.btid)
    return isInsider && answer.outcome === 'key' ? { ...answer, ue1ProseUeIds: [Layer2Id(0x030303)] } : answer
  }
  let bootstrapped = false
  void insider.ue.bootstrap().then(({ btid }) => (bootstrapped = Boolean(claimed.add(btid))))
  await world.clock.runUntil(() => bootstrapped)
  return Object.assign(world, { insider })
}

it('R21: a COMPLETE held back until another UE has a live link under that Layer-2 ID does not replace it', async () => {
  const world = await withInsider()
  const { air, clock, insider, ue1, ue2 } = world
  air.drop('directSecurityModeComplete', { from: 'ue3', times: 1 })
  let ended = ''
  void insider.ue.connect(id2).then(({ outcome }) => (ended = outcome))
  await clock.runUntil(() => namesSent(insider).includes('DIRECT_SECURITY_MODE_COMPLETE'))
  expect(await world.connect(ue1)).toMatchObject({ outcome: 'secured' })
  const before = [snapshot(ue1), snapshot(ue2)]
  await clock.runUntil(() => ended !== '')
  expect([snapshot(ue1), snapshot(ue2)]).toEqual(before)
  expect(ue2.ue.links()).toMatchObject([{ peerIdentity: 'verified' }])
  expect(ended).toBe('timed-out')
})

it('R6, R7: a link that another UE began under that Layer-2 ID is not given to who asked for UE-1', async () => {
  const low = Layer2Id(0x000102)
  const world = await withInsider(low)
  const { clock, insider, ue1, ue2 } = world
  expect(await world.connect(insider, low)).toMatchObject({ outcome: 'secured' })
  expect(ue2.ue.links()).toMatchObject([{ peerIdentity: 'unverified' }])
  void ue1.ue.openPc8()
  await clock.advance(milliseconds(100))
  const result = await world.connect(ue2, id1)
  expect(result).toMatchObject({ outcome: 'secured' })
  await clock.advance(milliseconds(5000))
  const given = ue2.ue.links().find(({ label }) => label === result.link)
  expect(given).toMatchObject({ role: 'initiator', peerIdentity: 'verified' })
})
