import { duration } from '../../ladder/names.ts'
import { pc5Timers } from '../../reference-points/pc5/timers.ts'
import type { Item } from './items.ts'
import type { MessageLine } from './lines.ts'

/** Milliseconds without a message from which on a stretch folds to a row. */
const shortest = 1000

/** The row for the time between two messages in which nothing happened. */
export function idleItem(
  before: MessageLine,
  next: MessageLine,
): Extract<Item, { kind: 'idle' }> | undefined {
  const ms = next.ms - before.ms
  if (ms < shortest) return undefined
  return { kind: 'idle', at: before.n, ms, why: reasonOf(before, ms), group: undefined }
}

/** The timer that guards the message after which nothing came. */
function reasonOf({ name }: MessageLine, ms: number): string {
  const found = Object.entries(pc5Timers).find(([, { guards }]) => guards.split(/,| of /)[0] === name)
  if (!found || ms > 4 * found[1].after) return ''
  const [timer, { runsAt, after }] = found
  return `${timer.slice(0, 5)} of ${duration(after)} runs at ${runsAt}`
}
