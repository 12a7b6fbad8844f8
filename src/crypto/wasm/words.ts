import { i32, i64, type Code } from './assembler.ts'

/** The entry of a table of 256 words that octet `octet` of `x` chooses, 3 being the most significant. */
export function lookup(table: number, x: Code, octet: number): Code {
  const offset = octet === 0 ? i32.shl(x, 2) : i32.shrU(x, 8 * octet - 2)
  return i32.load(i32.and(offset, i32.const(0x3fc)), table)
}

/** `x` with its octets the other way round. */
export const byteSwapped = (x: Code): Code =>
  i32.or(i32.and(i32.rotl(x, 8), i32.const(0x00ff00ff)), i32.and(i32.rotl(x, 24), i32.const(0xff00ff00)))

/** The groups of `bits` bits of x under `mask` change places with those above them. */
export const swapped = (x: Code, bits: number, mask: bigint): Code =>
  i64.or(i64.shl(i64.and(x, i64.const(mask)), bits), i64.and(i64.shrU(x, bits), i64.const(mask)))
