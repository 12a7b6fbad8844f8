import { describe, expect, it } from 'vitest'
import { costOf, noteOne, partsBy, percentile, rowsByBranch } from '../../../src/console/model/measure.ts'
import { recorded } from '../recorded.ts'

describe('what a set-up took', () => {
  it.each([
    ['7a', 4],
    ['7b-expired', 6],
    ['refused-step7', 3],
  ])(
    '%s: messages and octets are those of the result line, and so many requests were answered: %i',
    async (scenario, answered) => {
      const run = await recorded(scenario)
      const cost = costOf(run)
      const { messages, octets } = run.result?.fields ?? {}
      expect(cost?.messages).toBe(messages)
      expect(cost?.octets).toBe(octets)
      expect(Object.values(cost?.roundTrips ?? {}).reduce((sum, count) => sum + count, 0)).toBe(answered)
    },
  )

  it('NOTE 1: GBA push takes less signalling than re-negotiation', async () => {
    const runs = await Promise.all(
      ['7a', '7b-expired', '7c-renegotiate-bootstrap'].map((name) => recorded(name)),
    )
    const costs = runs.flatMap((run) => costOf(run) ?? [])
    const rows = rowsByBranch(costs)
    expect(rows.map(({ label }) => label)).toEqual(['7a', '7b', '7c, re-negotiated'])
    const [direct, push, again] = rows
    expect(push?.messages).toBeGreaterThan(direct?.messages ?? Infinity)
    expect(again?.messages).toBeGreaterThan(push?.messages ?? Infinity)
    expect(noteOne(rows)).toHaveLength(2)
    expect(partsBy(costs, 'point').labels).toHaveLength(3)
  })

  it('a percentile is the nearest rank', () => {
    const values = [15, 20, 35, 40, 50]
    expect([0.05, 0.3, 0.4, 0.5, 1].map((share) => percentile(values, share))).toEqual([15, 20, 20, 35, 50])
  })
})
