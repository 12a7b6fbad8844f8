import { createCipheriv, createSecretKey } from 'node:crypto'
import type { Amf, Rand, Sqn } from '../core/aka.ts'
import { concat, writeUint } from '../core/bytes.ts'
import { keyOctets, type Ck, type Ik, type K, type Opc, type Res } from '../core/keys.ts'
import type { AkaFunctions } from './aka-functions.ts'
import { exactly } from './exact-length.ts'

/** OPc = OP xor E_K(OP), 16 octets each. TS 35.206 4.1. */
export function opcFromOp(k: K, op: Uint8Array): Opc {
  const encrypted = createCipheriv('aes-128-ecb', exactly(16, 'K', k), null).update(exactly(16, 'OP', op))
  return keyOctets(xor(encrypted, op)) as Opc
}

/** f1 to f5* of a subscriber; RES has 8 octets. Throws InvalidValue for a K that is not of 16 octets. TS 35.206 4.1. */
export function milenage(k: K, opc: Opc): AkaFunctions {
  const key = createSecretKey(exactly(16, 'K', k))
  exactly(16, 'OPc', opc)

  /** E_K(block) xor OPc for each block that `blocks` makes of TEMP: two AES calls, whatever their number. */
  function outputs(rand: Rand, blocks: (temp: Uint8Array) => readonly Uint8Array[]): Uint8Array {
    const aes = createCipheriv('aes-128-ecb', key, null)
    const temp = aes.update(xor(exactly(16, 'RAND', rand), opc))
    return xor(aes.update(concat(...blocks(temp))), opc)
  }

  function block1(temp: Uint8Array, sqn: Sqn, amf: Amf): Uint8Array {
    const half = concat(writeUint(sqn, 6), exactly(2, 'AMF', amf))
    return xor(temp, rotated(xor(concat(half, half), opc), 8))
  }

  /** Rotated by r bits, given in octets; c is added to the last octet. */
  function block(temp: Uint8Array, r: number, c: number): Uint8Array {
    const out = rotated(xor(temp, opc), r)
    out[15] = (out[15] ?? 0) ^ c
    return out
  }
  const blocks2To4 = (temp: Uint8Array) => [block(temp, 0, 1), block(temp, 4, 2), block(temp, 8, 4)]

  return {
    f1: (rand, sqn, amf) => outputs(rand, (temp) => [block1(temp, sqn, amf)]).slice(0, 8),
    f1Star: (rand, sqn, amf) => outputs(rand, (temp) => [block1(temp, sqn, amf)]).slice(8, 16),
    f2345: (rand) => responseAndKeys(outputs(rand, blocks2To4)),
    f5Star: (rand) => outputs(rand, (temp) => [block(temp, 12, 8)]).slice(0, 6),
    f12345(rand, sqn, amf) {
      const out = outputs(rand, (temp) => [...blocks2To4(temp), block1(temp, sqn, amf)])
      return { ...responseAndKeys(out), mac: out.slice(48, 56) }
    },
  }
}

/** f2 to f5 of OUT2 || OUT3 || OUT4. */
const responseAndKeys = (out: Uint8Array) => ({
  res: keyOctets(out.subarray(8, 16)) as Res,
  ck: keyOctets(out.subarray(16, 32)) as Ck,
  ik: keyOctets(out.subarray(32, 48)) as Ik,
  ak: out.slice(0, 6),
})

/** `mask` has 16 octets and repeats. */
function xor(octets: Uint8Array, mask: Uint8Array): Uint8Array {
  const out = new Uint8Array(octets.length)
  for (let at = 0; at < out.length; at++) out[at] = (octets[at] ?? 0) ^ (mask[at & 15] ?? 0)
  return out
}

const rotated = (octets: Uint8Array, by: number): Uint8Array =>
  concat(octets.subarray(by), octets.subarray(0, by))
