import type { TapEvent } from '../../core/tap.ts'
import { EventLines, startLine, type StreamStart } from '../../testbed/event-lines.ts'
import type { Branch, Outcome, ScenarioResult } from '../../testbed/result.ts'

/** A run as a list of them shows it. */
export interface RunSummary {
  /** From 1. */
  readonly run: number
  readonly scenario: string
  /** ISO 8601. */
  readonly time: string
  /** `ended` when it has its result; a standing network goes on telling after that. */
  readonly state: 'running' | 'ended'
  /** Null while it runs, and when it failed before it had a result. */
  readonly outcome: Outcome | null
  readonly branch: Branch | null
  readonly expected: boolean | null
  readonly messages: number
  /** Nodes of it are those that stand, or were its own and are gone. */
  readonly network: 'standing' | 'own'
}

/** What is only in captures: TLS of PC8 as it was, and its secrets; they follow line number `after`. */
interface Unshown {
  readonly after: number
  readonly line: string
}

/** Lines of one run and their characters; when there are more, the oldest go, so many at once (R43). */
const most = { lines: 20_000, characters: 24e6, forgotten: 2_000 } as const

export interface RunStart extends StreamStart {
  readonly run: number
  readonly network: 'standing' | 'own'
}

/** The JSON lines of one run, by their index from 0: `start`, messages and decisions, `result`. */
export class RecordedRun {
  readonly about: RunStart
  readonly #numbered: EventLines
  readonly #first: string
  readonly #onLine: () => void
  readonly #lines: string[] = []
  readonly #unshown: Unshown[] = []
  #gone = 0
  #size = 0
  #messages = 0
  #state: RunSummary['state'] = 'running'
  #result: ScenarioResult | undefined

  constructor(about: RunStart, onLine: () => void) {
    this.about = about
    this.#numbered = new EventLines(about.start)
    this.#onLine = onLine
    this.#first = JSON.stringify(startLine(about))
    this.#add(this.#first)
  }

  readonly tap = (event: TapEvent): void => {
    if (event.kind === 'span' || (event.kind === 'state' && event.what === 'levels')) return
    // The result is the last word of a network that ends with it.
    if (this.#state === 'ended' && this.about.network === 'own') return
    if (event.kind === 'message') this.#messages++
    const line = JSON.stringify(this.#numbered.of(event))
    if (event.kind === 'octets' || event.kind === 'secret') this.#hide(line)
    else this.#add(line)
  }

  ended(result: ScenarioResult): void {
    this.#state = 'ended'
    this.#result = result
    this.#add(JSON.stringify({ event: 'result', ...result }))
  }

  failed(): void {
    this.#state = 'ended'
    this.#onLine()
  }

  /** One past the index of the last line. */
  get end(): number {
    return this.#gone + this.#lines.length
  }

  /** Lines from index `from` on that are still here, at most `most`, and the index of the first of them. */
  lines(from: number, count = Infinity): { readonly from: number; readonly lines: readonly string[] } {
    const first = Math.max(from, this.#gone)
    const at = first - this.#gone
    return { from: first, lines: this.#lines.slice(at, at + count) }
  }

  /** The whole of it as a file has it: first the start, whatever has gone since. */
  get file(): readonly string[] {
    return this.#gone > 0 ? [this.#first, ...this.#lines] : this.#lines
  }

  /** The same with what is only in captures, in order. */
  *captured(): Generator<string> {
    let next = 0
    for (const [at, line] of this.#lines.entries()) {
      for (; (this.#unshown[next]?.after ?? Infinity) <= this.#gone + at; next++)
        yield this.#unshown[next]?.line ?? ''
      yield line
    }
    for (const { line } of this.#unshown.slice(next)) yield line
  }

  get summary(): RunSummary {
    const { run, scenario, start, network } = this.about
    const { outcome = null, branch = null, expected = null } = this.#result ?? {}
    return {
      ...{ run, scenario, time: new Date(start).toISOString(), state: this.#state },
      ...{ outcome, branch, expected, messages: this.#messages, network },
    }
  }

  /** Characters that are kept of it. */
  get size(): number {
    return this.#size
  }

  #hide(line: string): void {
    this.#unshown.push({ after: this.end, line })
    this.#size += line.length
    if (this.#unshown.length > most.lines) this.#forget(this.#unshown.splice(0, most.forgotten))
  }

  #add(line: string): void {
    this.#lines.push(line)
    this.#size += line.length
    if (this.#lines.length > most.lines || this.#size > most.characters) {
      const gone = this.#lines.splice(0, most.forgotten)
      this.#gone += gone.length
      this.#forget(gone.map((one) => ({ line: one })))
    }
    this.#onLine()
  }

  #forget(gone: readonly { readonly line: string }[]): void {
    for (const { line } of gone) this.#size -= line.length
  }
}
