import { createCipheriv } from 'node:crypto'
import type { Amf, Rand, Sqn } from '../core/aka.ts'
import { writeUint } from '../core/bytes.ts'
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
  // ECB keeps nothing between whole blocks, so one cipher serves every call.
  const aes = createCipheriv('aes-128-ecb', exactly(16, 'K', k), null)
  exactly(16, 'OPc', opc)

  /** OUT of `count` blocks that `write` makes of TEMP: two AES calls, whatever their number. */
  function outputs(
    rand: Rand,
    count: number,
    write: (blocks: Uint8Array, temp: Uint8Array) => void,
  ): Uint8Array {
    const temp = aes.update(xor(exactly(16, 'RAND', rand), opc))
    const blocks = new Uint8Array(16 * count)
    write(blocks, temp)
    return added(aes.update(blocks), opc)
  }

  function write1(blocks: Uint8Array, at: number, temp: Uint8Array, sqn: Sqn, amf: Amf): void {
    blocks.set(temp, at)
    addRotated(blocks, at, xor(in1Of(sqn, amf), opc), 8, 0)
  }

  function write2To4(blocks: Uint8Array, temp: Uint8Array): void {
    const masked = xor(temp, opc)
    addRotated(blocks, 0, masked, 0, 1)
    addRotated(blocks, 16, masked, 4, 2)
    addRotated(blocks, 32, masked, 8, 4)
  }

  const out1 = (rand: Rand, sqn: Sqn, amf: Amf) =>
    outputs(rand, 1, (blocks, temp) => write1(blocks, 0, temp, sqn, amf))

  return {
    f1: (rand, sqn, amf) => out1(rand, sqn, amf).slice(0, 8),
    f1Star: (rand, sqn, amf) => out1(rand, sqn, amf).slice(8, 16),
    f2345: (rand) => responseAndKeys(outputs(rand, 3, write2To4)),
    f5Star: (rand) =>
      outputs(rand, 1, (blocks, temp) => addRotated(blocks, 0, xor(temp, opc), 12, 8)).slice(0, 6),
    f12345(rand, sqn, amf) {
      const out = outputs(rand, 4, (blocks, temp) => {
        write2To4(blocks, temp)
        write1(blocks, 48, temp, sqn, amf)
      })
      const { res, ck, ik, ak } = responseAndKeys(out)
      return { res, ck, ik, ak, mac: out.slice(48, 56) }
    },
  }
}

/** IN1 = SQN || AMF || SQN || AMF. */
function in1Of(sqn: Sqn, amf: Amf): Uint8Array {
  const in1 = new Uint8Array(16)
  in1.set(writeUint(sqn, 6))
  in1.set(exactly(2, 'AMF', amf), 6)
  return in1.copyWithin(8, 0, 8)
}

/** Adds rot(block, r) xor c to the 16 octets at `at`; r, here in octets, and c are the constants of the block. */
function addRotated(blocks: Uint8Array, at: number, block: Uint8Array, r: number, c: number): void {
  for (let index = 0; index < 16; index++)
    blocks[at + index] = (blocks[at + index] ?? 0) ^ (block[(index + r) & 15] ?? 0)
  blocks[at + 15] = (blocks[at + 15] ?? 0) ^ c
}

/** f2 to f5 of OUT2 || OUT3 || OUT4. */
const responseAndKeys = (out: Uint8Array) => ({
  res: keyOctets(out.subarray(8, 16)) as Res,
  ck: keyOctets(out.subarray(16, 32)) as Ck,
  ik: keyOctets(out.subarray(32, 48)) as Ik,
  ak: out.slice(0, 6),
})

const xor = (octets: Uint8Array, mask: Uint8Array): Uint8Array => added(new Uint8Array(octets), mask)

/** `octets` themselves, with `mask` of 16 octets added again and again: a copy would be one more buffer to collect. */
function added(octets: Uint8Array, mask: Uint8Array): Uint8Array {
  for (let at = 0; at < octets.length; at++) octets[at] = (octets[at] ?? 0) ^ (mask[at & 15] ?? 0)
  return octets
}
