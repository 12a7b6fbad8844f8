import { i32, type Code, type WasmFunction } from './assembler.ts'
import { keystreamParameters, wiped } from './registers.ts'
import { snow3gKeystream } from './snow3g.ts'
import { byteSwapped } from './words.ts'
import { zucKeystream } from './zuc.ts'

/** Adds keystream to the message; the seventh parameter is its number of words, at least one. */
const xorKeystream = (name: string, keystream: typeof snow3gKeystream): WasmFunction => ({
  name,
  parameters: 7,
  hasResult: false,
  body(locals) {
    const { message, registers, iv } = keystreamParameters(locals)
    const [words, cell] = [locals.parameter(6), locals.i32()]
    const add = (z: Code) => [
      i32.store(message.get, i32.xor(i32.load(message.get), byteSwapped(z))),
      message.advance(4),
    ]
    return [cell.set(registers.get), keystream(locals, cell, iv, words, add), wiped(registers, cell)]
  },
})

export const eea1 = xorKeystream('eea1', snow3gKeystream)
export const eea3 = xorKeystream('eea3', zucKeystream)
