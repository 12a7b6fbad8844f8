import { ProseError } from '../../core/errors.ts'
import { Latencies, type LatencyFigures } from './latencies.ts'

/** How often transactions ended with one error, of one kind. */
export interface ErrorClass {
  readonly kind: string
  readonly code: string
  readonly reason: string
  readonly count: number
}

export interface KindFigures {
  readonly sent: number
  readonly answered: number
  readonly errors: number
  /** Of those answered. */
  readonly latency: LatencyFigures
}

/** What was counted; `sent` is `answered` and `errors` together. */
export interface TallyFigures extends KindFigures {
  readonly kinds: Readonly<Record<string, KindFigures>>
  readonly classes: readonly ErrorClass[]
}

/** Beyond so many classes all others are one. */
const classesTold = 50

class Count {
  sent = 0
  answered = 0
  errors = 0
  readonly latencies = new Latencies()

  get figures(): KindFigures {
    const { sent, answered, errors } = this
    return { sent, answered, errors, latency: this.latencies.figures }
  }
}

/** The code and the reason of an error; digits, such as ports, are left out of a reason of the system. */
function classOf(error: unknown): readonly [code: string, reason: string] {
  if (error instanceof ProseError) return [error.code, error.message.split('\n')[0] ?? '']
  if (!(error instanceof Error)) return ['ERR_UNEXPECTED', 'not an error']
  return ['code' in error ? String(error.code) : 'ERR_UNEXPECTED', error.message.replaceAll(/\d+/g, 'N')]
}

/** Ends of transactions, whole and by kind. */
export class Tally {
  readonly #whole = new Count()
  readonly #kinds = new Map<string, Count>()
  readonly #classes = new Map<string, { kind: string; code: string; reason: string; count: number }>()

  get errors(): number {
    return this.#whole.errors
  }

  get answered(): number {
    return this.#whole.answered
  }

  get latencies(): Latencies {
    return this.#whole.latencies
  }

  answer(kind: string, milliseconds: number): void {
    for (const count of [this.#whole, this.#of(kind)]) {
      count.sent++
      count.answered++
      count.latencies.record(milliseconds)
    }
  }

  fail(kind: string, error: unknown): void {
    for (const count of [this.#whole, this.#of(kind)]) {
      count.sent++
      count.errors++
    }
    const [code, reason] = this.#classes.size < classesTold ? classOf(error) : (['others', ''] as const)
    const name = `${kind} ${code} ${reason}`
    const one = this.#classes.get(name) ?? { kind, code, reason, count: 0 }
    one.count++
    this.#classes.set(name, one)
  }

  get figures(): TallyFigures {
    return {
      ...this.#whole.figures,
      kinds: Object.fromEntries([...this.#kinds].map(([kind, count]) => [kind, count.figures])),
      classes: [...this.#classes.values()].sort((one, other) => other.count - one.count),
    }
  }

  #of(kind: string): Count {
    const count = this.#kinds.get(kind) ?? new Count()
    this.#kinds.set(kind, count)
    return count
  }
}
