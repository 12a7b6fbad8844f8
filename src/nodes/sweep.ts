import { inMilliseconds, minutes, type Instant } from '../core/units.ts'
import type { NodeContext } from './node.ts'

/** Rows a sweep takes at once: more would hold up everything else. */
const slice = 50

/** Forgets expired rows once a minute, a slice at a time; the returned function stops it. */
export function sweepExpired(
  node: string,
  { clock, timers, onFault }: Pick<NodeContext, 'clock' | 'timers' | 'onFault'>,
  forget: (now: Instant, limit: number) => Promise<number>,
): () => void {
  let stopped = false
  let stopTimer: () => void = () => undefined
  const sweep = async () => {
    while (!stopped && (await forget(clock.now(), slice)) === slice);
  }
  const later = () => {
    stopTimer = timers.after(inMilliseconds(minutes(1)), () => {
      void sweep()
        .catch((error: unknown) => onFault(node, error))
        .finally(() => {
          if (!stopped) later()
        })
    })
  }
  later()
  return () => {
    stopped = true
    stopTimer()
  }
}
