import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { AgedMap } from '../../src/core/aged-map.ts'

describe('a map that forgets its oldest', () => {
  it('deletes what was set longest ago, while it is over', () => {
    const map = new AgedMap<string, number>()
    for (const [number, key] of ['a', 'b', 'c', 'd'].entries()) map.set(key, number)
    map.set('a', 9)
    expect(map.deleteWhile((value) => value < 3)).toEqual([1, 2])
    expect([...map.keys()]).toEqual(['d', 'a'])
    map.delete('d')
    map.set('b', 5)
    expect(map.deleteWhile(() => map.size > 0)).toEqual([9, 5])
    expect(map.deleteWhile(() => true)).toEqual([])
    map.set('e', 6)
    expect(map.deleteWhile(() => true)).toEqual([6])
  })

  it('is a map whose entries are in the order in which they were set', () => {
    const key = fc.integer({ min: 0, max: 5 })
    const act = fc.oneof(
      fc.record({ set: key, to: fc.nat(9) }),
      fc.record({ delete: key }),
      fc.record({ below: fc.nat(9) }),
      fc.record({ most: fc.nat(6) }),
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const map = new AgedMap<number, number>()
        const model = new Map<number, number>()
        const modelDeletes = (isOver: (value: number) => boolean) => {
          const deleted: number[] = []
          for (const [oldest, value] of model) {
            if (!isOver(value)) break
            model.delete(oldest)
            deleted.push(value)
          }
          return deleted
        }
        for (const one of acts) {
          if ('set' in one) {
            map.set(one.set, one.to)
            model.delete(one.set)
            model.set(one.set, one.to)
          } else if ('delete' in one) {
            map.delete(one.delete)
            model.delete(one.delete)
          } else if ('below' in one)
            expect(map.deleteWhile((value) => value < one.below)).toEqual(
              modelDeletes((value) => value < one.below),
            )
          else
            expect(map.deleteWhile(() => map.size > one.most)).toEqual(
              modelDeletes(() => model.size > one.most),
            )
          expect([...map.keys()]).toEqual([...model.keys()])
          expect(map.size).toBe(model.size)
          for (const [name, value] of model) expect(map.get(name)).toBe(value)
        }
      }),
    )
  })
})
