import { describe, expect, it } from 'vitest'
import { milliseconds, seconds } from '../../src/core/units.ts'
import { LabClock } from '../../src/testbed/lab.ts'
import { SimulatedClock } from '../../src/testbed/simulated-clock.ts'

function prepared() {
  const below = new SimulatedClock()
  const clock = new LabClock(below, below)
  const expired: string[] = []
  const start = (name: string, after: number) => clock.after(milliseconds(after), () => expired.push(name))
  return { below, clock, expired, start }
}

describe('a clock that is put forward', () => {
  it('makes timers expire that fall due then, in their order, and the others sooner', async () => {
    const { below, clock, expired, start } = prepared()
    start('second', 50_000)
    start('first', 40_000)
    start('later', 70_000)
    const begin = clock.now()
    clock.putForward(seconds(60))
    expect(clock.now() - begin).toBe(60_000)
    await below.advance(milliseconds(1))
    expect(expired).toEqual(['first', 'second'])
    await below.advance(milliseconds(10_000))
    expect(expired).toEqual(['first', 'second', 'later'])
  })

  it('leaves a stopped timer stopped, and starts none twice', async () => {
    const { below, clock, expired, start } = prepared()
    const stop = start('stopped', 1_000)
    start('once', 500)
    await below.advance(milliseconds(600))
    stop()
    clock.putForward(seconds(60))
    await below.advance(milliseconds(5_000))
    expect([expired, below.pending]).toEqual([['once'], 0])
  })
})
