import { describe, expect, it } from 'vitest'
import { DiscoveryGroupId, Layer2Id, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { milliseconds, seconds } from '../../../src/core/units.ts'
import { encodeDiscovery } from '../../../src/reference-points/pc5/discovery.ts'
import type { DiscoveredPeer, DiscoveryWish } from '../../../src/entities/ue/discovery.ts'
import { id1, id2, World, type Station } from './two-ues.ts'

async function find(world: World, ue: Station, wish: DiscoveryWish): Promise<DiscoveredPeer | undefined> {
  let found: { readonly peer: DiscoveredPeer | undefined } | undefined
  void ue.ue.discover(wish).then((peer) => (found = { peer }))
  await world.clock.runUntil(() => found !== undefined)
  return found?.peer
}

function pair() {
  const world = new World()
  return { world, ue1: world.station(id1), ue2: world.station(id2) }
}

describe('CR 33.303 6.X.3.2 step 2: discovery, TS 23.303 5.3', () => {
  it('Model A: the monitor gets the Layer-2 ID of the announcer, also when the first announcement is lost', async () => {
    const { world, ue1, ue2 } = pair()
    world.air.drop('groupMemberAnnouncement', { times: 1 })
    const stop = ue2.ue.announce()
    expect(await find(world, ue1, { model: 'a' })).toEqual({
      layer2Id: id2,
      userInfoId: ue2.settings.userInfoId,
    })
    stop()
    await world.clock.advance(milliseconds(10_000))
    expect(ue2.sent.map(({ step, heartbeat }) => [step, heartbeat])).toEqual([
      ['2', false],
      ['2', true],
    ])
    expect(world.clock.pending).toBe(0)
  })

  it('Model B: the discoverer gets the Layer-2 ID of the discoveree it asked for', async () => {
    const { world, ue1, ue2 } = pair()
    ue2.ue.answerSolicitations()
    world.station(Layer2Id(0x0d0e0f)).ue.answerSolicitations()
    const { userInfoId } = ue2.settings
    expect(await find(world, ue1, { model: 'b', userInfoId })).toEqual({ layer2Id: id2, userInfoId })
  })

  it('Model B: three solicitations a second apart, then nobody', async () => {
    const { world, ue1 } = pair()
    const begin = world.clock.now()
    expect(await find(world, ue1, { model: 'b' })).toBeUndefined()
    expect([ue1.sent.length, world.clock.now() - begin]).toEqual([3, 3000])
  })

  it('hears nobody of another group, nor itself', async () => {
    const world = new World()
    const ue1 = world.station(id1)
    const other = world.station(id2, { discoveryGroup: DiscoveryGroupId(1) })
    world.air.reflect('any')
    const stops = [ue1.ue.announce(), other.ue.announce()]
    expect(await find(world, ue1, { model: 'a', atMost: seconds(5) })).toBeUndefined()
    for (const stop of stops) stop()
  })

  it.each(['a', 'b'] as const)('finds a relay by its Relay Service Code, Model %s', async (model) => {
    const relayServiceCode = RelayServiceCode(0x123)
    const world = new World()
    const ue1 = world.station(id1)
    const relay = world.station(id2, { relayServiceCodes: [relayServiceCode] })
    relay.ue.answerSolicitations()
    const stop = relay.ue.announce()
    const wish = { model, relayServiceCode }
    expect(await find(world, ue1, wish)).toMatchObject({ layer2Id: id2, relayServiceCode })
    expect(await find(world, ue1, { ...wish, relayServiceCode: RelayServiceCode(0x124) })).toBeUndefined()
    stop()
  })

  it.each(['a', 'b'] as const)('passes over a relay without resources, Model %s', async (model) => {
    const relayServiceCode = RelayServiceCode(0x123)
    const world = new World()
    const ue1 = world.station(id1)
    const relay = (proseRelayUeId: Layer2Id, resourcesAvailable: boolean) =>
      encodeDiscovery({
        type: model === 'a' ? 'relayAnnouncement' : 'relayResponse',
        ...{ relayServiceCode, userInfoId: ue1.settings.userInfoId, proseRelayUeId, resourcesAvailable },
        ...{ mic: 0, counterLsb: 0 },
      })
    const found = find(world, ue1, { model, relayServiceCode })
    world.air.inject('SL-DCH', relay(Layer2Id(0x0d0e0f), false))
    world.air.inject('SL-DCH', relay(id2, true))
    expect(await found).toMatchObject({ layer2Id: id2 })
  })

  it('Model B: a relay answers for the Relay Service Code that was asked for, and no other', async () => {
    const [one, other] = [RelayServiceCode(0x123), RelayServiceCode(0x124)]
    const world = new World()
    const ue1 = world.station(id1)
    const relay = world.station(id2, { relayServiceCodes: [one, other] })
    relay.ue.answerSolicitations()
    await find(world, ue1, { model: 'b', relayServiceCode: other })
    expect(relay.sent.map(({ name, fields }) => [name, fields()['relayServiceCode']])).toEqual([
      ['RELAY_DISCOVERY_RESPONSE', '000124'],
    ])
  })

  it('R40: octets that are no discovery message are dropped and counted', async () => {
    const { world, ue1 } = pair()
    for (const frame of [new Uint8Array(0), new Uint8Array(29), new Uint8Array(30).fill(0x99)])
      world.air.inject('SL-DCH', frame)
    await world.clock.advance(milliseconds(10))
    expect(ue1.dropped()).toBe(3)
  })
})
