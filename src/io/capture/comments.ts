import { hex } from '../../core/bytes.ts'
import type { TapMessage } from '../../core/tap.ts'

/** Begins the comment with what a ciphered PC5 SDU says; hex follows. */
export const clearSduComment = 'clear SDU '

/** Begins the comment with the profile of a PC5 frame that is not of the seed profile. */
export const profileComment = 'PC5 profile '

/**
 * Comments of the packet of a message: its step, reference point and name; the profile where a reader could not know it;
 * with keys revealed what was ciphered.
 */
export function commentsOf({ step, point, name, pc5Profile, clear }: TapMessage): string[] {
  const title = [step === undefined ? [] : [`step ${step}`], point, name].flat().join(' ')
  return [
    title,
    ...(pc5Profile === undefined ? [] : [profileComment + pc5Profile]),
    ...(clear === undefined ? [] : [clearSduComment + hex(clear)]),
  ]
}
