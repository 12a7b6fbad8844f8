import type { Timers } from '../../core/environment.ts'
import type { Milliseconds } from '../../core/units.ts'

/** A signal that aborts after so long, unless it is stopped before. */
export function abortAfter(
  delay: Milliseconds,
  timers: Timers,
): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, stop: timers.after(delay, () => controller.abort()) }
}
