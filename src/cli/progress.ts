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

/** How far a command is, on stderr, as long as there is something to wait for. */
export class Progress {
  readonly #terminal: Terminal
  readonly #task: Task
  readonly #begin = Date.now()
  #next = this.#begin + times.first

  constructor(terminal: Terminal, task: Task) {
    this.#terminal = terminal
    this.#task = task
  }

  /** `more` is said at the end. */
  done(count: number, total: number, more = ''): void {
    const now = Date.now()
    if (count === total) this.end()
    if (now < this.#next || count === total) return
    const { redraw, err } = this.#terminal
    const { name, json } = this.#task
    this.#next = now + (redraw && !json ? times.redraw : times.line)
    if (json) {
      err(JSON.stringify({ event: 'progress', task: name, done: count, total }))
      return
    }
    const text = `${this.#line(count, total, now - this.#begin)}${more}`
    if (redraw) redraw(`sidelock: ${text}`)
    else note(this.#terminal, text)
  }

  /** Nothing more is told. */
  end(): void {
    if (!this.#task.json) this.#terminal.redraw?.('')
  }

  /** `import 62 400 of 100 000 subscribers, 62 %, 14 200/s, 3 s left`. */
  #line(count: number, total: number, milliseconds: number): string {
    const { name, unit } = this.#task
    const rate = (count * 1000) / milliseconds
    const left = Math.ceil((total - count) / rate)
    const percent = Math.floor((100 * count) / total)
    return `${name} ${spaced(count)} of ${spaced(total)} ${unit}, ${percent} %, ${spaced(Math.round(rate))}/s, ${left} s left`
  }
}

/** `62 400`. */
const spaced = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ')

/** `2 subscribers`, `100 000 subscribers`. */
export const countedSpaced = (count: number, noun: string): string =>
  count < 1000 ? counted(count, noun) : `${spaced(count)} ${noun}s`
