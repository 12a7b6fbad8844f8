import { describe, expect, it } from 'vitest'
import { hex, utf8 } from '../../src/core/bytes.ts'
import { OctetWriter, written } from '../../src/core/octet-writer.ts'

describe('an octet writer', () => {
  it('writes one part after the other, and a number where there was room left for it', () => {
    const octets = written((into) => {
      const from = into.length
      into.zeros(3)
      into.uint(0x12345678, 4)
      into.octets(Uint8Array.of(9, 8))
      into.text('aé€😀')
      into.uintAt(from, into.length - from, 2)
    })
    expect(hex(octets)).toBe(`001300123456780908${hex(utf8('aé€😀'))}`)
  })

  it.each([1, 1023, 1024, 5000, 70_000])('has room for %i octets and what follows', (length) => {
    const octets = written((into) => {
      into.octets(new Uint8Array(length).fill(7))
      into.text('€'.repeat(length))
      into.uint(1, 1)
    })
    expect(octets).toHaveLength(4 * length + 1)
    expect(hex(octets)).toBe('07'.repeat(length) + hex(utf8('€')).repeat(length) + '01')
  })

  it('gives octets of their own, also while others are written', () => {
    let inner = new Uint8Array()
    const outer = written((into) => {
      into.uint(1, 1)
      inner = Uint8Array.from(written((again) => again.uint(0x0203, 2)))
      into.uint(4, 1)
    })
    expect([hex(outer), hex(inner)]).toEqual(['0104', '0203'])
    const next = written((into) => into.uint(0xffff, 2))
    expect([hex(outer), hex(next)]).toEqual(['0104', 'ffff'])
  })

  it('R33: keeps nothing of what was taken, or given up', () => {
    const writer = new OctetWriter()
    const key = new Uint8Array(2000).fill(0xcd)
    writer.taken((into) => into.octets(key))
    expect(() =>
      writer.taken((into) => {
        into.octets(key)
        throw new Error('no message')
      }),
    ).toThrow('no message')
    expect(writer.length).toBe(0)
    expect(hex(writer.taken((into) => into.zeros(2000)))).toBe('00'.repeat(2000))
  })
})
