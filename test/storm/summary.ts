import type { History } from './history.ts'

/** How many of each, most first: `secured 90, ERR_TEMPORARY_FAILURE 15`. */
function counted(values: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const inOrder = [...counts].sort(([, a], [, b]) => b - a)
  return inOrder.map(([value, count]) => `${value} ${count}`).join(', ')
}

/** What happened, in a few lines. */
export function summaryOf(
  { setUps, vectors, rands, bTids, nafKeys }: History,
  starts: ReadonlyMap<string, number>,
): string {
  const endOf = ({ outcome, code, endedAt }: History['setUps'][number]) =>
    code === null ? (outcome ?? 'hangs') : `${code} at ${endedAt ?? '?'}`
  const slowest = setUps.toSorted((a, b) => b.seconds - a.seconds).slice(0, 5)
  return [
    ...(['before', 'storm', 'after'] as const).map(
      (phase) => `set-ups, ${phase}: ${counted(setUps.filter((one) => one.phase === phase).map(endOf))}`,
    ),
    `slowest: ${slowest.map((one) => `${one.number} ${one.phase} ${one.seconds.toFixed(1)} s ${endOf(one)}`).join(', ')}`,
    `${vectors.length} vectors, ${rands.length} RANDs, ${bTids.length} B-TIDs, ${nafKeys.length} NAF keys`,
    `starts: ${[...starts].map(([name, count]) => `${name} ${count}`).join(', ')}`,
  ].join('\n')
}
