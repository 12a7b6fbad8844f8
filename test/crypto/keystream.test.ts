import { expect, it } from 'vitest'
import { concat, fromHex, hex, u32 } from '../../src/core/bytes.ts'
import { wordsOf } from '../../src/crypto/security-inputs.ts'
import { snow3g } from '../../src/crypto/snow3g.ts'
import { zuc } from '../../src/crypto/zuc.ts'
import vectors from '../vectors/eea.json' with { type: 'json' }
import { flipped } from './flip.ts'

const octetsOf = (words: Int32Array) => hex(concat(...Array.from(words, u32)))
const sets = vectors.keystream

/** The test document writes K0 and IV0 first. */
const fromLast = (octets: Uint8Array) => wordsOf(octets).reverse()

it.each(sets.snow3g)('SNOW 3G: key $key, IV $iv', ({ key, iv, first8 }) => {
  const keystream = (k: Uint8Array, i: Uint8Array) => octetsOf(snow3g(fromLast(k), fromLast(i), 2))
  expect(keystream(fromHex(key), fromHex(iv))).toBe(first8)
  expect(keystream(flipped(fromHex(key), 0), fromHex(iv))).not.toBe(first8)
  expect(keystream(fromHex(key), flipped(fromHex(iv), 127))).not.toBe(first8)
})

it.each(sets.zuc)('ZUC: key $key, IV $iv', ({ key, iv, first8 }) => {
  const keystream = (k: Uint8Array, i: Uint8Array) => octetsOf(zuc(k, i, 2))
  expect(keystream(fromHex(key), fromHex(iv))).toBe(first8)
  expect(keystream(flipped(fromHex(key), 0), fromHex(iv))).not.toBe(first8)
  expect(keystream(fromHex(key), flipped(fromHex(iv), 127))).not.toBe(first8)
})
