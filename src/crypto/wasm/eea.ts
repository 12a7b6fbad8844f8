import { i32, i8x16, repeat, v128, type WasmFunction } from './assembler.ts'
import { beforeKeystream, keystreamParameters, wiped } from './registers.ts'
import { snow3gKeystream } from './snow3g.ts'
import { zucKeystream } from './zuc.ts'

/** The octets of a vector, those of each word the other way round. */
const reversed = Array.from({ length: 16 }, (_, at) => at ^ 3)

/** Adds keystream to the message; the seventh parameter is its number of octets, at least one. */
const xorKeystream = (name: string, keystream: typeof snow3gKeystream): WasmFunction => ({
  name,
  parameters: 7,
  hasResult: false,
  body(locals) {
    const { message, registers, iv } = keystreamParameters(locals)
    const size = locals.parameter(6)
    const [cell, end] = [locals.i32(), locals.i32()]
    const [vectors, at, z] = [locals.i32(), locals.i32(), locals.v128()]
    return [
      [cell.set(registers.get), end.set(i32.add(message.get, size.get))],
      keystream(locals, cell, iv, i32.shrU(i32.add(size.get, i32.const(3)), 2)),
      [vectors.set(i32.shrU(i32.add(size.get, i32.const(15)), 4)), at.set(registers.get)],
      repeat(
        vectors,
        z.set(v128.load(at.get, beforeKeystream)),
        v128.store(message.get, v128.xor(v128.load(message.get), i8x16.shuffle(z.get, z.get, reversed))),
        [message.advance(16), at.advance(16)],
      ),
      wiped(end, cell),
    ]
  },
})

export const eea1 = xorKeystream('eea1', snow3gKeystream)
export const eea3 = xorKeystream('eea3', zucKeystream)
