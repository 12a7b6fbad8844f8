import {
  clear,
  i32,
  i64,
  repeat,
  type Code,
  type Local,
  type Locals,
  type WasmFunction,
} from './assembler.ts'
import { memoryMap } from './memory-map.ts'
import { beforeKeystream, keystreamParameters, wiped } from './registers.ts'
import { snow3gKeystream } from './snow3g.ts'
import { swapped } from './words.ts'

const { products } = memoryMap
/** Octets of the 16 products of four bits. */
const tableSize = 16 * 8
const digits = Array.from({ length: 16 }, (_, digit) => digit)

/** The product with x in GF(2^64), x^64 being x^4 + x^3 + x + 1. */
const timesX = (value: Code): Code =>
  i64.xor(i64.shl(value, 1), i64.and(i64.shrS(value, 63), i64.const(0x1bn)))

/** Tables of what every four bits of a factor add to its product with `p`, the least significant first; `p` changes. */
function writeProducts(locals: Locals, p: Local): Code {
  const [table, count] = [locals.i32(), locals.i32()]
  const [times2, times4, times8] = [locals.i64(), locals.i64(), locals.i64()]
  const bits = [p, times2, times4, times8]
  const product = (digit: number): Code => {
    const [first, ...others] = bits.filter((_, bit) => (digit >> bit) & 1).map(({ get }) => get)
    return first ? i64.xor(first, ...others) : i64.const(0n)
  }
  return [
    [table.set(i32.const(0)), count.set(i32.const(16))],
    repeat(
      count,
      [times2.set(timesX(p.get)), times4.set(timesX(times2.get)), times8.set(timesX(times4.get))],
      digits.map((digit) => i64.store(table.get, product(digit), products + 8 * digit)),
      [p.set(timesX(times8.get)), table.advance(tableSize)],
    ),
  ]
}

/** The product of `factor` with what `writeProducts` was given. */
const productWith = (factor: Local): Code => {
  const [first = [], ...others] = digits.map((digit) => {
    const [at, table] = [4 * digit - 3, products + tableSize * digit]
    const shifted = at < 0 ? i64.shl(factor.get, -at) : i64.shrU(factor.get, at)
    return i64.load(i32.wrap(i64.and(shifted, i64.const(0x78n))), table)
  })
  return i64.xor(first, ...others)
}

/** The product of `a` and `b`, bit by bit; both change. */
function multiplied(locals: Locals, a: Local, b: Local, result: Local): Code {
  const count = locals.i32()
  const lastBit = i64.shrS(i64.shl(a.get, 63), 63)
  return [
    [result.set(i64.const(0n)), count.set(i32.const(64))],
    repeat(
      count,
      result.set(i64.xor(result.get, i64.and(b.get, lastBit))),
      a.set(i64.shrU(a.get, 1)),
      b.set(timesX(b.get)),
    ),
  ]
}

const octetsSwapped = (x: Local): Code => [
  x.set(swapped(x.get, 8, 0x00ff00ff00ff00ffn)),
  x.set(swapped(x.get, 16, 0x0000ffff0000ffffn)),
  x.set(i64.rotl(x.get, 32)),
]

/**
 * 128-EIA1. After those of the keystream its parameters are the number of blocks of 64 bits, at least one, and the length of
 * the message in bits. TS 35.215 4.
 */
export const eia1: WasmFunction = {
  name: 'eia1',
  parameters: 8,
  hasResult: true,
  body(locals) {
    const { message, registers, iv } = keystreamParameters(locals)
    const [blocks, bits] = [locals.parameter(6), locals.parameter(7)]
    const [cell, mac] = [locals.i32(), locals.i32()]
    const [p, q, sum, block, tag] = [locals.i64(), locals.i64(), locals.i64(), locals.i64(), locals.i64()]
    const keystream = (octet: number) => i64.rotl(i64.load(registers.get, beforeKeystream + octet), 32)
    return [
      cell.set(registers.get),
      snow3gKeystream(locals, cell, iv, i32.const(5)),
      [p.set(keystream(0)), q.set(keystream(8))],
      writeProducts(locals, p),
      sum.set(i64.const(0n)),
      repeat(
        blocks,
        [block.set(i64.load(message.get)), octetsSwapped(block), message.advance(8)],
        block.set(i64.xor(block.get, sum.get)),
        sum.set(productWith(block)),
      ),
      sum.set(i64.xor(sum.get, i64.extendU(bits.get))),
      multiplied(locals, sum, q, tag),
      mac.set(i32.xor(i32.wrap(i64.shrU(tag.get, 32)), i32.load(registers.get, beforeKeystream + 16))),
      [wiped(registers, cell), clear(i32.const(products), i32.const(16 * tableSize))],
      mac.get,
    ]
  },
}
