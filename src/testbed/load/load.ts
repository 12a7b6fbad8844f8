import type { Timers } from '../../core/environment.ts'
import { LocalFault } from '../../core/errors.ts'
import { milliseconds, type Milliseconds } from '../../core/units.ts'
import type { Arrivals } from './arrivals.ts'
import { DueQueue } from './due-queue.ts'
import { Latencies, type LatencyFigures } from './latencies.ts'
import { Tally, type TallyFigures } from './tally.ts'

/** Where transactions come from. */
export interface Transactions {
  /** The kind of the next one. */
  draw(): string
  /** One of that kind, begun; undefined when no UE is free for it. */
  begin(kind: string): Promise<void> | undefined
}

export interface LoadOptions {
  /** Open: due at these times, whatever becomes of the others. Closed: so many are always under way. */
  readonly pace: { readonly arrivals: Arrivals } | { readonly concurrency: number }
  /** At most so many under way; more wait, and their time counts. */
  readonly inFlight: number
  /** Nothing is due from then on. */
  readonly duration?: Milliseconds
  /** Nor after so many. */
  readonly count?: number
  /** What is due before is not counted. */
  readonly warmup: Milliseconds
  /** How long the last ones are waited for. */
  readonly patience: Milliseconds
}

export interface LoadPorts {
  /** Time with fractions that never goes back. */
  readonly now: () => Milliseconds
  readonly timers: Timers
}

export interface LoadFigures extends TallyFigures {
  /** From the end of the warm-up until nothing more was due, or until the last of a number of transactions ended. */
  readonly seconds: number
  /** What was due: `sent` and `notBegun`. */
  readonly due: number
  readonly notBegun: number
  /** Answers a second. */
  readonly rate: number
  readonly mostInFlight: number
  /** How long after they were due transactions began: the load driver, or the UEs it has, could not follow. */
  readonly begun: LatencyFigures
}

/** What can be said while it runs. */
export interface LoadProgress {
  readonly seconds: number
  readonly answered: number
  readonly errors: number
  readonly inFlight: number
  readonly waiting: number
  readonly p50: number
  readonly p99: number
}

/** A transaction that had no end when its load was over. */
class Unfinished extends LocalFault {
  readonly code = 'ERR_UNFINISHED'
}

/** Transactions at a pace, and how they end. Latency counts from when one was due: a server that stalls delays all (no coordinated omission). */
export class Load {
  readonly #options: LoadOptions
  readonly #transactions: Transactions
  readonly #ports: LoadPorts
  readonly #tally = new Tally()
  readonly #begun = new Latencies()
  readonly #waiting = new Map<string, DueQueue>()
  /** Kind and due time of each that is under way. */
  readonly #under = new Map<number, { readonly kind: string; readonly due: number }>()
  #start = 0
  #end = 0
  #number = 0
  #drawn = 0
  #due = 0
  #next = Infinity
  #mostInFlight = 0
  #over = false
  #stopTimer: () => void = () => undefined
  #settle: () => void = () => undefined

  constructor(options: LoadOptions, transactions: Transactions, ports: LoadPorts) {
    this.#options = options
    this.#transactions = transactions
    this.#ports = ports
  }

  /** Runs to its end, or until `stopped`: then what is under way has a second left. */
  async run(stopped: Promise<unknown> = new Promise<never>(() => undefined)): Promise<LoadFigures> {
    const { pace, duration, patience } = this.#options
    this.#start = this.#ports.now()
    this.#end = this.#start + (duration ?? Infinity)
    if ('arrivals' in pace) this.#next = this.#start + pace.arrivals()
    const settled = new Promise<void>((resolve) => (this.#settle = resolve))
    this.#pump()
    const stop = stopped.then(() => {
      this.#close()
      return this.#elapsed(milliseconds(1000))
    })
    const dueOver = this.#allDue(settled).then(() => this.#elapsed(patience))
    await Promise.race([settled, stop, dueOver])
    this.#stopTimer()
    return this.#figures()
  }

  get progress(): LoadProgress {
    const { answered, errors, latencies } = this.#tally
    const [p50, p99] = [latencies.percentile(50), latencies.percentile(99)]
    const waiting = [...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0)
    const seconds = (this.#ports.now() - this.#start) / 1000
    return { seconds, answered, errors, inFlight: this.#under.size, waiting, p50, p99 }
  }

  #elapsed(delay: Milliseconds): Promise<void> {
    return new Promise((resolve) => void this.#ports.timers.after(delay, resolve))
  }

  /** Resolves when nothing more becomes due. */
  async #allDue(settled: Promise<void>): Promise<void> {
    if (this.#options.duration === undefined) return settled
    await Promise.race([settled, this.#elapsed(this.#options.duration)])
    this.#pump()
  }

  /** Nothing becomes due or begins any more. */
  #close(): void {
    this.#drawDue(this.#ports.now())
    this.#end = Math.min(this.#end, this.#ports.now())
    this.#next = Infinity
    this.#over = true
    this.#pump()
  }

  /** Draws what is due, begins what can be, and waits for the next. */
  #pump(): void {
    const now = this.#ports.now()
    this.#drawDue(now)
    if (!this.#over) this.#beginWaiting(now)
    const isDrawn = this.#next === Infinity && ('arrivals' in this.#options.pace || this.#isAllDrawn(now))
    const nothingLeft = this.#over || [...this.#waiting.values()].every(({ size }) => size === 0)
    if (isDrawn && nothingLeft && this.#under.size === 0) this.#settle()
    this.#stopTimer()
    if (this.#next < Infinity)
      this.#stopTimer = this.#ports.timers.after(milliseconds(this.#next - now), () => this.#pump())
  }

  #isAllDrawn(now: number): boolean {
    return this.#over || now >= this.#end || this.#drawn >= (this.#options.count ?? Infinity)
  }

  #drawDue(now: number): void {
    const { pace, count = Infinity } = this.#options
    if (this.#over) return
    if ('arrivals' in pace) {
      while (this.#next <= now && this.#next < this.#end && this.#drawn < count) {
        this.#draw(this.#next)
        this.#next = this.#start + pace.arrivals()
      }
      if (this.#next >= this.#end || this.#drawn >= count) this.#next = Infinity
      return
    }
    const under = () =>
      this.#under.size + [...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0)
    for (let free = pace.concurrency - under(); free > 0 && !this.#isAllDrawn(now); free--) this.#draw(now)
  }

  #draw(due: number): void {
    const kind = this.#transactions.draw()
    const queue = this.#waiting.get(kind) ?? new DueQueue()
    this.#waiting.set(kind, queue)
    queue.push(due)
    this.#drawn++
    if (this.#counts(due)) this.#due++
  }

  #beginWaiting(now: number): void {
    const withoutUe = new Set<string>()
    while (this.#under.size < this.#options.inFlight) {
      let kind: string | undefined
      let due = Infinity
      for (const [one, { first }] of this.#waiting)
        if (first < due && !withoutUe.has(one)) [kind, due] = [one, first]
      if (kind === undefined) return
      const begun = this.#transactions.begin(kind)
      if (begun) this.#follow(begun, kind, due, now)
      else withoutUe.add(kind)
    }
  }

  #follow(begun: Promise<void>, kind: string, due: number, now: number): void {
    this.#waiting.get(kind)?.take()
    const number = this.#number++
    this.#under.set(number, { kind, due })
    this.#mostInFlight = Math.max(this.#mostInFlight, this.#under.size)
    if (this.#counts(due)) this.#begun.record(now - due)
    const ended = (tell: () => void) => {
      if (!this.#under.delete(number)) return
      if (this.#counts(due)) tell()
      this.#pump()
    }
    begun.then(
      () => ended(() => this.#tally.answer(kind, this.#ports.now() - due)),
      (error: unknown) => ended(() => this.#tally.fail(kind, error)),
    )
  }

  #counts(due: number): boolean {
    return due - this.#start >= this.#options.warmup
  }

  #figures(): LoadFigures {
    const { count = Infinity } = this.#options
    const end = this.#drawn < count ? this.#end : Math.min(this.#ports.now(), this.#end)
    for (const { kind, due } of this.#under.values())
      if (this.#counts(due)) this.#tally.fail(kind, new Unfinished('no end when the load was over'))
    this.#under.clear()
    const figures = this.#tally.figures
    const seconds = Math.max(0, (end - this.#start - this.#options.warmup) / 1000)
    return {
      ...figures,
      seconds,
      due: this.#due,
      notBegun: this.#due - figures.sent,
      rate: seconds === 0 ? 0 : figures.answered / seconds,
      mostInFlight: this.#mostInFlight,
      begun: this.#begun.figures,
    }
  }
}
