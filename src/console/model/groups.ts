import { counted, displayName } from '../../ladder/names.ts'
import type { Item } from './items.ts'
import type { MessageLine, StateLine } from './lines.ts'

/** Steps in which a UE meets its own network, and user data, which comes by the dozen. */
export function groupOf(line: MessageLine | StateLine): string | undefined {
  if (line.event === 'message' && line.heartbeat) return 'heartbeats'
  if (line.step === '0' || line.step === '1') return `step ${line.step}`
  if (line.event === 'message' && line.name === 'USER_DATA') return `data ${line.link ?? ''}`
  return undefined
}

/** What a folded group of rows says. */
export function groupTitle(items: readonly Item[]): string {
  const first = items.find((item) => item.kind === 'message')
  const ue = items
    .flatMap((item) => (item.kind === 'message' ? [item.line.from, item.line.to] : []))
    .find((node) => node.startsWith('ue'))
  if (first?.group?.startsWith('data')) return 'user data'
  if (first?.line.heartbeat) return 'connections kept alive'
  return `${displayName(ue ?? '')} bootstraps and opens PC8`
}

/** `4 Ub, 2 Zh, 4 Zn messages`. */
export function groupCounts(items: readonly Item[]): string {
  const counts = new Map<string, number>()
  let messages = 0
  for (const item of items)
    if (item.kind === 'message') {
      counts.set(item.line.point, (counts.get(item.line.point) ?? 0) + 1)
      messages++
    }
  if (counts.size === 1) return counted(messages, `${[...counts.keys()].join('')} message`)
  return `${Array.from(counts, ([point, count]) => `${count} ${point}`).join(', ')} messages`
}
