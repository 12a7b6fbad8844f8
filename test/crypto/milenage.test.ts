import { describe, expect, it } from 'vitest'
import { Amf, Autn, Auts, Rand, Sqn } from '../../src/core/aka.ts'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { K, Opc } from '../../src/core/keys.ts'
import { generateVector, makeAuts, verifyAuts, verifyAutn } from '../../src/crypto/aka.ts'
import { milenage, opcFromOp } from '../../src/crypto/milenage.ts'
import vectors from '../vectors/milenage.json' with { type: 'json' }
import { flipped } from './flip.ts'

type Set = (typeof vectors.ts35207)[number] | (typeof vectors.ts35208)[number]
const sets: readonly Set[] = [...vectors.ts35207, ...vectors.ts35208]

function inputs(set: Set) {
  const k = K(fromHex(set.k))
  const opc = Opc(fromHex(set.opc))
  return {
    k,
    opc,
    functions: milenage(k, opc),
    rand: Rand(fromHex(set.rand)),
    sqn: Sqn(Number.parseInt(set.sqn, 16)),
    amf: Amf(fromHex(set.amf)),
  }
}

describe.each(sets)('MILENAGE, $spec, set $set', (set) => {
  const { k, functions, rand, sqn, amf } = inputs(set)

  it('binds OP to K', () => {
    expect(hex(opcFromOp(k, fromHex(set.op)))).toBe(set.opc)
    expect(hex(opcFromOp(k, flipped(fromHex(set.op), set.set)))).not.toBe(set.opc)
  })

  it('gives f1 to f5*', () => {
    const { res, ck, ik, ak } = functions.f2345(rand)
    expect(hex(functions.f1(rand, sqn, amf))).toBe(set.f1)
    expect(hex(functions.f1Star(rand, sqn, amf))).toBe(set.f1star)
    expect([res, ck, ik, ak].map(hex)).toEqual([set.f2, set.f3, set.f4, set.f5])
    expect(hex(functions.f5Star(rand))).toBe(set.f5star)
  })

  it('gives other values for any one bit of K, OPc or RAND', () => {
    const others = (['k', 'opc', 'rand'] as const).map((name) => {
      const changed = inputs({ ...set, [name]: hex(flipped(fromHex(set[name]), 5 * set.set)) })
      return { changed, keys: changed.functions.f2345(changed.rand) }
    })
    for (const { changed, keys } of others) {
      const { functions: f, rand: r, sqn: s, amf: a } = changed
      expect(hex(f.f1(r, s, a))).not.toBe(set.f1)
      expect(hex(f.f1Star(r, s, a))).not.toBe(set.f1star)
      expect(hex(f.f5Star(r))).not.toBe(set.f5star)
      expect(hex(keys.res)).not.toBe(set.f2)
      expect(hex(keys.ck)).not.toBe(set.f3)
      expect(hex(keys.ik)).not.toBe(set.f4)
      expect(hex(keys.ak)).not.toBe(set.f5)
    }
  })

  it('makes the AUTN and AUTS of the set, and its USIM and HSS accept them', () => {
    const vector = generateVector(functions, rand, sqn, amf)
    expect(hex(vector.autn)).toBe(set.derived.autn)
    expect([vector.xres, vector.ck, vector.ik].map(hex)).toEqual([set.f2, set.f3, set.f4])
    expect(verifyAutn(functions, rand, vector.autn)).toMatchObject({ sqn, amf })
    const auts = makeAuts(functions, rand, sqn)
    expect(hex(auts)).toBe(set.derived.auts_sqnMsEqualsSqn_amf0000)
    expect(verifyAuts(functions, rand, auts)).toBe(sqn)
  })

  it('refuses the AUTN and AUTS with any one bit changed', () => {
    const autn = fromHex(set.derived.autn)
    for (let bit = 0; bit < 8 * autn.length; bit++)
      expect(verifyAutn(functions, rand, Autn(flipped(autn, bit)))).toBe('mac-failure')
    const auts = fromHex(set.derived.auts_sqnMsEqualsSqn_amf0000)
    for (let bit = 0; bit < 8 * auts.length; bit++)
      expect(verifyAuts(functions, rand, Auts(flipped(auts, bit)))).toBe('mac-failure')
  })
})

it('R30: MILENAGE with a K of 32 octets throws before anything is computed', () => {
  const [set] = vectors.ts35207
  expect(() => milenage(K(new Uint8Array(32).fill(1)), Opc(fromHex(set?.opc ?? '')))).toThrow(InvalidValue)
})
