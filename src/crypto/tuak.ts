import { createHash } from 'node:crypto'
import type { Rand } from '../core/aka.ts'
import { concat, utf8, writeUint } from '../core/bytes.ts'
import { InvalidValue } from '../core/errors.ts'
import { keyOctets, type Ck, type Ik, type K, type Res, type Topc } from '../core/keys.ts'
import type { AkaFunctions } from './aka-functions.ts'
import { exactly } from './exact-length.ts'

/** Octets that the functions give: MAC 8, 16 or 32; RES 4, 8, 16 or 32; CK and IK 16 or 32. */
export interface TuakLengths {
  readonly mac: number
  readonly res: number
  readonly ck: number
  readonly ik: number
}

/** Those that AUTN and Ks have room for. TS 33.102 6.3.2, 6.3.7. */
const usualLengths: TuakLengths = { mac: 8, res: 8, ck: 16, ik: 16 }

/** TOPc of a TOP, 32 octets each. TS 35.231 6. */
export const topcFromTop = (k: K, top: Uint8Array, keccakIterations: number): Topc =>
  keyOctets(field(keccak(k, top, keccakIterations, 0x00, [new Uint8Array(24)]), 0, 32)) as Topc

/** f1 to f5* of a subscriber with a K of 16 or 32 octets; 1 to 255 iterations of Keccak. TS 35.231 6. */
export function tuak(k: K, topc: Topc, keccakIterations: number, lengths = usualLengths): AkaFunctions {
  const run = (instance: number, ...fields: readonly Uint8Array[]) =>
    keccak(k, topc, keccakIterations, instance, fields)

  const mac =
    (instance: number): AkaFunctions['f1'] =>
    (rand, sqn, amf) =>
      field(
        run(instance | lengths.mac, randOf(rand), exactly(2, 'AMF', amf), writeUint(sqn, 6)),
        0,
        lengths.mac,
      )

  function f2345(rand: Rand) {
    const resCode = lengths.res === 4 ? 0 : lengths.res
    const instance = 0x40 | resCode | (lengths.ck === 32 ? 4 : 0) | (lengths.ik === 32 ? 2 : 0)
    const out = run(instance, randOf(rand), new Uint8Array(8))
    return {
      res: keyOctets(field(out, 0, lengths.res)) as Res,
      ck: keyOctets(field(out, 32, lengths.ck)) as Ck,
      ik: keyOctets(field(out, 64, lengths.ik)) as Ik,
      ak: field(out, 96, 6),
    }
  }

  const f1 = mac(0x00)
  return {
    f1,
    f1Star: mac(0x80),
    f2345,
    f5Star: (rand) => field(run(0xc0, randOf(rand), new Uint8Array(8)), 96, 6),
    f12345: (rand, sqn, amf) => ({ ...f2345(rand), mac: f1(rand, sqn, amf) }),
  }
}

const algorithmName = utf8('TUAK1.0')
const randOf = (rand: Rand) => exactly(16, 'RAND', rand)
const kIs256Bits = 0x01

/**
 * OUT, of which the first 136 octets are used. IN is one padded block of SHAKE256, and iterating the permutation is what
 * SHAKE256 does for more output, so OUT of n iterations is its n-th block. TS 35.231 6, FIPS 202 6.2.
 */
function keccak(k: K, top: Uint8Array, iterations: number, instance: number, fields: readonly Uint8Array[]) {
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 255)
    throw new InvalidValue('Keccak iterations', '1 to 255 are needed', 'TS 35.231 5')
  if (k.length !== 16 && k.length !== 32)
    throw new InvalidValue('K', '16 or 32 octets are needed', 'TS 35.231 5')
  const whole = instance | (k.length === 32 ? kIs256Bits : 0)
  const parts = [exactly(32, 'TOP or TOPc', top), Uint8Array.of(whole), algorithmName, ...fields, k]
  const input = concat(...parts.map(reversed), new Uint8Array(32 - k.length))
  const out = createHash('shake256', { outputLength: 136 * iterations })
    .update(input)
    .digest()
  return out.subarray(-136)
}

/** The field of `length` octets at `at`; every field stands in reversed order. */
const field = (out: Uint8Array, at: number, length: number): Uint8Array =>
  reversed(out.subarray(at, at + length))

const reversed = (octets: Uint8Array): Uint8Array => new Uint8Array(octets).reverse()
