import type { ServerResponse } from 'node:http'
import type { RecordedRun, RunSummary } from './recorded-run.ts'
import type { RecordedRuns } from './recorded-runs.ts'

/** What one who listens may take of the server (R43): listeners, lines of one write, milliseconds. */
const limits = { listeners: 32, lines: 500, heartbeat: 15_000, patience: 20_000 } as const

/** Where somebody wants to go on. */
export interface StreamPlace {
  /** Of that run alone; undefined: always of the newest one. */
  readonly run: RecordedRun | undefined
  /** Index of the first line that is wanted. */
  readonly from: number
  /** Of the run that `from` is of, where another one may be the newest. */
  readonly of?: number | undefined
}

export interface StreamSource {
  readonly runs: RecordedRuns
  /** What is armed now, as JSON; it changes with a line. */
  armed(): string
}

/** Server-sent events of the runs. Nothing is kept for a listener but its place: who is slow has the same lines later. */
export class Streams {
  readonly #source: StreamSource
  readonly #listeners = new Set<Listener>()
  readonly #deaf: () => void
  #due = false

  constructor(source: StreamSource) {
    this.#source = source
    this.#deaf = source.runs.onChange(() => this.#soon())
  }

  get isFull(): boolean {
    return this.#listeners.size >= limits.listeners
  }

  /** From now on this answer gets events, until either side ends it. */
  open(answer: ServerResponse, place: StreamPlace): void {
    const listener = new Listener(answer, place, this.#source)
    this.#listeners.add(listener)
    answer.once('close', () => {
      listener.end()
      this.#listeners.delete(listener)
    })
    listener.tell()
  }

  close(): void {
    this.#deaf()
    for (const listener of this.#listeners) listener.end()
  }

  /** One write for all that happens in one turn of the event loop. */
  #soon(): void {
    if (this.#due) return
    this.#due = true
    setImmediate(() => {
      this.#due = false
      for (const listener of this.#listeners) listener.tell()
    })
  }
}

class Listener {
  readonly #answer: ServerResponse
  readonly #only: RecordedRun | undefined
  readonly #source: StreamSource
  readonly #beats: NodeJS.Timeout
  readonly #told = new Map<number, RunSummary['state']>()
  #run: RecordedRun | undefined
  #next: number
  #armed = ''
  #waiting: NodeJS.Timeout | undefined

  constructor(answer: ServerResponse, { run, from, of }: StreamPlace, source: StreamSource) {
    this.#answer = answer
    this.#only = run
    this.#source = source
    this.#run = run ?? source.runs.newest
    this.#next = of === undefined || of === this.#run?.about.run ? from : 0
    for (const summary of source.runs.list()) this.#told.set(summary.run, summary.state)
    this.#beats = setInterval(() => this.#write(':\n\n'), limits.heartbeat)
  }

  /** What this listener does not know yet, as far as it takes it now. */
  tell(): void {
    if (this.#waiting) return
    const text = [...this.#runs(), ...this.#armedNow(), ...this.#lines()].join('')
    if (text !== '') this.#write(text)
  }

  end(): void {
    clearInterval(this.#beats)
    clearTimeout(this.#waiting)
    this.#answer.end()
  }

  #runs(): readonly string[] {
    const news = this.#source.runs.list().filter(({ run, state }) => this.#told.get(run) !== state)
    for (const { run, state } of news) this.#told.set(run, state)
    return news.map((summary) => `event: run\ndata: ${JSON.stringify(summary)}\n\n`)
  }

  #armedNow(): readonly string[] {
    const armed = this.#source.armed()
    if (armed === this.#armed) return []
    this.#armed = armed
    return [`event: armed\ndata: ${armed}\n\n`]
  }

  /** A listener of the newest run goes on with a newer one when it has all lines of the one before. */
  #lines(): readonly string[] {
    const { newest } = this.#source.runs
    if (!this.#only && newest && newest !== this.#run && (this.#run?.end ?? 0) <= this.#next) {
      this.#run = newest
      this.#next = 0
    }
    if (!this.#run) return []
    const { from, lines } = this.#run.lines(this.#next, limits.lines)
    const { run } = this.#run.about
    this.#next = from + lines.length
    const isMore = this.#next < this.#run.end || (!this.#only && newest !== this.#run)
    if (isMore) setImmediate(() => this.tell())
    return lines.map((line, at) => `event: line\nid: ${run}:${from + at}\ndata: ${line}\n\n`)
  }

  /** Who does not take a write in time is let go: it comes back to where it was. */
  #write(text: string): void {
    if (this.#waiting || this.#answer.destroyed || this.#answer.writableEnded || this.#answer.write(text))
      return
    this.#waiting = setTimeout(() => this.#answer.destroy(), limits.patience)
    this.#answer.once('drain', () => {
      clearTimeout(this.#waiting)
      this.#waiting = undefined
      this.tell()
    })
  }
}
