import { pick, reveal } from './ladder.tsx'
import { replay } from './replay.tsx'
import type { Store } from '../state/store.ts'
import type { ShownRow } from '../../model/rows.ts'

const isFailed = (row: ShownRow): boolean =>
  row.kind === 'item' &&
  ((row.item.kind === 'message' && row.item.failed) ||
    (row.item.kind === 'decision' && row.item.mark === 'failed'))
const isDecision = (row: ShownRow): boolean => row.kind === 'item' && row.item.kind === 'decision'

/** What each key does; letters can be switched off. */
export function onLadderKey(event: KeyboardEvent, store: Store, at: number, grid: HTMLElement | null): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return
  if (!store.letters && /^[a-z.]$/.test(event.key)) return
  const { rows } = store
  const go = (to: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))]
    if (!row || !grid) return
    if (row.kind === 'item') store.select(store.items.indexOf(row.item))
    else store.select(store.items.indexOf(row.items.at(-1) ?? (rows[0] as never)))
    reveal(grid, rows.indexOf(row))
    focusSelected(grid)
  }
  const next = (test: (row: ShownRow) => boolean) => {
    const from = rows.findIndex((row, index) => index > at && test(row))
    const found = from === -1 ? rows.findIndex(test) : from
    if (found !== -1) go(found)
  }
  const actions: Readonly<Record<string, () => void>> = {
    ArrowDown: () => go(at + 1),
    j: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    k: () => go(at - 1),
    PageDown: () => go(at + 20),
    PageUp: () => go(at - 20),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    n: () => next(isDecision),
    f: () => next(isFailed),
    '.': () => store.set({ follow: true }),
    ' ': () => replay(store),
    Enter: () => {
      const row = rows[at]
      if (row?.kind === 'group') pick(store, row)
      else document.querySelector<HTMLElement>('.inspector [tabindex="0"]')?.focus()
    },
  }
  const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
  if (!action) return
  event.preventDefault()
  action()
}

/** After the next drawing. */
export function focusSelected(grid: HTMLElement): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() =>
      grid.querySelector<HTMLElement>('.row.selected')?.focus({ preventScroll: true }),
    ),
  )
}
