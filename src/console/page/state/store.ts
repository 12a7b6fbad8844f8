import { useLayoutEffect, useReducer } from 'preact/hooks'
import { filterOf } from '../../model/filter.ts'
import type { Item } from '../../model/items.ts'
import { rowsOf, type ShownRow } from '../../model/rows.ts'
import { Run } from '../../model/run.ts'
import { readAddress, writeAddress } from './address.ts'
import type { Armed, Network, RunInfo } from './api.ts'

export type ViewName = 'ladder' | 'keys' | 'entities' | 'measure'

/** How the page gets its lines. */
export type Source =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly since: Date }
  | { readonly kind: 'recorded' }

export interface OpenRun {
  readonly id: string
  readonly run: Run
}

/** How long lines of a stream wait for others. */
const gatherMs = 40

/** Everything the page shows. Changed only by its methods, each of which draws once at the next frame. */
export class Store {
  source: Source = { kind: 'connecting' }
  network: Network | undefined
  runs: readonly RunInfo[] = []
  readonly opened = new Map<string, Run>()
  current: OpenRun | undefined
  armed: readonly Armed[] = []
  view: ViewName = 'ladder'
  /** Index of the selected row among the items of the run; undefined for none. */
  selected: number | undefined
  /** Path of the picked field, and of the one under the pointer. */
  field: string | undefined
  hovered: string | undefined
  entity = ''
  filter = ''
  heartbeats = false
  table = false
  follow = true
  letters = true
  pane: 'drive' | 'help' | 'paste' | undefined
  notice = ''
  /** The shell line that does what was done last, or is about to be done. */
  command = ''
  copied = ''
  readonly openGroups = new Set<string>()
  #wanted = readAddress(location.hash)
  #listeners = new Set<() => void>()
  #frame = 0
  #arriving: ReturnType<typeof setTimeout> | undefined
  #rows: { readonly key: string; readonly rows: readonly ShownRow[]; readonly hidden: number } | undefined

  constructor() {
    const { view, entity, filter } = this.#wanted
    if (view) this.view = view
    if (entity !== undefined) this.entity = entity
    if (filter !== undefined) this.filter = filter
    addEventListener('hashchange', () => {
      if (location.hash === this.address()) return
      this.#wanted = readAddress(location.hash)
      this.#takeWanted()
    })
  }

  /** Changes something and draws at the next frame, however many changes come before it. */
  set(change: Partial<Pick<Store, Settable>>): void {
    Object.assign(this, change)
    this.changed()
  }

  changed(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.#takeWanted()
      const address = this.address()
      if (address !== (location.hash || '#')) history.replaceState(null, '', address)
      for (const listener of this.#listeners) listener()
    })
  }

  /** Lines of a stream came: they are drawn together, far more often than one reads. */
  arrived(): void {
    this.#arriving ??= setTimeout(() => {
      this.#arriving = undefined
      this.changed()
    }, gatherMs)
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The run that is shown, as the address has it, with what is selected in it. */
  address(): string {
    const { current, field, view, entity, filter } = this
    // What follows the newest message selects none.
    const m = this.selected === undefined ? undefined : this.item?.at
    return writeAddress({
      ...(current ? { run: current.id } : {}),
      ...(m === undefined ? {} : { m }),
      ...(field === undefined ? {} : { field }),
      ...{ view, entity, filter },
    })
  }

  /** Shows a run that is open. */
  show(id: string): void {
    const run = this.opened.get(id)
    if (!run || this.current?.id === id) return
    this.current = { id, run }
    this.selected = undefined
    this.openGroups.clear()
    this.field = undefined
    this.changed()
  }

  /** The run of this number, made when it is new. */
  runFor(id: string): Run {
    let run = this.opened.get(id)
    if (!run) this.opened.set(id, (run = new Run()))
    return run
  }

  select(index: number | undefined, field?: string): void {
    this.selected = index
    this.field = field
    this.follow = false
    this.changed()
  }

  get items(): readonly Item[] {
    return this.current?.run.items ?? []
  }

  get item(): Item | undefined {
    return this.selected === undefined ? this.items.at(-1) && this.#lastSaid() : this.items[this.selected]
  }

  /** The message after which Keys and Entities show the network. */
  get moment(): number {
    return this.item?.at ?? 0
  }

  /** The rows that filter and folds leave. */
  get rows(): readonly ShownRow[] {
    return this.#shown().rows
  }

  get hidden(): number {
    return this.#shown().hidden
  }

  #shown() {
    const { items, filter, heartbeats, openGroups, current } = this
    const key = `${current?.id} ${items.length} ${heartbeats} ${[...openGroups].join()} ${filter}`
    if (this.#rows?.key === key) return this.#rows
    const test = filterOf(filter)
    const kept = items.filter((item) => (heartbeats || !isHeartbeat(item)) && (test?.(item) ?? true))
    const rows = rowsOf(kept, (group) => test !== undefined || openGroups.has(group))
    const hidden =
      items.filter((item) => !isHeartbeat(item)).length - kept.filter((item) => !isHeartbeat(item)).length
    return (this.#rows = { key, rows, hidden })
  }

  #lastSaid(): Item | undefined {
    return this.items.findLast((item) => !isHeartbeat(item))
  }

  /** Selects what the address asks for as soon as it is there. */
  #takeWanted(): void {
    const { run, m, field, view, filter, entity } = this.#wanted
    if (view && view !== this.view) this.view = view
    if (filter !== undefined) this.filter = filter
    if (entity !== undefined) this.entity = entity
    if (run !== undefined && this.opened.has(run)) this.show(run)
    if (run === undefined || this.current?.id === run) {
      const index =
        m === undefined ? -1 : this.items.findIndex((item) => item.kind === 'message' && item.at === m)
      if (index !== -1) {
        this.select(index, field)
        this.#openGroupOf(this.items[index])
      }
      if (m === undefined || index !== -1) this.#wanted = {}
      else
        this.#wanted = { ...(run === undefined ? {} : { run }), m, ...(field === undefined ? {} : { field }) }
    } else
      this.#wanted = { run, ...(m === undefined ? {} : { m }), ...(field === undefined ? {} : { field }) }
  }

  #openGroupOf(item: Item | undefined): void {
    for (const row of this.rows)
      if (row.kind === 'group' && item && row.items.includes(item)) this.openGroups.add(row.key)
  }

  /** Puts the shell line into the clipboard; before anything was driven that of the run that is shown. */
  async copyCommand(): Promise<void> {
    const { scenario } = this.current?.run.start ?? {}
    const command = this.command || (scenario === undefined ? '' : `npx sidelock run ${scenario}`)
    if (command === '') return
    await navigator.clipboard.writeText(command)
    this.set({ command, copied: command })
  }

  /** The run that the address asks for and that is not open yet. */
  get wantedRun(): string | undefined {
    return this.#wanted.run
  }
}

type Settable =
  | 'source'
  | 'network'
  | 'runs'
  | 'armed'
  | 'view'
  | 'field'
  | 'hovered'
  | 'entity'
  | 'filter'
  | 'heartbeats'
  | 'table'
  | 'follow'
  | 'letters'
  | 'pane'
  | 'notice'
  | 'command'
  | 'copied'

export const isHeartbeat = (item: Item): boolean => item.kind === 'message' && item.line.heartbeat === true

export const store = new Store()

/** Draws the component again when anything has changed. */
export function useStore(): Store {
  const [, draw] = useReducer<number, undefined>((count) => count + 1, 0)
  useLayoutEffect(() => store.listen(() => draw(undefined)), [])
  return store
}
