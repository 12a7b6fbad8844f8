import type { Clock, Timers } from '../core/environment.ts'
import { hours, inMilliseconds, Instant, milliseconds, type Milliseconds } from '../core/units.ts'

/** When simulated time begins, unless told otherwise. */
export const simulatedStart = Instant(Date.UTC(2027, 0, 1))

interface Pending {
  readonly due: number
  readonly order: number
  readonly expire: () => void
}

const isBefore = (one: Pending, other: Pending): boolean =>
  one.due < other.due || (one.due === other.due && one.order < other.order)

/** Binary heap: the earliest is first, and no entry is before the one at half its place. */
class PendingTimers {
  readonly #heap: Pending[] = []
  readonly #stopped = new Set<Pending>()

  get size(): number {
    return this.#heap.length - this.#stopped.size
  }

  add(timer: Pending): void {
    let place = this.#heap.push(timer) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = this.#heap[parent]
      if (!above || isBefore(above, timer)) break
      this.#heap[place] = above
      this.#heap[parent] = timer
      place = parent
    }
  }

  /** A timer that has not been taken yet will not be. */
  stop(timer: Pending): void {
    this.#stopped.add(timer)
  }

  first(): Pending | undefined {
    for (let [first] = this.#heap; first; [first] = this.#heap) {
      if (!this.#stopped.delete(first)) return first
      this.takeFirst()
    }
    return undefined
  }

  takeFirst(): void {
    const last = this.#heap.pop()
    if (!last || this.#heap.length === 0) return
    let place = 0
    for (;;) {
      const [left, right] = [this.#heap[2 * place + 1], this.#heap[2 * place + 2]]
      const child = right && left && isBefore(right, left) ? right : left
      if (!child || isBefore(last, child)) break
      this.#heap[place] = child
      place = 2 * place + (child === left ? 1 : 2)
    }
    this.#heap[place] = last
  }
}

/** How often the event loop is let through before the next timer, so that promises and short I/O come to rest. */
const turnsForIo = 4

/**
 * Time that passes only when told. Timers expire in the order of their time, then of their start; between two of
 * them everything that was set off comes to rest first.
 */
export class SimulatedClock implements Clock, Timers {
  readonly #turns: number
  #now: number
  #started = 0
  readonly #pending = new PendingTimers()

  /** One turn is enough where nothing but promises is waited for. */
  constructor(start = simulatedStart, turns = turnsForIo) {
    this.#now = start
    this.#turns = turns
  }

  now(): Instant {
    return Instant(this.#now)
  }

  after(delay: Milliseconds, expire: () => void): () => void {
    let isPending = true
    const timer = {
      due: this.#now + Math.max(delay, 0),
      order: this.#started++,
      expire() {
        isPending = false
        expire()
      },
    }
    this.#pending.add(timer)
    return () => {
      if (isPending) this.#pending.stop(timer)
      isPending = false
    }
  }

  /** Timers that have not expired. */
  get pending(): number {
    return this.#pending.size
  }

  /** Moves the clock without letting a timer expire, as a step of the wall clock does. */
  step(by: Milliseconds): void {
    this.#now += by
  }

  /** Lets `duration` pass with every timer in it. */
  async advance(duration: Milliseconds): Promise<void> {
    const end = this.#now + duration
    await this.#run(end, () => false)
    this.#now = Math.max(this.#now, end)
  }

  /** Lets time pass until no timer is left, or `atMost` has passed (a live link always has timers). */
  async runUntilQuiet(atMost = milliseconds(130_000)): Promise<void> {
    await this.#run(this.#now + atMost, () => false)
  }

  /** Lets time pass until the condition holds; false when it does not within `atMost`. */
  async runUntil(condition: () => boolean, atMost = milliseconds(130_000)): Promise<boolean> {
    await this.#run(this.#now + atMost, condition)
    return condition()
  }

  /** Lets time pass until the promise has settled, and gives what it gave. Throws when it does not within `atMost`. */
  async until<Value>(promise: Promise<Value>, atMost = inMilliseconds(hours(1))): Promise<Value> {
    const settled = new Set<Promise<Value>>()
    const settle = () => void settled.add(promise)
    promise.then(settle, settle)
    await this.#run(this.#now + atMost, () => settled.has(promise))
    if (!settled.has(promise)) throw new Error('something that is waited for does not come about')
    return promise
  }

  async #run(end: number, enough: () => boolean): Promise<void> {
    await this.#comeToRest()
    while (!enough()) {
      const next = this.#pending.first()
      if (!next || next.due > end) return
      this.#pending.takeFirst()
      this.#now = Math.max(this.#now, next.due)
      next.expire()
      await this.#comeToRest()
    }
  }

  async #comeToRest(): Promise<void> {
    for (let turn = 0; turn < this.#turns; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
}
