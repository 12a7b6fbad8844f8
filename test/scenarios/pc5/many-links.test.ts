import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { Layer2Id } from '../../../src/core/identities/prose.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { clearFrame, requestOf } from '../../entities/ue/forge.ts'
import { id1, id2, messageOf, SeededRandom, twoUes, World, type Station } from '../../entities/ue/two-ues.ts'

const percent = (random: SeededRandom, share: number) => () => random.below(100) < share

describe('many links', () => {
  it('R43, R44: a UE holds 1000 links, and answers one more', async () => {
    const world = new World()
    const hub = world.station(id2)
    await world.clock.until(hub.ue.openPc8())
    const spokes: Station[] = []
    for (let batch = 0; batch < 20; batch++) {
      const news = Array.from({ length: 50 }, (_, nth) =>
        world.station(Layer2Id(0x100000 + 50 * batch + nth)),
      )
      const ended = Promise.all(news.map(({ ue }) => ue.connect(id2)))
      const results = await world.clock.until(ended)
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['secured']))
      spokes.push(...news)
    }
    expect(hub.ue.links()).toHaveLength(1000)
    for (const { ue } of [spokes[0], spokes[999]].flatMap((one) => one ?? [])) {
      ue.send('L1', utf8('still'))
      await world.clock.advance(milliseconds(5))
      expect(hub.received.at(-1)?.text).toBe('still')
    }
    const late = world.station(id1)
    expect(await world.connect(late)).toMatchObject({ outcome: 'secured' })
  }, 60_000)

  it('R43: beyond its maximum a UE rejects with cause 4, but for a UE whose link is replaced', async () => {
    const world = await twoUes({ ue2: { maximumLinks: 1 } })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    const other = world.station(Layer2Id(0x010204))
    expect(await world.connect(other)).toMatchObject({ outcome: 'failed', reason: 'ERR_TEMPORARY_FAILURE' })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(4)
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(world.ue2.ue.links()).toHaveLength(1)
  })

  it('TS 24.334 10.4.2: who offers IPv4 alone to a UE with IPv6 gets cause 5', async () => {
    const world = await twoUes({ ue2: { ip: true } })
    world.air.inject('SL-SCH', clearFrame(requestOf(world.network, { ipAddressConfig: 1 }), id1, id2))
    await world.clock.advance(milliseconds(100))
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(5)
  })
})

describe('a bad radio', () => {
  it('1000 of 1000 set-ups under 20 % loss, 5 % duplication and reordering end secured or with a named error', async () => {
    const outcomes = new Map<string, number>()
    for (let round = 0; round < 20; round++) {
      const world = new World()
      const random = new SeededRandom(round + 1)
      const hub = world.station(id2)
      await world.clock.until(hub.ue.openPc8())
      world.air.lose(20, round + 1)
      world.air.duplicate('any', { strikes: percent(random, 5) })
      world.air.delay('any', milliseconds(7), { strikes: percent(random, 20) })
      const callers = Array.from({ length: 50 }, (_, nth) => world.station(Layer2Id(0x100000 + nth)))
      const results = await world.clock.until(Promise.all(callers.map(({ ue }) => ue.connect(id2))))
      for (const { outcome, reason } of results) {
        const end = outcome === 'secured' ? outcome : (reason ?? 'hangs')
        outcomes.set(end, (outcomes.get(end) ?? 0) + 1)
      }
      for (const { ue } of [hub, ...callers]) await ue.close()
    }
    const secured = outcomes.get('secured') ?? 0
    expect([...outcomes.keys()].filter((end) => !/^(secured|ERR_[A-Z0-9_]+)$/.test(end))).toEqual([])
    expect([...outcomes.values()].reduce((sum, count) => sum + count)).toBe(1000)
    expect(secured).toBeGreaterThan(950)
  }, 60_000)
})
