import { note, type Terminal } from './terminal.ts'

/** Between two notes, in milliseconds; the first comes after one second. */
const every = 10_000
const first = 1_000

export interface Task {
  /** `store copy`. */
  readonly name: string
  /** `rows`. */
  readonly unit: string
  readonly json: boolean
}

/** Notes on stderr, as long as there is something to wait for. */
export class Progress {
  readonly #terminal: Terminal
  readonly #task: Task
  readonly #begin = Date.now()
  #next = this.#begin + first

  constructor(terminal: Terminal, task: Task) {
    this.#terminal = terminal
    this.#task = task
  }

  /** `more` is said at the end. */
  done(count: number, total: number, more = ''): void {
    const now = Date.now()
    if (now < this.#next || count === total) return
    this.#next = now + every
    const { name, unit, json } = this.#task
    const rate = (count * 1000) / (now - this.#begin)
    const left = Math.ceil((total - count) / rate)
    const percent = Math.floor((100 * count) / total)
    if (json) this.#terminal.err(JSON.stringify({ event: 'progress', task: name, done: count, total }))
    else
      note(
        this.#terminal,
        `${name} ${count} of ${total} ${unit}, ${percent} %, ${Math.round(rate)}/s, ${left} s left${more}`,
      )
  }
}
