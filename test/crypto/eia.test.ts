import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { keyOctets, wipe, type Pik } from '../../src/core/keys.ts'
import { eiaById, eias } from '../../src/crypto/eia.ts'
import { eia1, uia2 } from '../../src/crypto/eia1.ts'
import { eia2 } from '../../src/crypto/eia2.ts'
import { eia3 } from '../../src/crypto/eia3.ts'
import type { Direction, Mac } from '../../src/crypto/security-inputs.ts'
import vectors from '../vectors/eia.json' with { type: 'json' }
import { flipped, someBit } from './flip.ts'

const pik = (fill = 3) => keyOctets(new Uint8Array(16).fill(fill)) as Pik
/** COUNT, BEARER, DIRECTION, a message, and where it is cut in two. */
const messages = fc.tuple(
  fc.nat(2 ** 32 - 1),
  fc.nat(31),
  fc.constantFrom<Direction>(0, 1),
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(300),
)
const withFresh = vectors.uia2.sets.map((set) => ({ ...set, bearer: Number.parseInt(set.fresh, 16) }))

describe.each([
  ['128-EIA1', eia1, vectors.eia1.sets],
  ['128-EIA2', eia2, vectors.eia2.sets],
  ['128-EIA3', eia3, vectors.eia3.sets],
  ['UIA2', uia2, withFresh],
] as const)('%s', (_, mac: Mac, sets) => {
  describe.each(sets)('published set $set', (set) => {
    const { bearer, bitLength } = set
    const direction = set.direction as Direction
    const [key, message] = [fromHex(set.key), fromHex(set.message)]
    const count = Number.parseInt(set.count, 16)

    it('gives the MAC', () => {
      expect(hex(mac(key, count, bearer, direction, message, bitLength))).toBe(set.mac)
    })

    it('gives another MAC for any one bit of key, COUNT, BEARER, DIRECTION, message or length', () => {
      const other = [
        mac(flipped(key, someBit(set.set, 128)), count, bearer, direction, message, bitLength),
        mac(key, (count ^ (1 << set.set)) >>> 0, bearer, direction, message, bitLength),
        mac(key, count, bearer ^ (1 << (set.set % 5)), direction, message, bitLength),
        mac(key, count, bearer, direction ? 0 : 1, message, bitLength),
        mac(key, count, bearer, direction, flipped(message, someBit(set.set, bitLength)), bitLength),
        mac(key, count, bearer, direction, flipped(message, bitLength - 1), bitLength),
        mac(key, count, bearer, direction, message, bitLength - 1),
      ]
      for (const octets of other) expect(hex(octets)).not.toBe(set.mac)
    })

    it('does not look at what follows the message', () => {
      const longer = new Uint8Array(message.length + 20).fill(0xff)
      longer.set(message)
      if (bitLength % 8 !== 0)
        longer[bitLength >>> 3] = (longer[bitLength >>> 3] ?? 0) | (0xff >> (bitLength & 7))
      expect(hex(mac(key, count, bearer, direction, longer, bitLength))).toBe(set.mac)
    })
  })
})

describe('the rows', () => {
  it('R19: have the identities of TS 33.401 5.1.4.2, and EIA0 is none of them', () => {
    expect(eias.map(({ id, name }) => [id, name])).toEqual([
      [1, '128-EIA1'],
      [2, '128-EIA2'],
      [3, '128-EIA3'],
    ])
    expect(eiaById(0)).toBeUndefined()
  })

  it.each(eias)('$name takes a view into a larger buffer, and messages of every short length', ({ mac }) => {
    const seen = new Set<string>()
    for (let length = 0; length < 40; length++) {
      const whole = new Uint8Array(64)
      const message = whole.subarray(3, 3 + length).fill(0xa5)
      const macI = mac(pik(), 7, 29, 1, message)
      expect(macI).toHaveLength(4)
      expect(hex(macI)).toBe(hex(mac(pik(), 7, 29, 1, Uint8Array.from(message))))
      seen.add(hex(macI))
    }
    expect(seen.size).toBe(40)
  })

  it.each(eias)('R30: $name throws for another key length and numbers that do not fit', ({ mac }) => {
    const octets = new Uint8Array(4)
    for (const length of [0, 15, 17, 32])
      expect(() => mac(keyOctets(new Uint8Array(length).fill(1)) as Pik, 1, 1, 0, octets)).toThrow(
        InvalidValue,
      )
    for (const count of [-1, 2 ** 32, 0.5])
      expect(() => mac(pik(), count, 1, 0, octets)).toThrow(InvalidValue)
    for (const bearer of [-1, 32, 0.5]) expect(() => mac(pik(), 1, bearer, 0, octets)).toThrow(InvalidValue)
  })

  it.each(eias)('R33: $name throws for a wiped key', ({ mac, under }) => {
    const key = pik()
    const underKey = under(key)
    wipe(key)
    expect(() => mac(key, 1, 1, 0, new Uint8Array(4))).toThrow(InvalidValue)
    expect(() => under(key)).toThrow(InvalidValue)
    expect(() => underKey.mac(1, 1, 0, new Uint8Array(4))).toThrow(InvalidValue)
  })

  it.each(eias)(
    '$name gives each of many messages under one key what it gives it alone, in whatever parts',
    ({ mac, under }) => {
      const underKey = under(pik())
      fc.assert(
        fc.property(messages, ([count, bearer, direction, message, cut]) => {
          const alone = hex(mac(pik(), count, bearer, direction, message))
          const parts = [message.subarray(0, cut), message.subarray(cut)]
          expect(hex(underKey.mac(count, bearer, direction, message))).toBe(alone)
          expect(hex(underKey.mac(count, bearer, direction, ...parts))).toBe(alone)
        }),
      )
    },
  )

  it.each(eias)('R33: $name is refused once it is forgotten, though the key is not wiped', ({ under }) => {
    const underKey = under(pik())
    underKey.forget()
    underKey.forget()
    expect(() => underKey.mac(1, 1, 0, new Uint8Array(4))).toThrow(InvalidValue)
  })
})
