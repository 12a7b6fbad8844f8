import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { evenArrivals, poissonArrivals } from '../../../src/testbed/load/arrivals.ts'
import { Load, type LoadFigures, type LoadOptions } from '../../../src/testbed/load/load.ts'
import { SimulatedClock, simulatedStart } from '../../../src/testbed/simulated-clock.ts'
import { SeededRandom } from '../../../src/testbed/simulation/seeded-random.ts'

/** What a server makes of the transaction that begins at a moment, in milliseconds from the start. */
type Serve = (at: number) => { readonly takes: number; readonly fails?: boolean }

interface Given extends Partial<LoadOptions> {
  readonly serve?: Serve
  readonly stopAfter?: number
  /** So many UEs; each has one transaction at a time. */
  readonly ues?: number
}

const perSecond = (rate: number): LoadOptions['pace'] => ({ arrivals: evenArrivals(rate) })

/** A load on a server under a simulated clock: when transactions began, and the figures. */
async function loaded(given: Given): Promise<LoadFigures & { readonly beginnings: readonly number[] }> {
  const { serve = (): ReturnType<Serve> => ({ takes: 1 }), stopAfter, ues = Infinity, ...options } = given
  const clock = new SimulatedClock(simulatedStart, 1)
  const beginnings: number[] = []
  let free = ues
  const transactions = {
    draw: () => 'one',
    begin() {
      if (free === 0) return undefined
      free--
      const at = clock.now() - simulatedStart
      beginnings.push(at)
      const { takes, fails = false } = serve(at)
      return new Promise<void>((resolve, reject) => {
        clock.after(milliseconds(takes), () => {
          free++
          if (fails) reject(new TemporaryFailure('nobody is there'))
          else resolve()
        })
      })
    },
  }
  const load = new Load(
    {
      ...{ pace: perSecond(100), inFlight: 1000, warmup: milliseconds(0), patience: milliseconds(5_000) },
      ...options,
    },
    transactions,
    { now: () => milliseconds(clock.now()), timers: clock },
  )
  const stopped = new Promise<void>((resolve) => {
    if (stopAfter !== undefined) clock.after(milliseconds(stopAfter), resolve)
  })
  return { ...(await clock.until(load.run(stopped))), beginnings }
}

const second = milliseconds(1000)

describe('an open loop', () => {
  it('keeps its schedule whatever the server does', async () => {
    const { beginnings, due, sent, answered } = await loaded({
      duration: second,
      serve: () => ({ takes: 300 }),
    })
    expect(beginnings).toEqual(Array.from({ length: 100 }, (_, at) => 10 * at))
    expect({ due, sent, answered }).toEqual({ due: 100, sent: 100, answered: 100 })
  })

  it('counts latency from when a transaction was due: a stall delays all that were due meanwhile', async () => {
    // One at a time, 1 ms each, but nothing ends between 200 and 700 ms: a closed loop would see one slow answer of 701.
    const stalling: Serve = (at) => ({ takes: at >= 200 && at < 700 ? 700 - at + 1 : 1 })
    const { latency, begun, answered } = await loaded({ duration: second, inFlight: 1, serve: stalling })
    expect(answered).toBe(100)
    expect(latency.max).toBeGreaterThanOrEqual(500)
    expect(latency.p90).toBeGreaterThan(350)
    expect(begun.max).toBeGreaterThan(400)
    const closed = await loaded({ pace: { concurrency: 1 }, count: 100, serve: stalling })
    expect(closed.latency.p99).toBeLessThanOrEqual(1.01)
  })

  it('says how late transactions began that waited for a UE', async () => {
    const { begun, latency } = await loaded({ count: 10, ues: 1, serve: () => ({ takes: 50 }) })
    expect(begun.max).toBe(9 * 40)
    expect(latency.max).toBe(9 * 40 + 50)
  })

  it('counts nothing that was due in the warm-up', async () => {
    const slowAtFirst: Serve = (at) => ({ takes: at < 500 ? 400 : 2 })
    const { due, sent, latency, seconds, rate } = await loaded({
      ...{ duration: second, warmup: milliseconds(500), serve: slowAtFirst },
    })
    expect({ due, sent, seconds, rate }).toEqual({ due: 50, sent: 50, seconds: 0.5, rate: 100 })
    expect(latency.max).toBe(2)
  })

  it('ends with figures soon after it is stopped; what has not ended then is an error, what has not begun is told', async () => {
    const { sent, answered, errors, notBegun, due, classes } = await loaded({
      ...{ duration: milliseconds(60_000), stopAfter: 505, inFlight: 5, serve: (at) => ({ takes: at < 20 ? 5 : 90_000 }) }, // prettier-ignore
    })
    expect({ sent, answered, errors, due, notBegun }).toEqual({ sent: 7, answered: 2, errors: 5, due: 51, notBegun: 44 }) // prettier-ignore
    expect(classes).toEqual([
      { kind: 'one', code: 'ERR_UNFINISHED', count: 5, reason: expect.any(String) as string },
    ])
  })

  it('waits for the last answers only so long', async () => {
    const { errors, classes } = await loaded({ count: 2, duration: second, serve: () => ({ takes: 90_000 }) })
    expect(errors).toBe(2)
    expect(classes.map(({ code }) => code)).toEqual(['ERR_UNFINISHED'])
  })

  it('loses no transaction: due is sent and not begun, sent is answered and errors', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rate: fc.integer({ min: 1, max: 400 }),
          inFlight: fc.integer({ min: 1, max: 20 }),
          ues: fc.integer({ min: 1, max: 20 }),
          takes: fc.integer({ min: 1, max: 200 }),
          failing: fc.integer({ min: 2, max: 7 }),
          stopAfter: fc.option(fc.integer({ min: 0, max: 1500 }), { nil: undefined }),
          warmup: fc.constantFrom(0, 300),
        }),
        async ({ rate, inFlight, ues, takes, failing, stopAfter, warmup }) => {
          let served = 0
          const result = await loaded({
            ...{ pace: perSecond(rate), inFlight, ues, duration: second, warmup: milliseconds(warmup) },
            ...(stopAfter !== undefined && { stopAfter }),
            serve: () => ({ takes, fails: ++served % failing === 0 }),
          })
          expect(result.due).toBe(result.sent + result.notBegun)
          expect(result.sent).toBe(result.answered + result.errors)
          expect(result.classes.reduce((sum, { count }) => sum + count, 0)).toBe(result.errors)
          expect(result.mostInFlight).toBeLessThanOrEqual(Math.min(inFlight, ues))
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('a closed loop', () => {
  it('has so many under way and begins the next when one ends', async () => {
    const { beginnings, mostInFlight, latency } = await loaded({
      ...{ pace: { concurrency: 3 }, count: 9, serve: () => ({ takes: 100 }) },
    })
    expect(beginnings).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200])
    expect(mostInFlight).toBe(3)
    expect(latency.max).toBe(100)
  })

  it('ends at its duration', async () => {
    const { sent, seconds } = await loaded({
      ...{ pace: { concurrency: 2 }, duration: second, serve: () => ({ takes: 100 }) },
    })
    expect({ sent, seconds }).toEqual({ sent: 20, seconds: 1 })
  })
})

describe('errors', () => {
  it('are classes by code and reason, the most frequent first, and have no latency', async () => {
    let served = 0
    const { classes, answered, errors, latency } = await loaded({
      ...{ count: 10, serve: () => ({ takes: 7, fails: ++served > 4 }) },
    })
    expect(classes).toEqual([
      { kind: 'one', code: 'ERR_TEMPORARY_FAILURE', reason: 'nobody is there', count: 6 },
    ])
    expect({ answered, errors, max: latency.max }).toEqual({ answered: 4, errors: 6, max: 7 })
  })
})

describe('arrivals', () => {
  it('as a Poisson process have the mean and the spread of one, and are the same for the same seed', () => {
    const times = (seed: number) => {
      const next = poissonArrivals(100, new SeededRandom(seed))
      return Array.from({ length: 20_000 }, next)
    }
    const all = times(1)
    expect(times(1)).toEqual(all)
    const gaps = all.map((time, at) => time - (all[at - 1] ?? 0))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
    expect(mean).toBeCloseTo(10, 0)
    expect(deviation / mean).toBeCloseTo(1, 1)
  })
})
