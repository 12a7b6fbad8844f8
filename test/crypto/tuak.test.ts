import { describe, expect, it } from 'vitest'
import { Amf, Rand, Sqn } from '../../src/core/aka.ts'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { K, Topc } from '../../src/core/keys.ts'
import { akaFunctions, generateVector, makeAuts, verifyAuts, verifyAutn } from '../../src/crypto/aka.ts'
import { topcFromTop, tuak } from '../../src/crypto/tuak.ts'
import vectors from '../vectors/tuak.json' with { type: 'json' }
import { flipped } from './flip.ts'

type Set = (typeof vectors.sets)[number]

function inputs(set: Set) {
  const k = K(fromHex(set.k))
  const lengths = { mac: set.macBits / 8, res: set.resBits / 8, ck: set.ckBits / 8, ik: set.ikBits / 8 }
  return {
    k,
    functions: tuak(k, Topc(fromHex(set.topc)), set.keccakIterations, lengths),
    rand: Rand(fromHex(set.rand)),
    sqn: Sqn(Number.parseInt(set.sqn, 16)),
    amf: Amf(fromHex(set.amf)),
  }
}

function outputs(set: Set) {
  const { functions, rand, sqn, amf } = inputs(set)
  const { res, ck, ik, ak } = functions.f2345(rand)
  const macs = [functions.f1(rand, sqn, amf), functions.f1Star(rand, sqn, amf), functions.f5Star(rand)]
  return [...macs, res, ck, ik, ak].map(hex)
}

describe.each(vectors.sets)('TUAK, $spec, set $set', (set) => {
  it('binds TOP to K', () => {
    const { k } = inputs(set)
    expect(hex(topcFromTop(k, fromHex(set.top), set.keccakIterations))).toBe(set.topc)
    expect(hex(topcFromTop(k, flipped(fromHex(set.top), set.set), set.keccakIterations))).not.toBe(set.topc)
  })

  it('gives f1 to f5*', () => {
    expect(outputs(set)).toEqual([set.f1, set.f1star, set.f5star, set.f2, set.f3, set.f4, set.f5])
  })

  it('gives other values for any one bit of K, TOPc or RAND, and for one iteration more', () => {
    const right = outputs(set)
    const changes = (['k', 'topc', 'rand'] as const).map((name) => ({
      ...set,
      [name]: hex(flipped(fromHex(set[name]), 11 * set.set)),
    }))
    for (const changed of [...changes, { ...set, keccakIterations: set.keccakIterations + 1 }])
      outputs(changed).forEach((value, at) => expect(value).not.toBe(right[at]))
  })
})

describe('TUAK as a subscriber of the HSS', () => {
  const functions = akaFunctions({
    algorithm: 'TUAK',
    k: K(new Uint8Array(32).fill(7)),
    topc: Topc(new Uint8Array(32).fill(9)),
    keccakIterations: 2,
  })
  const rand = Rand(new Uint8Array(16).fill(1))
  const sqn = Sqn(0x123456789abc)
  const amf = Amf(Uint8Array.of(0, 0))

  it('gives vectors that its USIM accepts, and resynchronises', () => {
    const vector = generateVector(functions, rand, sqn, amf)
    expect(verifyAutn(functions, rand, vector.autn)).toEqual({
      sqn,
      amf,
      res: vector.xres,
      ck: vector.ck,
      ik: vector.ik,
    })
    expect(verifyAuts(functions, rand, makeAuts(functions, rand, sqn))).toBe(sqn)
  })

  it('R30: a K of another length and 0 or 256 iterations throw', () => {
    const topc = Topc(new Uint8Array(32).fill(9))
    const k = new Uint8Array(24).fill(7) as unknown as K
    expect(() => tuak(k, topc, 1).f5Star(rand)).toThrow(InvalidValue)
    for (const iterations of [0, 256, 1.5])
      expect(() => tuak(K(new Uint8Array(16).fill(7)), topc, iterations).f5Star(rand)).toThrow(InvalidValue)
  })
})
