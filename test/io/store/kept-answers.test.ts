import { describe, expect, it } from 'vitest'
import { KeptAnswers } from '../../../src/io/store/kept-answers.ts'
import { statement } from '../../../src/io/store/sql.ts'

const [one, two] = [{ statement: statement('one') }, { statement: statement('two') }]

describe('kept answers', () => {
  it('are found by their question and its values, also one that is undefined', () => {
    const kept = new KeptAnswers(10)
    kept.keep(one, 'a', 1)
    kept.keep(two, 'a', undefined)
    expect(kept.find(one, 'a')).toEqual([1])
    expect(kept.find(two, 'a')).toEqual([undefined])
    expect(kept.find(one, 'b')).toBeUndefined()
  })

  it('R43: are no more than their bound; the oldest of the question with the most goes', () => {
    const kept = new KeptAnswers(3)
    kept.keep(two, 'x', 0)
    for (const name of ['a', 'b', 'c']) kept.keep(one, name, name)
    expect(['a', 'b', 'c'].map((name) => kept.find(one, name)?.[0])).toEqual([undefined, 'b', 'c'])
    expect(kept.find(two, 'x')).toEqual([0])
  })

  it('are all forgotten at once', () => {
    const kept = new KeptAnswers(3)
    kept.keep(one, 'a', 1)
    kept.forget()
    expect(kept.find(one, 'a')).toBeUndefined()
  })
})
