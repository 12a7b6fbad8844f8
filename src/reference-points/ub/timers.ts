import { seconds } from '../../core/units.ts'

/** Deadlines of Ub. TS 24.109 gives none. */
export const ubTimers = {
  /** One HTTP exchange, seen by the UE. */
  exchange: seconds(7),
  /** A whole run, seen by the UE. */
  run: seconds(15),
  /** Life of a challenge at the BSF (R36). */
  challenge: seconds(60),
  /** A request must be complete at the BSF by then (R42). */
  request: seconds(10),
} as const
