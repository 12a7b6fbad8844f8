import { i32, i64, repeat, type Code, type Local, type Locals } from './assembler.ts'
import { memoryMap } from './memory-map.ts'
import type { Iv } from './registers.ts'
import { lookup } from './words.ts'

const { zuc } = memoryMap
const word = 4
const all31Bits = i64.const(0x7fffffffn)

const rotations = (x: Local, ...bits: readonly number[]): Code =>
  i32.xor(x.get, ...bits.map((count) => i32.rotl(x.get, count)))

const substitute = (x: Local): Code =>
  i32.xor(
    lookup(zuc, x.get, 3),
    lookup(zuc + 1024, x.get, 2),
    lookup(zuc + 2048, x.get, 1),
    lookup(zuc + 3072, x.get, 0),
  )

/** The octets of the words of an IV. */
const octetsOf = (iv: Iv): readonly Code[] =>
  iv.flatMap((word) => [24, 16, 8, 0].map((bits) => i32.and(i32.shrU(word.get, bits), i32.const(0xff))))

/** Modulo 2^31 - 1, nearly: a sum above zero stays above it, so that no cell becomes zero. TS 35.222 3.2. */
const folded = (sum: Local): Code => sum.set(i64.add(i64.and(sum.get, all31Bits), i64.shrU(sum.get, 31)))

/**
 * Keystream of ZUC: `count` words, `use` is what becomes of each. At `cell` are s0 to s15 as of the key, to which `iv` is
 * added, and room for the words to come: the register at step t is what begins at word t. TS 35.222 3.
 */
export function zucKeystream(
  locals: Locals,
  cell: Local,
  iv: Iv,
  count: Local,
  use: (z: Code) => Code,
): Code {
  const [w, w1, w2, r1, r2] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const [u, v, s0, sum, rounds] = [locals.i32(), locals.i32(), locals.i32(), locals.i64(), locals.i32()]
  const s = (t: number) => i32.load(cell.get, word * t)
  const highLow = (high: number, low: number) =>
    i32.or(i32.shl(i32.and(s(high), i32.const(0x7fff8000)), 1), i32.and(s(low), i32.const(0xffff)))
  const lowHigh = (low: number, high: Code) => i32.or(i32.shl(s(low), 16), i32.shrU(high, 15))
  const halves = (high: Local, low: Local) => i32.or(i32.shl(high.get, 16), i32.shrU(low.get, 16))

  const clockF = [
    s0.set(s(0)),
    w.set(i32.add(i32.xor(highLow(15, 14), r1.get), r2.get)),
    w1.set(i32.add(r1.get, lowHigh(11, s(9)))),
    w2.set(i32.xor(r2.get, lowHigh(7, s(5)))),
    u.set(halves(w1, w2)),
    u.set(rotations(u, 2, 10, 18, 24)),
    r1.set(substitute(u)),
    v.set(halves(w2, w1)),
    v.set(rotations(v, 8, 14, 22, 30)),
    r2.set(substitute(v)),
  ]
  const term = (t: number, bits: number) => i64.shl(i64.load32U(cell.get, word * t), bits)
  const clockLfsr = (...input: readonly Code[]) => [
    sum.set(
      i64.add(
        i64.extendU(s0.get),
        i64.shl(i64.extendU(s0.get), 8),
        term(4, 20),
        term(10, 21),
        term(13, 17),
        ...input,
        term(15, 15),
      ),
    ),
    folded(sum),
    folded(sum),
    i64.store32(cell.get, sum.get, word * 16),
    cell.advance(word),
  ]

  return [
    octetsOf(iv).map((octet, t) => i32.store(cell.get, i32.or(s(t), octet), word * t)),
    [r1.set(i32.const(0)), r2.set(i32.const(0))],
    [rounds.set(i32.const(32)), repeat(rounds, clockF, clockLfsr(i64.extendU(i32.shrU(w.get, 1))))],
    // The first step after initialisation gives no output.
    [clockF, clockLfsr()],
    repeat(count, clockF, use(i32.xor(w.get, lowHigh(2, s0.get))), clockLfsr()),
  ]
}
