import type { Act } from './act.ts'
import { faultActs } from './fault-acts.ts'
import { linkActs } from './link-acts.ts'
import { stateActs } from './state-acts.ts'

/** Every act, in the order in which they are listed. */
export const acts: readonly Act[] = [...linkActs, ...stateActs, ...faultActs]

export const findAct = (name: string): Act | undefined => acts.find(({ act }) => act === name)
