import { inMilliseconds, minutes, type Instant } from '../core/units.ts'
import type { NodeContext } from './node.ts'
import { repeatedly } from './repeatedly.ts'

/** Rows a sweep takes at once: more would hold up everything else. */
const slice = 50

/** Forgets expired rows once a minute, a slice at a time; the returned function stops it. */
export function sweepExpired(
  node: string,
  context: Pick<NodeContext, 'clock' | 'timers' | 'onFault'>,
  forget: (now: Instant, limit: number) => Promise<number>,
): () => void {
  let stopped = false
  const stop = repeatedly(node, inMilliseconds(minutes(1)), context, async () => {
    while (!stopped && (await forget(context.clock.now(), slice)) === slice);
  })
  return () => {
    stopped = true
    stop()
  }
}
