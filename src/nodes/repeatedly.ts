import type { Milliseconds } from '../core/units.ts'
import type { NodeContext } from './node.ts'

/** Does `work` every so often, counted from the end of the time before; the returned function stops it. */
export function repeatedly(
  node: string,
  interval: Milliseconds,
  { timers, onFault }: Pick<NodeContext, 'timers' | 'onFault'>,
  work: () => Promise<void>,
): () => void {
  let stopped = false
  let stopTimer: () => void = () => undefined
  const later = () => {
    stopTimer = timers.after(interval, () => {
      void work()
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
