import { fieldWord } from '../../ladder/facts.ts'
import { InvalidValue } from '../../core/errors.ts'
import { Instant } from '../../core/units.ts'
import { Items, type Item } from './items.ts'
import { lanesOf, type Lane } from './lanes.ts'
import {
  parseLine,
  type Line,
  type MessageLine,
  type ResultLine,
  type StartLine,
  type StateLine,
} from './lines.ts'

/** One run as its lines told it, folded as they come. */
export class Run {
  start: StartLine | undefined
  result: ResultLine | undefined
  readonly messages: MessageLine[] = []
  readonly states: StateLine[] = []
  /** As they came, for saving. */
  readonly texts: string[] = []
  readonly #items = new Items()
  readonly #byNumber = new Map<number, MessageLine>()
  readonly #revealed = new Map<string, StateLine>()
  #lanes: readonly Lane[] = []

  /** Takes one line of JSON; throws InvalidValue and keeps nothing of it. */
  add(text: string): Line | undefined {
    const line = parseLine(text)
    this.texts.push(text)
    switch (line?.event) {
      case 'start':
        this.start = line
        this.#lanes = lanesOf(line)
        break
      case 'message':
        this.messages.push(line)
        this.#byNumber.set(line.n, line)
        break
      case 'state':
        this.states.push(line)
        if (line.what === 'derivation') this.#revealed.set(revealedId(line), line)
        break
      case 'result':
        this.result = line
        break
      case undefined:
        return undefined
    }
    this.#items.take(line, this.began)
    return line
  }

  /** What the ladder shows, in order. */
  get items(): readonly Item[] {
    return this.#items.all
  }

  get lanes(): readonly Lane[] {
    return this.#lanes
  }

  /** When it started; 1970 where no line says it. */
  get began(): Instant {
    const time = Date.parse(this.start?.time ?? '')
    return Instant(Number.isNaN(time) ? 0 : time)
  }

  message(n: number): MessageLine | undefined {
    return this.#byNumber.get(n)
  }

  /** The inputs of the key with this fingerprint, in a run that reveals keys only. */
  revealed(name: string, fingerprint: string): StateLine | undefined {
    return this.#revealed.get(`${name} ${fingerprint}`)
  }

  /** Milliseconds since `start` of the last line up to message `n`. */
  timeAt(n: number): number {
    const state = this.states.findLast((one) => one.n <= n)
    return Math.max(this.#byNumber.get(n)?.ms ?? 0, state?.ms ?? 0)
  }

  /** Milliseconds since `start` of the first message of the set-up: what times are counted from. */
  get zero(): number {
    return this.#items.zero
  }

  /** Milliseconds that an answer took, by the number of the answer. */
  get roundTrips(): ReadonlyMap<number, number> {
    return this.#items.roundTrips
  }
}

function revealedId({ fields, keys = {} }: StateLine): string {
  const name = fieldWord(fields, 'name')
  return `${name} ${keys[name] ?? ''}`
}

/** The run of a file of JSON lines; throws InvalidValue that names the line. */
export function runOf(lines: Iterable<string>): Run {
  const run = new Run()
  let number = 0
  for (const text of lines) {
    number++
    if (text.trim() === '') continue
    try {
      run.add(text)
    } catch (error) {
      if (error instanceof InvalidValue) throw new InvalidValue(`line ${number}`, error.message)
      throw error
    }
  }
  if (run.messages.length + run.states.length === 0)
    throw new InvalidValue(
      'file',
      'no message and no decision in it: JSON lines of `sidelock run NAME --json` are needed',
    )
  return run
}
