import { i32, repeat, type Code, type Local, type Locals } from './assembler.ts'
import { memoryMap } from './memory-map.ts'
import type { Iv } from './registers.ts'
import { lookup } from './words.ts'

const { s1, s2, mulAlpha, divAlpha } = memoryMap
const word = 4

const substitute = (tables: number, x: Code): Code =>
  i32.xor(
    lookup(tables, x, 3),
    lookup(tables + 1024, x, 2),
    lookup(tables + 2048, x, 1),
    lookup(tables + 3072, x, 0),
  )

/**
 * Keystream of SNOW 3G: `count` words, `use` is what becomes of each. At `cell` are s0 to s15 as of the key, to which `iv`
 * is added, and room for the words to come: the register at step t is what begins at word t. TS 35.216 4.
 */
export function snow3gKeystream(
  locals: Locals,
  cell: Local,
  iv: Iv,
  count: Local,
  use: (z: Code) => Code,
): Code {
  const [f, r, r1, r2, r3] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const [s0, s11, s15, rounds] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const s = (t: number) => i32.load(cell.get, word * t)

  const clockFsm = [
    s0.set(s(0)),
    f.set(i32.xor(i32.add(s15.get, r1.get), r2.get)),
    r.set(i32.add(r2.get, i32.xor(r3.get, s(5)))),
    r3.set(substitute(s2, r2.get)),
    r2.set(substitute(s1, r1.get)),
    r1.set(r.get),
  ]
  const clockLfsr = (...input: readonly Code[]) => [
    s11.set(s(11)),
    s15.set(
      i32.xor(
        i32.shl(s0.get, 8),
        lookup(mulAlpha, s0.get, 3),
        s(2),
        i32.shrU(s11.get, 8),
        lookup(divAlpha, s11.get, 0),
        ...input,
      ),
    ),
    i32.store(cell.get, s15.get, word * 16),
    cell.advance(word),
  ]

  const [iv3, iv2, iv1, iv0] = iv
  const add = (t: number, value: Local) => i32.store(cell.get, i32.xor(s(t), value.get), word * t)
  return [
    [add(15, iv0), add(12, iv1), add(10, iv2), add(9, iv3)],
    [r1.set(i32.const(0)), r2.set(i32.const(0)), r3.set(i32.const(0)), s15.set(s(15))],
    [rounds.set(i32.const(32)), repeat(rounds, clockFsm, clockLfsr(f.get))],
    // The first step after initialisation gives no output.
    [clockFsm, clockLfsr()],
    repeat(count, clockFsm, use(i32.xor(f.get, s0.get)), clockLfsr()),
  ]
}
