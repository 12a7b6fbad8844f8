import { describe, expect, it } from 'vitest'
import { fromAscii, utf8 } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { readAgain } from '../../src/core/read-again.ts'

describe('what is read again', () => {
  it('is read once while no more than so many others came', () => {
    const seen: string[] = []
    const read = readAgain((octets) => {
      seen.push(fromAscii(octets))
      return seen.length
    }, 2)
    expect(['a', 'b', 'a', 'b', 'c', 'b', 'a'].map((text) => read(utf8(text)))).toEqual([1, 2, 1, 2, 3, 2, 4])
    expect(seen).toEqual(['a', 'b', 'c', 'a'])
  })

  it('is judged each time while it is wrong, and does not change with the octets', () => {
    const read = readAgain(fromAscii)
    const octets = utf8('name')
    expect(read(octets)).toBe('name')
    octets[0] = 0
    for (let time = 0; time < 2; time++) expect(() => read(octets)).toThrow(InvalidValue)
    expect(read(utf8('name'))).toBe('name')
  })
})
