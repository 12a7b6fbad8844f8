import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Lane } from '../../model/lanes.ts'
import type { Run } from '../../model/run.ts'
import type { ShownRow } from '../../model/rows.ts'
import { onLadderKey } from './ladder-keys.ts'
import { LadderRow, type RowProps } from './ladder-row.tsx'
import { Replay } from './replay.tsx'
import { FilterBar } from './filter-bar.tsx'
import { rowHeight, useVisible, useWidth } from './virtual.ts'
import { useStore, type Store } from '../state/store.ts'

/** Columns beside the lanes, in px. */
const beside = { step: 36, time: 60, point: 40, words: 316, padding: 20 } as const
const besideWidth = Object.values(beside).reduce((sum, width) => sum + width, 0)
const laneWidths = { least: 29, most: 84 } as const

/** All messages of a run between the entities, and what these decided. */
export function Ladder() {
  const store = useStore()
  return store.current ? <LadderOf store={store} run={store.current.run} /> : <Empty store={store} />
}

function LadderOf({ store, run }: { store: Store; run: Run }) {
  const scroller = useRef<HTMLDivElement>(null)
  const width = useWidth(scroller)
  const { rows } = store
  const { first, end } = useVisible(scroller, rows.length)
  const { lanes } = run
  const fitting = (width - besideWidth) / Math.max(1, lanes.length)
  const laneWidth = Math.round(Math.max(laneWidths.least, Math.min(laneWidths.most, fitting)))
  const at = indexOfSelected(store)
  useFollow(store, scroller, at)
  const drawn = useDrawn()
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
  if (at !== -1 && (at < first || at >= end)) indexes.push(at)
  return (
    <section class="ladder-pane" aria-label="Ladder">
      <FilterBar />
      <div
        class={`ladder${store.table ? ' table' : ''}`}
        role="grid"
        aria-label="messages and decisions"
        aria-rowcount={rows.length + 1}
        ref={scroller}
        onKeyDown={(event) => onLadderKey(event, store, at, scroller.current)}
      >
        <Headings lanes={lanes} laneWidth={laneWidth} table={store.table} />
        <div class="rows" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
          {indexes.map((index) => {
            const row = rows[index]
            if (!row) return null
            return drawn(keyOf(row, index), {
              ...{ row, run, lanes, laneWidth, index, table: store.table },
              selected: index === at || (at === -1 && index === first),
              showStep: isNewStep(rows, index),
              onPick: () => pick(store, row),
            })
          })}
        </div>
        {rows.length === 0 && <NothingShown store={store} />}
      </div>
      <Replay rows={rows} at={at} />
    </section>
  )
}

/** What a row shows beside its item, which never changes. */
const signOf = ({ row, run, ...props }: RowProps): string => {
  const { laneWidth, index, table, selected, showStep, lanes } = props
  const fold = row.kind === 'group' ? `${row.title} ${row.counts} ${row.open}` : ''
  return [laneWidth, lanes.length, index, table, selected, showStep, run.zero, fold].join()
}

/** Draws rows; of one that shows the same as before the drawing is kept, and Preact passes it over. */
function useDrawn(): (key: string, props: RowProps) => VNode {
  const kept = useRef({ before: new Map<string, Drawn>(), now: new Map<string, Drawn>() })
  // Those that were not drawn last time are forgotten.
  kept.current = { before: kept.current.now, now: new Map() }
  return (key, props) => {
    const sign = signOf(props)
    const old = kept.current.before.get(key)
    const isSame = old?.sign === sign && contentOf(old.row) === contentOf(props.row)
    const drawn = isSame ? old : { sign, row: props.row, node: <LadderRow key={key} {...props} /> }
    kept.current.now.set(key, drawn)
    return drawn.node
  }
}

interface Drawn {
  readonly sign: string
  readonly row: ShownRow
  readonly node: VNode
}

const contentOf = (row: ShownRow): unknown => (row.kind === 'item' ? row.item : row.items[0])

/** Opens or closes a fold; selects any other row. */
export function pick(store: Store, row: ShownRow): void {
  if (row.kind === 'item') {
    store.select(store.items.indexOf(row.item))
    return
  }
  if (!store.openGroups.delete(row.key)) store.openGroups.add(row.key)
  store.changed()
}

const keyOf = (row: ShownRow, index: number): string => (row.kind === 'group' ? row.key : `i${index}`)

/** Whether another step begins here; rows between that belong to none do not end one. */
function isNewStep(rows: readonly ShownRow[], index: number): boolean {
  const step = stepOf(rows[index])
  for (let before = index - 1; before >= 0; before--) {
    const other = stepOf(rows[before])
    if (other !== '') return other !== step
  }
  return true
}

function stepOf(row: ShownRow | undefined): string {
  if (!row) return ''
  const item = row.kind === 'group' ? row.items[0] : row.item
  return item && 'step' in item ? item.step : ''
}

function indexOfSelected({ rows, item }: Store): number {
  return rows.findLastIndex((row) =>
    row.kind === 'item' ? row.item === item : !row.open && item !== undefined && row.items.includes(item),
  )
}

/** Keeps the newest row in view while following, and the selected one otherwise. */
function useFollow({ follow, rows }: Store, scroller: { current: HTMLElement | null }, at: number): void {
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    if (follow) element.scrollTop = element.scrollHeight
    else if (at !== -1) reveal(element, at)
  }, [follow, rows.length, at, scroller])
}

/** Scrolls just far enough that row `at` is seen below the headings. */
export function reveal(element: HTMLElement, at: number): void {
  const top = at * rowHeight
  const headings = 2 * rowHeight
  if (top < element.scrollTop) element.scrollTop = top
  else if (top + rowHeight + headings > element.scrollTop + element.clientHeight)
    element.scrollTop = top + 2 * rowHeight + headings - element.clientHeight
}

function Headings({
  lanes,
  laneWidth,
  table,
}: {
  lanes: readonly Lane[]
  laneWidth: number
  table: boolean
}) {
  return (
    <div class="row headings" role="row" aria-rowindex={1}>
      <span role="columnheader" class="step">
        step
      </span>
      <span role="columnheader" class="time">
        time
      </span>
      {table ? (
        <span role="columnheader" class="ends">
          from, to
        </span>
      ) : (
        <span class="lane-labels" aria-hidden="true" style={{ width: `${lanes.length * laneWidth}px` }}>
          {lanes.map(({ node, label, plmn }, at) => (
            <span key={node} style={{ width: `${laneWidth}px` }}>
              {lanes[at - 1]?.plmn === plmn ? null : <i>{plmn}</i>}
              {label}
            </span>
          ))}
        </span>
      )}
      <span role="columnheader" class="point">
        point
      </span>
      <span role="columnheader" class="what">
        message or decision
      </span>
      <span role="columnheader" class="trip">
        answer after
      </span>
    </div>
  )
}

function NothingShown({ store }: { store: Store }) {
  if (store.filter === '') return <p class="nothing">Nothing has been said yet.</p>
  return (
    <p class="nothing">
      The filter hides all {store.hidden} rows.{' '}
      <button type="button" onClick={() => store.set({ filter: '' })}>
        clear filter
      </button>
    </p>
  )
}

function Empty({ store }: { store: Store }) {
  const says = {
    connecting: 'Connecting to the testbed.',
    live: 'No set-up yet. Choose a scenario under Drive and run it.',
    lost: 'The testbed does not answer. npm start brings it back; a saved .jsonl can be dropped here.',
    recorded: 'No run in this file.',
  } as const
  return (
    <section class="ladder-pane" aria-label="Ladder">
      <p class="nothing">{says[store.source.kind]}</p>
      {store.notice !== '' && <p class="nothing failed-text">{store.notice}</p>}
    </section>
  )
}
