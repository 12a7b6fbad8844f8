const farthest = 2

/** Least number of inserted, deleted, replaced or swapped characters. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? i) + 1 : Infinity
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

/** The nearest of `known` names to what was typed, when it is near enough to be meant. */
export function nearMiss(typed: string, known: readonly string[]): string | undefined {
  const near = known
    .map((name) => ({ name, far: name.startsWith(typed) && typed !== '' ? 1 : distance(typed, name) }))
    .filter(({ far, name }) => far <= Math.min(farthest, name.length - 1))
  return near.sort((a, b) => a.far - b.far)[0]?.name
}
