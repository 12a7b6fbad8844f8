import { hex } from '../../core/bytes.ts'
import type { TapMessage } from '../../core/tap.ts'

/** Begins the comment with what a ciphered PC5 SDU says; hex follows. */
export const clearSduComment = 'clear SDU '

/** Comments of the packet of a message: its step, reference point and name; with keys revealed what was ciphered. */
export function commentsOf({ step, point, name, clear }: TapMessage): string[] {
  const title = [step === undefined ? [] : [`step ${step}`], point, name].flat().join(' ')
  return clear === undefined ? [title] : [title, clearSduComment + hex(clear)]
}
