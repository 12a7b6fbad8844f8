import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { keyOctets, wipe } from '../../src/core/keys.ts'
import { kdf } from '../../src/crypto/kdf.ts'
import vectors from '../vectors/kdf.json' with { type: 'json' }

const key = keyOctets(Uint8Array.from({ length: 32 }, (_, at) => at))
const hmac = (k: Uint8Array, s: Uint8Array) => createHmac('sha256', k).update(s).digest('hex')

describe('KDF, TS 33.220 B.2', () => {
  it('rests on the HMAC-SHA-256 of RFC 4231', () => {
    const { key: k, data, mac } = vectors.hmacSha256
    expect(hmac(fromHex(k), fromHex(data))).toBe(mac)
  })

  it('is HMAC-SHA-256 over FC and every parameter followed by its length', () => {
    const parameters = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xfe }), parameters, (code, list) => {
        const s = [code, ...list.flatMap((p) => [...p, p.length >> 8, p.length & 255])]
        expect(hex(kdf(key, code, list))).toBe(hmac(key, Uint8Array.from(s)))
      }),
    )
  })

  it('tells apart where one parameter ends and the next begins', () => {
    const split = (...texts: string[]) => hex(kdf(key, 1, texts.map(fromHex)))
    expect(split('0102', '03')).not.toBe(split('01', '0203'))
    expect(split('0102')).not.toBe(split('0102', ''))
  })

  it('gives a key that does not print', () => {
    expect(String(kdf(key, 1, []))).toBe('[key]')
  })

  it('gives the same for equal keys held twice, and never another key’s result', () => {
    const other = keyOctets(key)
    other[31] = 0
    expect(hex(kdf(keyOctets(key), 1, []))).toBe(hex(kdf(key, 1, [])))
    expect(hex(kdf(other, 1, []))).not.toBe(hex(kdf(key, 1, [])))
  })

  it.each([0, 16, 31, 33, 64])('R30: a key of %i octets throws before anything is derived', (length) => {
    expect(() => kdf(keyOctets(new Uint8Array(length).fill(1)), 1, [])).toThrow(InvalidValue)
  })

  it('R30: a key of zeros throws', () => {
    expect(() => kdf(keyOctets(new Uint8Array(32)), 1, [])).toThrow(InvalidValue)
  })

  it('R33: a key that was used and then wiped throws', () => {
    const used = keyOctets(key)
    kdf(used, 1, [])
    wipe(used)
    expect(() => kdf(used, 1, [])).toThrow(InvalidValue)
  })

  it('R30: an FC that is no octet, or the first of two, throws', () => {
    for (const code of [-1, 0xff, 256, 1.5, Number.NaN])
      expect(() => kdf(key, code, [])).toThrow(InvalidValue)
  })

  it('R30: an S of 1024 octets is the longest', () => {
    expect(kdf(key, 1, [new Uint8Array(1021)])).toHaveLength(32)
    expect(() => kdf(key, 1, [new Uint8Array(1022)])).toThrow(InvalidValue)
  })
})
