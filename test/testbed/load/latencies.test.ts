import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Latencies } from '../../../src/testbed/load/latencies.ts'

const milliseconds = fc.double({ min: 0.001, max: 3_600_000, noNaN: true })

describe('latencies', () => {
  it('have percentiles that differ from the value of the nearest rank by a thousandth at most', () => {
    fc.assert(
      fc.property(
        fc.array(milliseconds, { minLength: 1, maxLength: 400 }),
        fc.constantFrom(50, 90, 99, 99.9, 100),
        (values, percent) => {
          const latencies = new Latencies()
          for (const value of values) latencies.record(value)
          const sorted = [...values].sort((one, other) => one - other)
          const exact = sorted[Math.max(1, Math.round((percent / 100) * sorted.length)) - 1] ?? 0
          expect(Math.abs(latencies.percentile(percent) - exact)).toBeLessThanOrEqual(exact / 1000 + 0.001001)
        },
      ),
    )
  })

  it('never sink as the percentage rises, and end with the longest', () => {
    fc.assert(
      fc.property(fc.array(milliseconds, { minLength: 1, maxLength: 200 }), (values) => {
        const latencies = new Latencies()
        for (const value of values) latencies.record(value)
        const { p50, p90, p99, p999, max, mean } = latencies.figures
        const inOrder = [p50, p90, p99, p999, max]
        expect([...inOrder].sort((one, other) => one - other)).toEqual(inOrder)
        expect(max).toBe(Math.max(...values))
        expect(mean).toBeLessThanOrEqual(max * (1 + 1e-9))
        expect(latencies.count).toBe(values.length)
      }),
    )
  })

  it('are zero of nothing, and take what is shorter or longer than their steps', () => {
    const latencies = new Latencies()
    expect(latencies.figures).toEqual({ mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 })
    latencies.record(0)
    latencies.record(1e12)
    expect(latencies.figures).toMatchObject({ max: 1e12, p50: expect.closeTo(0.001) as number })
  })
})
