import { snow3gTables } from '../snow3g.ts'
import { i32, i32x4, v128, type Code, type Local, type Locals } from './assembler.ts'
import { memoryMap } from './memory-map.ts'
import { inRounds, steps, type Iv } from './registers.ts'
import { substituted } from './words.ts'

const { s1, s2, mulAlpha, divAlpha } = memoryMap
const word = 4

/**
 * R3 is what S2 makes of the R2 before, and is made where it is needed: V8 would keep the four entries of the tables in memory
 * until then. At the start R3 is zero, as if the R2 before had been this.
 */
const r2BeforeStart = 0x01010101 * snow3gTables.s2.indexOf(0)

/**
 * Keystream of SNOW 3G: `words` words and up to three more. At `cell` are s0 to s15 as of the key, to which `iv` is added, and
 * room: the register at step t is what begins at word t, until the keystream of that step takes the place of s0. TS 35.216 4.
 */
export function snow3gKeystream(locals: Locals, cell: Local, iv: Iv, words: Code): Code {
  const [r, r1, r2, r2Before] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const s = (t: number) => i32.load(cell.get, word * t)
  const add = (t: number, value: Code) => i32.store(cell.get, i32.xor(s(t), value), word * t)

  const four = (t: number) => v128.load(cell.get, word * t)
  /** The entries of a table that an octet of each of s(t) to s(t + 3) chooses, 3 being the most significant. */
  const lookups = (table: number, t: number, octet: number) =>
    steps.reduce<Code>((others, step) => {
      const entry = i32.shl(i32.load8U(cell.get, word * (t + step) + octet), 2)
      return v128.load32Lane(entry, others, step, table)
    }, v128.zero)
  /** s16 to s19, without what the FSM adds to them at initialisation. */
  const clockLfsr = v128.store(
    cell.get,
    v128.xor(
      i32x4.shl(four(0), 8),
      lookups(mulAlpha, 0, 3),
      four(2),
      i32x4.shrU(four(11), 8),
      lookups(divAlpha, 11, 0),
    ),
    word * 16,
  )
  const clockFsm = (t: number) => [
    r.set(i32.add(r2.get, i32.xor(substituted(s2, r2Before.get), s(5 + t)))),
    r2Before.set(r2.get),
    r2.set(substituted(s1, r1.get)),
    r1.set(r.get),
  ]
  const round = (use: (f: Code, t: number) => Code) => [
    clockLfsr,
    steps.map((t) => [use(i32.xor(i32.add(s(15 + t), r1.get), r2.get), t), clockFsm(t)]),
    cell.advance(word * steps.length),
  ]

  const [iv3, iv2, iv1, iv0] = iv
  const initialise = round((f, t) => add(16 + t, f))
  const generate = round((f, t) => add(t, f))
  return [
    [add(15, iv0.get), add(12, iv1.get), add(10, iv2.get), add(9, iv3.get)],
    [r1.set(i32.const(0)), r2.set(i32.const(0)), r2Before.set(i32.const(r2BeforeStart))],
    inRounds(locals, words, initialise, generate),
  ]
}
