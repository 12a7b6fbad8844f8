import { describe, expect, it } from 'vitest'
import { Autn } from '../../src/core/aka.ts'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { Ik, Res } from '../../src/core/keys.ts'
import { gbaUAutn, gbaURes } from '../../src/crypto/gba-u.ts'
import chain from '../vectors/chain.json' with { type: 'json' }
import { flipped } from './flip.ts'

const vectors = chain.cases.flatMap(({ aka, push }) =>
  [aka, push.aka].filter((one) => one !== undefined).filter((one) => 'AUTN*' in one),
)

describe.each(vectors)('GBA_U, RAND $RAND', (vector) => {
  const autn = Autn(fromHex(vector.AUTN))
  const ik = Ik(fromHex(vector.IK))

  it('AUTN* hides MAC-A under IK, and the card finds AUTN again', () => {
    expect(hex(gbaUAutn(autn, ik))).toBe(vector['AUTN*'])
    expect(hex(gbaUAutn(gbaUAutn(autn, ik), ik))).toBe(vector.AUTN)
    expect(hex(gbaUAutn(autn, Ik(flipped(ik, 127))))).not.toBe(vector['AUTN*'])
  })

  it('RES of the card differs from the one of GBA_ME in its last bit', () => {
    expect(hex(gbaURes(Res(fromHex(vector.XRES))))).toBe(vector['XRES flipped'])
  })
})

it('has vectors', () => expect(vectors).toHaveLength(2))
