import { Sqn } from './aka.ts'

/** SQN = SEQ (43 bits) || IND (5 bits). TS 33.102 C.1.1. */
export const sqnOf = (seq: number, ind: number): Sqn => Sqn(seq * 32 + ind)
/** 48 bits in hex, as vectors show it. */
export const sqnHex = (sqn: Sqn): string => sqn.toString(16).padStart(12, '0')
export const seqOf = (sqn: Sqn): number => Math.floor(sqn / 32)
export const indOf = (sqn: Sqn): number => sqn % 32
