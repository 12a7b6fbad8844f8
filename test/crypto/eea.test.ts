import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, hex, u32 } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { keyOctets, wipe, type Pek } from '../../src/core/keys.ts'
import { eea1, eea2, eea3, eeaById, eeas, type Crypt } from '../../src/crypto/eea.ts'
import type { Direction } from '../../src/crypto/security-inputs.ts'
import vectors from '../vectors/eea.json' with { type: 'json' }
import { flipped, someBit } from './flip.ts'

/** COUNT, BEARER, DIRECTION and a message. */
const inputs = fc.tuple(
  fc.nat(2 ** 32 - 1),
  fc.nat(31),
  fc.constantFrom<Direction>(0, 1),
  fc.uint8Array({ maxLength: 300 }),
)

const pek = (fill = 3) => keyOctets(new Uint8Array(16).fill(fill)) as Pek

describe.each([
  ['128-EEA1', eea1, vectors.eea1.sets],
  ['128-EEA2', eea2, vectors.eea2.sets],
  ['128-EEA3', eea3, vectors.eea3.sets],
] as const)('%s', (_, crypt: Crypt, sets) => {
  describe.each(sets)('published set $set', (set) => {
    const { bearer, bitLength } = set
    const direction = set.direction as Direction
    const [key, plaintext, ciphertext] = [set.key, set.plaintext, set.ciphertext].map(fromHex) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const count = Number.parseInt(set.count, 16)

    it('enciphers and deciphers', () => {
      expect(hex(crypt(key, count, bearer, direction, plaintext, bitLength))).toBe(set.ciphertext)
      expect(hex(crypt(key, count, bearer, direction, ciphertext, bitLength))).toBe(set.plaintext)
    })

    it('gives something else for any one bit of key, COUNT, BEARER, DIRECTION or text', () => {
      const other = [
        crypt(flipped(key, someBit(set.set, 128)), count, bearer, direction, plaintext, bitLength),
        crypt(key, (count ^ (1 << set.set)) >>> 0, bearer, direction, plaintext, bitLength),
        crypt(key, count, bearer ^ (1 << (set.set % 5)), direction, plaintext, bitLength),
        crypt(key, count, bearer, direction ? 0 : 1, plaintext, bitLength),
        crypt(key, count, bearer, direction, flipped(plaintext, someBit(set.set, bitLength)), bitLength),
      ]
      for (const octets of other) expect(hex(octets)).not.toBe(set.ciphertext)
    })
  })
})

describe('the rows', () => {
  it('have the identities of TS 33.401 5.1.3.2', () => {
    expect(eeas.map(({ id, name }) => [id, name])).toEqual([
      [0, 'EEA0'],
      [1, '128-EEA1'],
      [2, '128-EEA2'],
      [3, '128-EEA3'],
    ])
    expect(eeaById(4)).toBeUndefined()
  })

  it('EEA0 gives the octets as they are, in a new array', () => {
    const octets = Uint8Array.of(1, 2, 3)
    const out = eeaById(0)?.crypt(pek(), 1, 1, 0, octets)
    expect(out).toEqual(octets)
    expect(out).not.toBe(octets)
  })

  const ciphers = eeas.filter(({ id }) => id !== 0)

  it.each(ciphers)('$name gives back any text, and leaves its input as it was', ({ crypt }) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.nat(0xffffffff),
        fc.nat(31),
        (octets, count, bearer) => {
          const before = hex(octets)
          const out = crypt(pek(), count, bearer, 1, octets)
          expect(out).toHaveLength(octets.length)
          expect(hex(crypt(pek(), count, bearer, 1, out))).toBe(before)
          expect(hex(octets)).toBe(before)
        },
      ),
    )
  })

  it.each(ciphers)('$name takes a view into a larger buffer', ({ crypt }) => {
    const octets = Uint8Array.from({ length: 23 }, (_, at) => at)
    const whole = new Uint8Array(40)
    whole.set(octets, 5)
    expect(hex(crypt(pek(), 7, 1, 0, whole.subarray(5, 28)))).toBe(hex(crypt(pek(), 7, 1, 0, octets)))
  })

  it.each(ciphers)('R30: $name throws for another key length and numbers that do not fit', ({ crypt }) => {
    const octets = new Uint8Array(4)
    for (const length of [0, 15, 17, 32])
      expect(() => crypt(keyOctets(new Uint8Array(length).fill(1)) as Pek, 1, 1, 0, octets)).toThrow(
        InvalidValue,
      )
    for (const count of [-1, 2 ** 32, 0.5])
      expect(() => crypt(pek(), count, 1, 0, octets)).toThrow(InvalidValue)
    for (const bearer of [-1, 32, 0.5]) expect(() => crypt(pek(), 1, bearer, 0, octets)).toThrow(InvalidValue)
  })

  it.each(ciphers)('R33: $name throws for a wiped key', ({ crypt, under }) => {
    const key = pek()
    const underKey = under(key)
    wipe(key)
    expect(() => crypt(key, 1, 1, 0, new Uint8Array(4))).toThrow(InvalidValue)
    expect(() => under(key)).toThrow(InvalidValue)
    expect(() => underKey.crypt(1, 1, 0, new Uint8Array(4))).toThrow(InvalidValue)
  })

  it.each(ciphers)('$name gives each of many messages under one key what it gives it alone', (eea) => {
    const underKey = eea.under(pek())
    fc.assert(
      fc.property(inputs, ([count, bearer, direction, octets]) => {
        const alone = hex(eea.crypt(pek(), count, bearer, direction, octets))
        expect(hex(underKey.crypt(count, bearer, direction, octets))).toBe(alone)
        const into = new Uint8Array(octets.length + 7).fill(0xee)
        underKey.cryptInto(count, bearer, direction, octets, into, 5)
        expect(hex(into)).toBe(`eeeeeeeeee${alone}eeee`)
      }),
      { examples: [[[5, 1, 0, new Uint8Array(1400).fill(9)]], [[6, 1, 0, new Uint8Array(513)]]] },
    )
  })

  it.each(ciphers)('R33: $name is refused once it is forgotten, though the key is not wiped', ({ under }) => {
    const underKey = under(pek())
    underKey.forget()
    underKey.forget()
    expect(() => underKey.crypt(1, 1, 0, new Uint8Array(4))).toThrow(InvalidValue)
    const into = new Uint8Array(4)
    expect(() => underKey.cryptInto(1, 1, 0, new Uint8Array(4).fill(1), into, 0)).toThrow(InvalidValue)
    expect(hex(into)).toBe('00000000')
  })

  it('EEA0 gives octets of its own', () => {
    const given = new Uint8Array(4).fill(7)
    const out = eeaById(0)?.under(pek()).crypt(1, 1, 0, given)
    expect(out).toEqual(given)
    expect(out).not.toBe(given)
  })

  it('128-EEA2 is AES-128-CTR of the platform, across the end of a counter octet', () => {
    const underKey = eeaById(2)?.under(pek())
    fc.assert(
      fc.property(inputs, ([count, bearer, direction, octets]) => {
        const begin = concat(u32(count), Uint8Array.of((bearer << 3) | (direction << 2)), new Uint8Array(11))
        const expected = createCipheriv('aes-128-ctr', pek(), begin).update(octets)
        expect(hex(underKey?.crypt(count, bearer, direction, octets) ?? octets)).toBe(hex(expected))
      }),
      { examples: [8188, 511, 512, 513].map((size) => [[0x01020304, 1, 1, new Uint8Array(size).fill(9)]]) },
    )
  })
})
