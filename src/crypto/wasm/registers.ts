import { clear, i32, repeat, type Code, type Local, type Locals } from './assembler.ts'

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

/** A round is four steps: what those of the first do not change for the others is made as a vector. */
export const steps = [0, 1, 2, 3] as const
const initialisationSteps = 32

/** Octets from the registers to the first word of keystream: the first step after initialisation gives no output. */
export const beforeKeystream = 4 * (initialisationSteps + 1)

/** The rounds of initialisation, then those that so many words of keystream take; the last may give three more. */
export function inRounds(locals: Locals, words: Code, initialise: Code, generate: Code): Code {
  const rounds = locals.i32()
  return [
    [rounds.set(i32.const(initialisationSteps / steps.length)), repeat(rounds, initialise)],
    [rounds.set(i32.shrU(i32.add(words, i32.const(1 + 3)), 2)), repeat(rounds, generate)],
  ]
}

/** s0 to s15, and as many words behind them as a round works with. */
const workingWords = 32

/** Words that `words` words of keystream take from the registers on. */
export const wordsForKeystream = (words: number): number => initialisationSteps + 1 + words + 3 + workingWords

/** Erases all from `from` on: the registers are at `cell` at the end. */
export const wiped = (from: Local, cell: Local): Code =>
  clear(from.get, i32.add(i32.sub(cell.get, from.get), i32.const(4 * workingWords)))
