import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { Instant, milliseconds } from '../../src/core/units.ts'
import { SimulatedClock } from '../../src/testbed/simulated-clock.ts'

let clock: SimulatedClock
let heard: string[]
beforeEach(() => {
  clock = new SimulatedClock(Instant(1_000_000))
  heard = []
})
const say = (what: string) => () => heard.push(`${clock.now() - 1_000_000} ${what}`)
const after = (delay: number, expire: () => void) => clock.after(milliseconds(delay), expire)

describe('a simulated clock', () => {
  it('stands still until it is told', async () => {
    after(0, say('never'))
    await setImmediate()
    expect([clock.now(), heard]).toEqual([1_000_000, []])
  })

  it('lets timers expire in order of time, then of start', async () => {
    after(20, say('c'))
    after(10, say('a'))
    after(10, say('b'))
    await clock.advance(milliseconds(15))
    expect(heard).toEqual(['10 a', '10 b'])
    expect(clock.now()).toBe(1_000_015)
    await clock.advance(milliseconds(5))
    expect(heard).toEqual(['10 a', '10 b', '20 c'])
  })

  it('lets promises come to rest between two timers', async () => {
    after(10, () => {
      void (async () => {
        for (let turn = 0; turn < 50; turn++) await Promise.resolve()
        await setImmediate()
        say('settled')()
        after(5, say('from there'))
      })()
    })
    after(20, say('later'))
    await clock.runUntilQuiet()
    expect(heard).toEqual(['10 settled', '15 from there', '20 later'])
  })

  it('forgets a timer that was stopped, before or after it expired', async () => {
    const stop = after(10, say('stopped'))
    const stopLate = after(5, say('expired'))
    stop()
    await clock.runUntilQuiet()
    stopLate()
    expect(heard).toEqual(['5 expired'])
    expect(clock.pending).toBe(0)
  })

  it('ends by itself where timers never end', async () => {
    const repeat = () => {
      say('keepalive')()
      after(20_000, repeat)
    }
    after(20_000, repeat)
    await clock.runUntilQuiet(milliseconds(65_000))
    expect(heard).toHaveLength(3)
  })

  it('runs until a condition holds', async () => {
    after(10, say('a'))
    after(20, say('b'))
    expect(await clock.runUntil(() => heard.length === 1)).toBe(true)
    expect(clock.now()).toBe(1_000_010)
    expect(await clock.runUntil(() => heard.length === 3, milliseconds(100))).toBe(false)
  })

  it('steps like a wall clock: what became due expires at the new time', async () => {
    after(10, say('due'))
    clock.step(milliseconds(500))
    expect(heard).toEqual([])
    await clock.advance(milliseconds(0))
    expect(heard).toEqual(['500 due'])
  })
})
