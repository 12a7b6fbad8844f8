import { hexOf24, type Layer2Id } from '../../../core/identities/prose.ts'
import type { ProseError } from '../../../core/errors.ts'
import type { Fields, Step, TapState } from '../../../core/tap.ts'

type Said = Pick<TapState, 'step' | 'what' | 'fields'>

/** Why this UE ended a set-up, or says no to one: for itself only, the peer learns a cause. */
export const refusal = (
  step: Step,
  { code, message: reason }: ProseError,
  peer: Layer2Id,
  more: Fields = {},
): Said => ({ step, what: 'refused', fields: { code, reason, peer: hexOf24(peer), ...more } })
