import { i32, i32x4, i64, v128, type Code, type Local, type Locals } from './assembler.ts'
import { memoryMap } from './memory-map.ts'
import { inRounds, steps, type Iv } from './registers.ts'
import { substituted } from './words.ts'

const { zuc } = memoryMap
const word = 4
const all31Bits = i32.const(0x7fffffff)

/** Words from s0 on, where X1, X2 and X3 of the steps of a round are: behind the cells that it makes. */
const [x1, x2, x3] = [20, 24, 28] as const

/** The octets of the words of an IV. */
const octetsOf = (iv: Iv): readonly Code[] =>
  iv.flatMap((word) => [24, 16, 8, 0].map((bits) => i32.and(i32.shrU(word.get, bits), i32.const(0xff))))

/**
 * L1 and L2 with few rotations, since a processor makes less of them at once than of sums: `pair` is x and its rotation by 8,
 * and what those by 10 and 18, by 24 and 0 or by 14 and 22 add up to are rotations of it. TS 35.222 3.4.2.
 */
const l1 = (x: Local, pair: Local): Code => [
  pair.set(i32.xor(x.get, i32.rotl(x.get, 8))),
  i32.xor(i32.rotl(i32.xor(pair.get, i32.rotl(x.get, 16)), 2), i32.rotl(pair.get, 24)),
]
const l2 = (x: Local, pair: Local): Code => [
  pair.set(i32.xor(x.get, i32.rotl(x.get, 8))),
  i32.xor(pair.get, i32.rotl(pair.get, 14), i32.rotl(x.get, 30)),
]

const timesPowerOf2 = (exponent: number, ...sum: readonly [Code, ...Code[]]): Code =>
  i64.shl(i64.add(...sum), exponent)

/**
 * Keystream of ZUC: `words` words and up to three more. At `cell` are s0 to s15 as of the key, to which `iv` is added, and
 * room: the register at step t is what begins at word t, until the keystream of that step takes the place of s0. TS 35.222 3.
 */
export function zucKeystream(locals: Locals, cell: Local, iv: Iv, words: Code): Code {
  const [w, w1, w2, r1, r2] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const [u, v, pair, s0, sum] = [locals.i32(), locals.i32(), locals.i32(), locals.i64(), locals.i64()]
  const folded = locals.i32()
  const s = (t: number) => i32.load(cell.get, word * t)
  const put = (t: number, value: Code) => i32.store(cell.get, value, word * t)

  const x0 = (t: number) =>
    i32.or(i32.shl(i32.and(s(15 + t), i32.const(0x7fff8000)), 1), i32.and(s(14 + t), i32.const(0xffff)))
  const four = (t: number) => v128.load(cell.get, word * t)
  const putLowHigh = (t: number, low: number, high: number) =>
    v128.store(cell.get, v128.or(i32x4.shl(four(low), 16), i32x4.shrU(four(high), 15)), word * t)
  const reorganiseBits = [putLowHigh(x1, 11, 9), putLowHigh(x2, 7, 5), putLowHigh(x3, 2, 0)]

  const halves = (high: Local, low: Local) => i32.or(i32.shl(high.get, 16), i32.shrU(low.get, 16))
  const clockF = (t: number) => [
    w1.set(i32.add(r1.get, s(x1 + t))),
    w2.set(i32.xor(r2.get, s(x2 + t))),
    u.set(halves(w1, w2)),
    v.set(halves(w2, w1)),
    [u.set(l1(u, pair)), r1.set(substituted(zuc, u.get))],
    [v.set(l2(v, pair)), r2.set(substituted(zuc, v.get))],
  ]

  const cell64 = (t: number) => i64.load32U(cell.get, word * t)
  /** Modulo 2^31 - 1, nearly: a sum above zero stays above it, so that no cell becomes zero. TS 35.222 3.2. */
  const clockLfsr = (t: number, ...input: readonly Code[]) => {
    const s4s10 = timesPowerOf2(5, cell64(4 + t), timesPowerOf2(1, cell64(10 + t)))
    const s13 = timesPowerOf2(2, cell64(13 + t))
    return [
      sum.set(
        i64.add(s0.get, ...input, timesPowerOf2(8, s0.get), timesPowerOf2(15, cell64(15 + t), s13, s4s10)),
      ),
      folded.set(i32.add(i32.and(i32.wrap(sum.get), all31Bits), i32.wrap(i64.shrU(sum.get, 31)))),
      put(16 + t, i32.add(i32.and(folded.get, all31Bits), i32.shrU(folded.get, 31))),
    ]
  }

  const round = (use: (t: number) => Code, ...input: readonly Code[]) => [
    reorganiseBits,
    steps.map((t) => [
      w.set(i32.add(i32.xor(x0(t), r1.get), r2.get)),
      [s0.set(cell64(t)), use(t), clockLfsr(t, ...input)],
      clockF(t),
    ]),
    cell.advance(word * steps.length),
  ]

  const initialise = round(() => [], i64.extendU(i32.shrU(w.get, 1)))
  const generate = round((t) => put(t, i32.xor(w.get, s(x3 + t))))
  return [
    octetsOf(iv).map((octet, t) => put(t, i32.or(s(t), octet))),
    [r1.set(i32.const(0)), r2.set(i32.const(0))],
    inRounds(locals, words, initialise, generate),
  ]
}
