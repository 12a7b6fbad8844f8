import { clear, i32, type Code, type Local, type Locals } from './assembler.ts'

/** Four words, the first octets first. */
export type Iv = readonly [Local, Local, Local, Local]

/** Every function of a stream cipher takes these first, six parameters. */
export function keystreamParameters(locals: Locals) {
  const iv: Iv = [locals.parameter(2), locals.parameter(3), locals.parameter(4), locals.parameter(5)]
  return {
    /** Address of the message. */
    message: locals.parameter(0),
    /** Address of the registers as of the key; the IV is to be added to them. */
    registers: locals.parameter(1),
    iv,
  }
}

/** Octets from the registers to the first word of keystream, where it is kept: 33 steps give none. */
export const beforeKeystream = 4 * 33

/** Erases the registers of all steps: `cell` is where those of the last one begin. */
export const wiped = (registers: Local, cell: Local): Code =>
  clear(registers.get, i32.add(i32.sub(cell.get, registers.get), i32.const(4 * 16)))
