import { i32, i64, type Code } from './assembler.ts'

const tableSize = 4 * 256

/** The entry of a table of 256 words that octet `octet` of `x` chooses, 3 being the most significant. */
export function lookup(table: number, x: Code, octet: number): Code {
  const offset = octet === 0 ? i32.shl(x, 2) : i32.shrU(x, 8 * octet - 2)
  return i32.load(i32.and(offset, i32.const(0x3fc)), table)
}

/**
 * The sum of what the octets of `x` choose from four tables, one behind the other, the most significant octet from the first.
 * Added in pairs: the second sum does not wait for the first.
 */
export const substituted = (tables: number, x: Code): Code =>
  i32.xor(
    i32.xor(lookup(tables, x, 3), lookup(tables + tableSize, x, 2)),
    i32.xor(lookup(tables + 2 * tableSize, x, 1), lookup(tables + 3 * tableSize, x, 0)),
  )

/** `x` with its octets the other way round. */
export const byteSwapped = (x: Code): Code =>
  i32.or(i32.and(i32.rotl(x, 8), i32.const(0x00ff00ff)), i32.and(i32.rotl(x, 24), i32.const(0xff00ff00)))

/** The groups of `bits` bits of x under `mask` change places with those above them. */
export const swapped = (x: Code, bits: number, mask: bigint): Code =>
  i64.or(i64.shl(i64.and(x, i64.const(mask)), bits), i64.and(i64.shrU(x, bits), i64.const(mask)))
