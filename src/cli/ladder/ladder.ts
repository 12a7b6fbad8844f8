import type { TapEvent, TapMessage } from '../../core/tap.ts'
import type { ScenarioResult } from '../../testbed/result.ts'
import type { NetworkNode } from '../../testbed/run.ts'
import { factsOf } from '../../ladder/facts.ts'
import { displayName } from '../../ladder/names.ts'
import { pageFor, type Page, type PageOptions } from './page.ts'
import { printHeadings, printRow } from './print.ts'
import type { Row } from '../../ladder/row.ts'
import { isRefusal } from '../../ladder/refusal.ts'
import { Rows } from './rows.ts'
import { verdictLines } from './verdict.ts'

export interface LadderOptions extends PageOptions {
  readonly heartbeats: boolean
}

/** The ladder of one run, line by line as events come. */
export class Ladder {
  readonly #page: Page
  readonly #rows: Rows
  readonly #told: string[] = []
  #step = ''

  constructor(nodes: readonly NetworkNode[], options: LadderOptions) {
    const ues = new Set(nodes.filter(({ role }) => role === 'ue').map(({ name }) => name))
    this.#page = pageFor(nodes, options)
    this.#rows = new Rows({ ues, unfold: options.unfold, heartbeats: options.heartbeats })
  }

  headings(): string[] {
    return printHeadings(this.#page)
  }

  /** The lines that this event completes. */
  event(event: TapEvent): string[] {
    if (event.kind === 'message' && isRefusal(event)) this.#told.push(whatWasTold(event))
    return this.#print(this.#rows.take(event))
  }

  /** What was still folded, a blank line and the verdict. */
  verdict(result: ScenarioResult): string[] {
    const told = result.outcome === 'secured' ? [] : this.#told
    return [...this.rest(), '', ...verdictLines(result, told, this.#page)]
  }

  /** What was still folded. */
  rest(): string[] {
    return this.#print(this.#rows.end())
  }

  #print(rows: readonly Row[]): string[] {
    return rows.flatMap((row) => {
      const step = row.kind === 'separator' ? '' : row.step
      const showStep = step !== this.#step
      this.#step = step
      return printRow(row, showStep, this.#page)
    })
  }
}

const whatWasTold = ({ to, fields, time }: TapMessage): string =>
  `${displayName(to)} "${factsOf(fields, time)[0] ?? 'refused'}"`
