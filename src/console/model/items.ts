import { Instant } from '../../core/units.ts'
import type { TapState } from '../../core/tap.ts'
import { decisionRow } from '../../ladder/decisions.ts'
import { factsOf, fieldWord } from '../../ladder/facts.ts'
import { displayName } from '../../ladder/names.ts'
import { isRefusal } from '../../ladder/refusal.ts'
import type { Mark } from '../../ladder/row.ts'
import { groupOf } from './groups.ts'
import { idleItem } from './idle.ts'
import type { Line, MessageLine, ResultLine, StateLine } from './lines.ts'
import { RoundTrips } from './round-trips.ts'

/** One row of the ladder, before folding and filters. `at` is the message that it stands at or behind. */
export type Item =
  | {
      readonly kind: 'message'
      readonly at: number
      readonly line: MessageLine
      readonly step: string
      readonly facts: readonly string[]
      readonly failed: boolean
      /** Rows of one group fold to one. */
      readonly group: string | undefined
    }
  | {
      readonly kind: 'decision'
      readonly at: number
      readonly line: StateLine
      readonly step: string
      readonly mark: Mark
      readonly title: string
      readonly facts: readonly string[]
      readonly group: string | undefined
    }
  | {
      readonly kind: 'idle'
      readonly at: number
      readonly ms: number
      readonly why: string
      readonly group: undefined
    }
  | { readonly kind: 'attempt'; readonly at: number; readonly title: string; readonly group: undefined }
  | { readonly kind: 'result'; readonly at: number; readonly line: ResultLine; readonly group: undefined }

/** States that the ladder leaves to the views of entities. */
const untold =
  /^(peer-up|counted|watched|vector|naf-key-given|bootstrapped|pc8-associated|pushed|secured|derivation|b-tid-)/

/** Turns lines into rows as they come. */
export class Items {
  readonly all: Item[] = []
  zero = 0
  readonly #trips = new RoundTrips()
  #last: MessageLine | undefined
  #attempt = 0
  #hasZero = false

  get roundTrips(): ReadonlyMap<number, number> {
    return this.#trips.ms
  }

  take(line: Line, began: Instant): void {
    switch (line.event) {
      case 'message':
        this.#message(line, began)
        break
      case 'state':
        this.#state(line, began)
        break
      case 'result':
        this.all.push({ kind: 'result', at: this.#last?.n ?? 0, line, group: undefined })
        break
      case 'start':
        break
    }
  }

  #message(line: MessageLine, began: Instant): void {
    this.#trips.take(line)
    if (!line.heartbeat) {
      const idle = this.#last && idleItem(this.#last, line)
      if (idle) this.all.push(idle)
      this.#last = line
    }
    if (line.step === '3' || line.step === '2') this.#zeroAt(line.ms)
    const facts = factsOf(line.fields, Instant(began + line.ms))
    const { n: at, step = '' } = line
    this.all.push({ kind: 'message', at, line, step, facts, failed: isRefusal(line), group: groupOf(line) })
  }

  #state(line: StateLine, began: Instant): void {
    if (line.what === 'identity') this.#begin(line)
    if (untold.test(line.what)) return
    const { node, what, fields, keys = {}, step = '', n: at } = line
    if (what === 'act') {
      const title = fieldWord(fields, 'says') || fieldWord(fields, 'act')
      const facts = [fieldWord(fields, 'command')].filter((command) => command !== '')
      this.all.push({ kind: 'decision', at, line, step, mark: 'decides', title, facts, group: undefined })
      return
    }
    const state = { kind: 'state', time: Instant(began + line.ms), node, what, fields, keys }
    const row = decisionRow(state as TapState, step)
    if (row?.kind !== 'decision') return
    const { mark, title, facts } = row
    this.all.push({ kind: 'decision', at, line, step, mark, title, facts, group: groupOf(line) })
  }

  #begin(line: StateLine): void {
    this.#zeroAt(line.ms)
    if (++this.#attempt === 1) return
    const sends = fieldWord(line.fields, 'sends')
    const with_ = sends.includes('imsi') ? 'its IMSI' : sends === 'new-b-tid' ? 'a new B-TID' : `its ${sends}`
    const title = `attempt ${this.#attempt}: ${displayName(line.node)} comes back with ${with_}`
    this.all.push({ kind: 'attempt', at: line.n, title, group: undefined })
  }

  #zeroAt(ms: number): void {
    if (this.#hasZero) return
    this.#hasZero = true
    this.zero = ms
  }
}
