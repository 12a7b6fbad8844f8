import { describe, expect, it } from 'vitest'
import { TokenBuckets } from '../../src/core/token-buckets.ts'
import { Instant } from '../../src/core/units.ts'

const taken = (buckets: TokenBuckets, times: number, name: string, at: number): number =>
  Array.from({ length: times }, () => buckets.take(name, Instant(at))).filter(Boolean).length

describe('R45: token buckets', () => {
  it('give the burst at once, then the rate', () => {
    const buckets = new TokenBuckets(30)
    expect(taken(buckets, 100, 'a', 0)).toBe(30)
    expect(taken(buckets, 100, 'a', 1_999)).toBe(0)
    expect(taken(buckets, 100, 'a', 2_000)).toBe(1)
    expect(taken(buckets, 100, 'a', 62_000)).toBe(30)
  })

  it('go on as they are under the same rate, and begin anew under another one', () => {
    const buckets = new TokenBuckets(2)
    taken(buckets, 2, 'a', 0)
    expect(taken(TokenBuckets.after(buckets, 2), 5, 'a', 0)).toBe(0)
    expect(taken(TokenBuckets.after(buckets, 3), 5, 'a', 0)).toBe(3)
    expect(taken(TokenBuckets.after(undefined, 3), 5, 'a', 0)).toBe(3)
  })

  it('are apart by name', () => {
    const buckets = new TokenBuckets(2)
    expect([taken(buckets, 5, 'a', 0), taken(buckets, 5, 'b', 0)]).toEqual([2, 2])
  })

  it('asking again does not put off the next token', () => {
    const buckets = new TokenBuckets(60)
    taken(buckets, 60, 'a', 0)
    let granted = 0
    for (let at = 1; at <= 5_000; at++) granted += taken(buckets, 1, 'a', at)
    expect(granted).toBeGreaterThanOrEqual(4)
    expect(granted).toBeLessThanOrEqual(5)
  })

  it('give nothing for a clock that goes back, and all without limit', () => {
    const buckets = new TokenBuckets(1)
    expect(taken(buckets, 2, 'a', 60_000)).toBe(1)
    expect(taken(buckets, 2, 'a', 0)).toBe(0)
    expect(taken(new TokenBuckets(Infinity), 1000, 'a', 0)).toBe(1000)
  })

  it('R43: forget the one unused for longest beyond their capacity', () => {
    const buckets = new TokenBuckets(1, 2)
    for (const name of ['a', 'b']) buckets.take(name, Instant(0))
    expect(buckets.take('a', Instant(0))).toBe(false)
    buckets.take('c', Instant(0))
    expect(buckets.take('a', Instant(0))).toBe(false)
    expect(buckets.take('b', Instant(0))).toBe(true)
  })
})
