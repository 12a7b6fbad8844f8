import { expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { parsedOnce } from '../../../src/io/store/parsed-once.ts'

it('parses a document once, another one anew, and the oldest again when there are too many', () => {
  const parsed: number[] = []
  const parse = parsedOnce((octets) => parsed.push(octets.length), 2)
  for (const text of ['a', 'a', 'bb', 'a', 'bb', 'ccc', 'bb', 'a']) parse(utf8(text))
  expect(parsed).toEqual([1, 2, 3, 1])
})

it('keeps nothing of a document that is malformed', () => {
  let tries = 0
  const parse = parsedOnce(() => {
    tries++
    throw new Error('malformed')
  })
  for (let nth = 0; nth < 2; nth++) expect(() => parse(utf8('x'))).toThrow('malformed')
  expect(tries).toBe(2)
})
