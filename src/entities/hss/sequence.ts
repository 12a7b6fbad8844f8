import type { Sqn } from '../../core/aka.ts'
import { seqOf, sqnOf } from '../../core/sequence-number.ts'

/** SQN after `last`: SEQ one up, and IND 16 to 31 in turn, so that EPS may use 0 to 15. TS 33.102 C.1.1.2, C.3.2. */
export function nextSqn(last: Sqn): Sqn {
  const seq = seqOf(last) + 1
  return sqnOf(seq, 16 + (seq % 16))
}
