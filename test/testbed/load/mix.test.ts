import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { divided, drawing, mixOf, WrongLoad } from '../../../src/testbed/load/mix.ts'
import { FreeUes } from '../../../src/testbed/load/free-ues.ts'
import { Pool } from '../../../src/testbed/load/pool.ts'
import { SeededRandom } from '../../../src/testbed/simulation/seeded-random.ts'

const kinds = ['7a', '7c-found', '7d-imsi'] as const

describe('a mix', () => {
  it('is shares of kinds', () => {
    expect([...mixOf('7a=70,7c-found=20,7d-imsi=10', kinds)]).toEqual([
      ['7a', 70],
      ['7c-found', 20],
      ['7d-imsi', 10],
    ])
    expect([...mixOf('7d-imsi', kinds)]).toEqual([['7d-imsi', 1]])
  })

  it.each(['', '7e=1', '7a=0', '7a=-1', '7a=1,7a=2', '7a=x', '7a=1,', '7a = 1'])('refuses %j', (text) => {
    expect(() => mixOf(text, kinds)).toThrow(WrongLoad)
  })

  it('is drawn by its shares, the same for the same seed', () => {
    const mix = mixOf('7a=70,7c-found=20,7d-imsi=10', kinds)
    const drawn = (seed: number) => Array.from({ length: 10_000 }, drawing(mix, new SeededRandom(seed)))
    const all = drawn(3)
    expect(drawn(3)).toEqual(all)
    const share = (kind: string) => all.filter((one) => one === kind).length / all.length
    expect([share('7a'), share('7c-found'), share('7d-imsi')].map((one) => one.toFixed(1))).toEqual(['0.7', '0.2', '0.1']) // prettier-ignore
  })

  it('divides UEs: each has one kind, and each kind at least one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 6 }), fc.nat(500), (shares, more) => {
        const mix = new Map(shares.map((share, at) => [String(at), share]))
        const count = shares.length + more
        const parts = [...divided(count, mix).values()]
        const ues = parts.flatMap(([first, size]) => Array.from({ length: size }, (_, at) => first + at))
        expect(ues).toEqual(Array.from({ length: count }, (_, at) => at))
        expect(Math.min(...parts.map(([, size]) => size))).toBeGreaterThanOrEqual(1)
      }),
    ) // prettier-ignore
    expect(() => divided(2, mixOf('7a,7c-found,7d-imsi', kinds))).toThrow(
      '3 kinds of transactions need as many UEs',
    )
  })
})

describe('free UEs', () => {
  it('are taken in turn, who has rested longest first, and never twice', () => {
    const free = new FreeUes(10, 3)
    expect([free.take(), free.take()]).toEqual([10, 11])
    free.putBack(10)
    expect([free.take(), free.take(), free.take()]).toEqual([12, 10, undefined])
  })
})

describe('a pool', () => {
  it('gives each thing to one at a time, and who waits has it next', async () => {
    const pool = new Pool(['only'])
    const order: string[] = []
    const use = (who: string) =>
      pool.using(async () => {
        order.push(`${who} begins`)
        await Promise.resolve()
        order.push(`${who} ends`)
        if (who === 'b') throw new Error('fails')
      })
    const all = Promise.allSettled([use('a'), use('b'), use('c')])
    expect(pool.isFree).toBe(false)
    await all
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
    expect(pool.isFree).toBe(true)
  })
})
