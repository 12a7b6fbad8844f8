import { cmac } from '@noble/ciphers/aes.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, hex } from '../../src/core/bytes.ts'
import { Cmac } from '../../src/crypto/cmac.ts'

const octets = (maxLength: number) => fc.uint8Array({ maxLength })
const key = fc.uint8Array({ minLength: 16, maxLength: 16 })

describe('AES-CMAC', () => {
  const rfc4493 = new Cmac(fromHex('2b7e151628aed2a6abf7158809cf4f3c'))
  const message = fromHex(
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef' +
      'f69f2445df4f9b17ad2b417be66c3710',
  )
  it.each([
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('gives the tag of RFC 4493 for %i octets', (length, tag) => {
    expect(hex(rfc4493.tag([message.subarray(0, length)], 8 * length))).toBe(tag)
  })

  it('is that of an independent implementation, message after message under one key, in whatever parts', () => {
    const part = fc.oneof(
      octets(70),
      fc.constantFrom(480, 496, 512, 1400).map((length) => new Uint8Array(length).fill(3)),
    )
    const messages = fc.array(fc.array(part, { maxLength: 4 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(key, messages, (key, messages) => {
        const underKey = new Cmac(key)
        for (const parts of messages) {
          const whole = concat(...parts)
          expect(hex(underKey.tag(parts, 8 * whole.length))).toBe(hex(cmac(whole, key)))
        }
      }),
    )
  })

  it('pads a message that ends within an octet with one 1 and zeros, whatever follows it. SP 800-38B 6.2', () => {
    const [underKey, bits] = [new Cmac(new Uint8Array(16).fill(5)), 13]
    const tags = ['abc8', 'abcf', 'abc9'].map((text) => hex(underKey.tag([fromHex(text)], bits)))
    expect(new Set(tags).size).toBe(1)
    expect(tags[0]).not.toBe(hex(underKey.tag([fromHex('abc8')], 16)))
  })

  it('leaves what it is given as it was', () => {
    const given = new Uint8Array(21).fill(7)
    new Cmac(new Uint8Array(16).fill(1)).tag([given], 8 * 20 + 3)
    expect(hex(given)).toBe('07'.repeat(21))
  })

  it('R33: gives no tag once its key is forgotten', () => {
    const underKey = new Cmac(new Uint8Array(16).fill(1))
    underKey.forget()
    expect(() => underKey.tag([], 0)).toThrow()
  })
})
