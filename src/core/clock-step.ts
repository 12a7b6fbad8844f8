import { TemporaryFailure } from './errors.ts'
import type { Count } from './tap.ts'
import { inMilliseconds, minutes, type Milliseconds } from './units.ts'

/** How far the wall clock has stepped since the start; absent where nobody watches it. */
export interface ClockWatch {
  readonly wallClockStep?: () => Milliseconds
  readonly count: Count
}

/** After a step of more than 5 minutes nobody knows which keys are still alive: none is issued. Throws TemporaryFailure (R47). */
export function checkWallClock({ wallClockStep, count }: ClockWatch): void {
  if (Math.abs(wallClockStep?.() ?? 0) <= inMilliseconds(minutes(5))) return
  count('wall-clock-stepped')
  throw new TemporaryFailure('the wall clock stepped by more than 5 minutes')
}
