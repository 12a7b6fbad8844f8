import { i32, i64, repeat, type Code, type Local, type WasmFunction } from './assembler.ts'
import { beforeKeystream, keystreamParameters, wiped } from './registers.ts'
import { swapped } from './words.ts'
import { zucKeystream } from './zuc.ts'

const residues = [0, 1, 2, 3] as const
/** Every fourth bit, the first being bit `residue`. */
const every4th = (residue: number): Code => i64.const(0x1111111111111111n << BigInt(residue))

/**
 * Adds the product of two polynomials over GF(2) to sums, of the bits of each residue. Products of integers make it: of every
 * fourth bit of each, so that no more than the 8 such bits of `a`, which has 32, meet in one place, and no carry comes to the
 * next bit that counts.
 */
const addProduct = (sums: readonly Local[], a: readonly Local[], b: readonly Local[]): Code =>
  sums.map((sum, residue) => {
    const products = a.flatMap((first, i) =>
      b.filter((_, j) => ((i + j) & 3) === residue).map((second) => i64.mul(first.get, second.get)),
    )
    return sum.set(i64.xor(sum.get, ...products))
  })

const split = (value: Local, parts: readonly Local[]): Code =>
  parts.map((part, residue) => part.set(i64.and(value.get, every4th(residue))))

/**
 * 128-EIA3. After those of the keystream its parameters are the number of its words, and of the words of the message with
 * the bit 1 that follows it, at least one. TS 35.221 4.
 */
export const eia3: WasmFunction = {
  name: 'eia3',
  parameters: 8,
  hasResult: true,
  body(locals) {
    const { message, registers, iv } = keystreamParameters(locals)
    const [words, messageWords] = [locals.parameter(6), locals.parameter(7)]
    const [cell, z, mac] = [locals.i32(), locals.i32(), locals.i32()]
    const [word, window] = [locals.i64(), locals.i64()]
    const several = () => residues.map(() => locals.i64())
    const [ofWord, ofWindow, sums] = [several(), several(), several()]
    const [first = [], ...others] = sums.map((sum, residue) => i64.and(sum.get, every4th(residue)))
    return [
      cell.set(registers.get),
      zucKeystream(locals, cell, iv, words.get),
      z.set(i32.add(registers.get, i32.const(beforeKeystream))),
      sums.map((sum) => sum.set(i64.const(0n))),
      repeat(
        messageWords,
        // The bits of the message from the least significant on: bit t of the message stands at x^t.
        word.set(i64.load32U(message.get)),
        word.set(swapped(word.get, 1, 0x55555555n)),
        word.set(swapped(word.get, 2, 0x33333333n)),
        word.set(swapped(word.get, 4, 0x0f0f0f0fn)),
        window.set(i64.rotl(i64.load(z.get), 32)),
        split(word, ofWord),
        split(window, ofWindow),
        addProduct(sums, ofWord, ofWindow),
        [message.advance(4), z.advance(4)],
      ),
      mac.set(
        i32.xor(
          i32.wrap(i64.shrU(i64.or(first, ...others), 32)),
          i32.load(i32.add(registers.get, i32.shl(words.get, 2)), beforeKeystream - 4),
        ),
      ),
      wiped(registers, cell),
      mac.get,
    ]
  },
}
