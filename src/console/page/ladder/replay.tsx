import { useEffect } from 'preact/hooks'
import type { ShownRow } from '../../model/rows.ts'
import { store as theStore, type Store } from '../state/store.ts'

/** Milliseconds a row stays, as far as times are shorter; never longer. */
const pace = { least: 120, most: 1200 } as const
let timer: ReturnType<typeof setTimeout> | undefined

/** Plays the rows in their own time, slowed where they are too quick to see; stops when it plays. */
export function replay(store: Store): void {
  if (timer !== undefined) {
    stop()
    return
  }
  const atEnd = store.rows.at(-1)
  const isAtEnd = store.item === undefined || (atEnd?.kind === 'item' && atEnd.item === store.item)
  if (isAtEnd) select(store, 0)
  const step = () => {
    const { rows, item } = store
    const at = rows.findIndex((row) => row.kind === 'item' && row.item === item)
    if (at + 1 >= rows.length) {
      stop()
      return
    }
    select(store, at + 1)
    const [now, then] = [msOf(rows[at + 1]), msOf(rows[at + 2])]
    timer = setTimeout(step, Math.min(pace.most, Math.max(pace.least, 4 * (then - now))))
  }
  timer = setTimeout(step, pace.least)
  store.changed()
}

function stop(): void {
  clearTimeout(timer)
  timer = undefined
  theStore.changed()
}

function select(store: Store, at: number): void {
  const row = store.rows[at]
  if (!row) return
  const item = row.kind === 'item' ? row.item : row.items.at(-1)
  if (item) store.select(store.items.indexOf(item))
}

function msOf(row: ShownRow | undefined): number {
  const item = row?.kind === 'group' ? row.items[0] : row?.item
  return item?.kind === 'message' || item?.kind === 'decision' ? item.line.ms : 0
}

/** Slider over the rows, and follow. */
export function Replay({ rows, at }: { rows: readonly ShownRow[]; at: number }) {
  const store = theStore
  useEffect(() => stop, [])
  const last = Math.max(0, rows.length - 1)
  return (
    <div class="replay" role="group" aria-label="Replay">
      <button type="button" aria-label="previous row" onClick={() => select(store, Math.max(0, at - 1))}>
        ◀
      </button>
      <button type="button" aria-label={timer === undefined ? 'play' : 'pause'} onClick={() => replay(store)}>
        {timer === undefined ? '▶' : '▮▮'}
      </button>
      <button type="button" aria-label="next row" onClick={() => select(store, Math.min(last, at + 1))}>
        ▶▏
      </button>
      <input
        type="range"
        min="0"
        max={last}
        value={Math.max(0, at)}
        aria-label="moment"
        aria-valuetext={`row ${at + 1} of ${rows.length}`}
        onInput={(event) => select(store, Number(event.currentTarget.value))}
      />
      <span class="muted">
        {at + 1} of {rows.length}
      </span>
      <label class="follow">
        <input
          type="checkbox"
          checked={store.follow}
          onChange={(event) => store.set({ follow: event.currentTarget.checked })}
        />{' '}
        follow
      </label>
    </div>
  )
}
