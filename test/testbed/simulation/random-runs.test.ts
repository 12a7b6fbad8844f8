import { describe, expect, it } from 'vitest'
import type { TapEvent } from '../../../src/core/tap.ts'
import { drawRun } from '../../../src/testbed/simulation/drawn-run.ts'
import { simulateRun } from '../../../src/testbed/simulation/simulated-run.ts'

/** More by SIM_RUNS, others by SIM_SEED. */
const runs = Number(process.env['SIM_RUNS'] ?? 2_000)
const first = Number(process.env['SIM_SEED'] ?? 1)
/** Runs of one test. */
const slice = 250

const slices = Array.from({ length: Math.ceil(runs / slice) }, (_, nth) => {
  const from = first + nth * slice
  return [from, Math.min(from + slice, first + runs) - 1] as const
})

describe('R11, R21, R27, R44 and equal keys hold in random set-ups under faults and attacks', () => {
  it.each(slices)('seeds %i to %i', { timeout: 600_000 }, async (from, to) => {
    for (let seed = from; seed <= to; seed++) {
      const { violations } = await simulateRun(seed)
      expect(violations, `npx sidelock sim --seed ${seed} --runs 1 --ladder`).toEqual([])
    }
  })
})

describe('what a seed draws', () => {
  it('is the same each time: every event of a run, octet for octet', async () => {
    for (const seed of [3, 17, 40]) {
      const told = async () => {
        const events: TapEvent[] = []
        await simulateRun(seed, (event) => void events.push(event))
        return events
      }
      const once = await told()
      expect(once.length).toBeGreaterThan(20)
      expect(await told()).toEqual(once)
    }
  })

  it('covers every topology, state of the B-TID, fault and act', () => {
    const drawn = Array.from({ length: 500 }, (_, seed) => drawRun(seed))
    const kinds = (of: (run: (typeof drawn)[number]) => readonly string[]) => new Set(drawn.flatMap(of)).size
    expect(kinds(({ topology }) => [topology])).toBe(5)
    expect(kinds(({ preparation }) => [JSON.stringify(preparation)])).toBeGreaterThan(40)
    expect(kinds(({ acts }) => acts.map(({ kind }) => kind))).toBe(9)
    expect(
      kinds(({ radio }) => Object.entries(radio ?? {}).flatMap(([name, rate]) => (rate > 0 ? [name] : []))),
    ).toBe(5)
  })
})
