import { u32 } from '../core/bytes.ts'
import { padded, wordsOf, type Mac } from './security-inputs.ts'
import { snow3g } from './snow3g.ts'

/** 128-EIA1, plainly: UIA2 with FRESH = BEARER || 0(27). TS 33.401 B.2.2. */
export const eia1: Mac = (key, count, bearer, direction, octets, bits) =>
  uia2(key, count, bearer << 27, direction, octets, bits)

/** UIA2; `fresh` has 32 bits. TS 35.215 4. */
export const uia2: Mac = (key, count, fresh, direction, octets, bits) => {
  const iv = Int32Array.of(count, fresh, count ^ (direction << 31), fresh ^ (direction << 15))
  const z = snow3g(wordsOf(key), iv, 5)
  const p = multiplesOf(at(z, 0), at(z, 1))
  const q = multiplesOf(at(z, 2), at(z, 3))
  const message = wordsOf(padded(octets, bits, 8))
  const sum = new Int32Array(2)
  for (let index = 0; index < message.length; index += 2)
    addAndMultiply(sum, at(message, index), at(message, index + 1), p)
  addAndMultiply(sum, 0, bits, q)
  return u32(at(sum, 0) ^ at(z, 4))
}

const at = (words: Int32Array, index: number): number => words[index] ?? 0

/** What the four bits above x^63 become modulo x^64 + x^4 + x^3 + x + 1. */
const reductions = Int32Array.from({ length: 16 }, (_, bits) =>
  [0, 1, 3, 4].reduce((sum, exponent) => sum ^ (bits << exponent), 0),
)

/** The products in GF(2^64) of high || low with every polynomial of degree below 4, two words each. */
function multiplesOf(high: number, low: number): Int32Array {
  const table = new Int32Array(32)
  table[2] = high
  table[3] = low
  for (let n = 2; n < 16; n++) {
    const half = n & ~1 // product of n >> 1, times x, plus the one of 1 for odd n
    const [h, l] = [at(table, half), at(table, half + 1)]
    table[2 * n] = (h << 1) ^ (l >>> 31) ^ (n & 1 ? high : 0)
    table[2 * n + 1] = (l << 1) ^ at(reductions, h >>> 31) ^ (n & 1 ? low : 0)
  }
  return table
}

/** sum = (sum + block) times the element of `multiples`, four bits at a time. */
function addAndMultiply(sum: Int32Array, blockHigh: number, blockLow: number, multiples: Int32Array): void {
  const factorHigh = at(sum, 0) ^ blockHigh
  const factorLow = at(sum, 1) ^ blockLow
  let high = 0
  let low = 0
  for (let shift = 60; shift >= 0; shift -= 4) {
    const entry = 2 * (((shift < 32 ? factorLow : factorHigh) >>> (shift & 31)) & 15)
    const carry = high >>> 28
    high = (high << 4) ^ (low >>> 28) ^ at(multiples, entry)
    low = (low << 4) ^ at(reductions, carry) ^ at(multiples, entry + 1)
  }
  sum[0] = high
  sum[1] = low
}
