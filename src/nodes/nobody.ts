import { Impi, Imsi } from '../core/identities/subscriber.ts'
import { tmpiOf } from '../core/identities/tmpi.ts'

/** Names that no subscriber has: a store is asked for them only to show that it answers. */
export const nobody = {
  imsi: Imsi('000000'),
  impi: Impi('nobody@ims.invalid'),
  tmpi: tmpiOf('A'.repeat(32)),
} as const
