import { counted } from '../ladder/names.ts'
import { note, type Terminal } from './terminal.ts'

/** Nothing is told before `first`; then a line is redrawn on a terminal, or written, this often. In milliseconds. */
const times = { first: 1_000, redraw: 200, line: 10_000 } as const

export interface Task {
  /** `store copy`. */
  readonly name: string
  /** `rows`. */
  readonly unit: string
  readonly json: boolean
}

/** A line on stderr that says how far something is: not before a second, and not oftener than one can read. */
export class ProgressLine {
  readonly #terminal: Terminal
  readonly #json: boolean
  #next = Date.now() + times.first

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal
    this.#json = json
  }

  /** Tells it if it is time to; `fields` are what a program gets. */
  tell(textNow: () => string, fields: Readonly<Record<string, unknown>>): void {
    const now = Date.now()
    if (now < this.#next) return
    const { redraw, err } = this.#terminal
    this.#next = now + (redraw && !this.#json ? times.redraw : times.line)
    if (this.#json) err(JSON.stringify({ event: 'progress', ...fields }))
    else if (redraw) redraw(`sidelock: ${textNow()}`)
    else note(this.#terminal, textNow())
  }

  /** Takes a line that is redrawn away. */
  end(): void {
    if (!this.#json) this.#terminal.redraw?.('')
  }
}

/** How far a command is, on stderr, as long as there is something to wait for. */
export class Progress {
  readonly #line: ProgressLine
  readonly #task: Task
  readonly #begin = Date.now()

  constructor(terminal: Terminal, task: Task) {
    this.#line = new ProgressLine(terminal, task.json)
    this.#task = task
  }

  /** `more` is said at the end. */
  done(count: number, total: number, more = ''): void {
    if (count === total) {
      this.end()
      return
    }
    const text = () => `${this.#text(count, total, Date.now() - this.#begin)}${more}`
    this.#line.tell(text, { task: this.#task.name, done: count, total })
  }

  /** Nothing more is told. */
  end(): void {
    this.#line.end()
  }

  /** `import 62 400 of 100 000 subscribers, 62 %, 14 200/s, 3 s left`. */
  #text(count: number, total: number, milliseconds: number): string {
    const { name, unit } = this.#task
    const rate = (count * 1000) / milliseconds
    const left = Math.ceil((total - count) / rate)
    const percent = Math.floor((100 * count) / total)
    return `${name} ${spaced(count)} of ${spaced(total)} ${unit}, ${percent} %, ${spaced(Math.round(rate))}/s, ${left} s left`
  }
}

/** `62 400`. */
export const spaced = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ')

/** `2 subscribers`, `100 000 subscribers`. */
export const countedSpaced = (count: number, noun: string): string =>
  count < 1000 ? counted(count, noun) : `${spaced(count)} ${noun}s`
