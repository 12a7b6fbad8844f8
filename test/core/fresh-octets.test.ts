import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freshOctets } from '../../src/core/bytes.ts'

describe('fresh octets', () => {
  it('are zeros that nobody else has, whatever their lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 30 }), (lengths) => {
        const all = lengths.map((length) => freshOctets(length))
        all.forEach((octets, number) => {
          expect(octets.length).toBe(lengths[number])
          expect(octets.every((octet) => octet === 0)).toBe(true)
          octets.fill(number + 1)
        })
        all.forEach((octets, number) => expect(octets.every((octet) => octet === number + 1)).toBe(true))
      }),
    )
  })

  it('begin where words can be read', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { maxLength: 30 }), (lengths) =>
        lengths.every((length) => freshOctets(length).byteOffset % 16 === 0),
      ),
    )
  })
})
