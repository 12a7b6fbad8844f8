import type { Item } from './items.ts'
import { groupCounts, groupTitle } from './groups.ts'

/** A row as shown: one item, or a folded group of them. */
export type ShownRow =
  | { readonly kind: 'item'; readonly item: Item }
  | {
      readonly kind: 'group'
      readonly key: string
      readonly at: number
      readonly items: readonly Item[]
      readonly open: boolean
      readonly title: string
      readonly counts: string
    }

/** The rows of these items, each stretch of one group as one row, before its own rows where it is `open`. */
export function rowsOf(items: readonly Item[], isOpen: (key: string) => boolean): readonly ShownRow[] {
  const rows: ShownRow[] = []
  for (let at = 0; at < items.length;) {
    const item = items[at]
    if (!item) break
    let end = at + 1
    while (item.group !== undefined && items[end]?.group === item.group) end++
    if (item.group === undefined || end - at < 2) rows.push({ kind: 'item', item })
    else {
      const key = `${item.group} ${item.at}`
      const within = items.slice(at, end)
      const open = isOpen(key)
      const [title, counts] = [groupTitle(within), groupCounts(within)]
      rows.push({ kind: 'group', key, at: item.at, items: within, open, title, counts })
      if (open) for (const one of within) rows.push({ kind: 'item', item: one })
    }
    at = end
  }
  return rows
}
