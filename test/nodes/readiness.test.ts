import { describe, expect, it } from 'vitest'
import { milliseconds, minutes, inMilliseconds } from '../../src/core/units.ts'
import type { Node } from '../../src/nodes/node.ts'
import { levelsOf, notReady } from '../../src/nodes/readiness.ts'
import { SimulatedClock } from '../../src/testbed/simulated-clock.ts'

const nodeWith = (own: Partial<Node>): Node => ({
  ...{ name: 'kmf1', addresses: new Map(), connect: () => Promise.resolve(), stop: () => Promise.resolve() },
  levels: () => ({ tables: {}, peers: {}, missing: [] }),
  storeAnswers: () => Promise.resolve(),
  view: () => Promise.resolve({}),
  ...own,
})

function surroundings(step = milliseconds(0)) {
  const clock = new SimulatedClock(undefined, 1)
  return { clock, timers: clock, wallClockStep: () => step }
}

describe('why a node is not ready', () => {
  it('nothing, when its store answers and its peers are there', async () => {
    expect(await notReady(nodeWith({}), surroundings())).toEqual([])
  })

  it('it is still starting', async () => {
    expect(await notReady(undefined, surroundings())).toEqual(['it does not listen yet'])
  })

  it('its store fails', async () => {
    const node = nodeWith({ storeAnswers: () => Promise.reject(new Error('gone')) })
    expect(await notReady(node, surroundings())).toEqual(['the store does not answer'])
  })

  it('its store says nothing for 2 s', async () => {
    const own = surroundings()
    const node = nodeWith({ storeAnswers: () => new Promise(() => undefined) })
    expect(await own.clock.until(notReady(node, own))).toEqual(['the store does not answer'])
  })

  it('the peer that it asks for everything is away', async () => {
    const node = nodeWith({ levels: () => ({ tables: {}, peers: {}, missing: ['no BSF takes requests'] }) })
    expect(await notReady(node, surroundings())).toEqual(['no BSF takes requests'])
  })

  it.each([-1, 1])('R47: the wall clock stepped by more than 5 min (%i)', async (sign) => {
    const step = (by: number) => surroundings(milliseconds(sign * by))
    const limit = inMilliseconds(minutes(5))
    expect(await notReady(nodeWith({}), step(limit))).toEqual([])
    expect(await notReady(nodeWith({}), step(limit + 1))).toHaveLength(1)
    const { fields } = await levelsOf('kmf1', nodeWith({}), step(limit + 1))
    expect(fields).toMatchObject({ wallClockStep: sign * (limit + 1), ready: false })
  })
})
