import type { Milliseconds } from '../../core/units.ts'
import type { NodeContext } from './node-context.ts'

/** One timer that is put off again and again, as each message does it: it goes on, and looks again when it expires. */
export class PutOffTimer {
  readonly #context: Pick<NodeContext, 'clock' | 'after'>
  readonly #expired: () => void
  #stop: (() => void) | undefined
  /** When the running timer expires, and when it should. */
  #expires = 0
  #due = 0

  constructor(context: Pick<NodeContext, 'clock' | 'after'>, expired: () => void) {
    this.#context = context
    this.#expired = expired
  }

  /** Undefined stops it. */
  set(delay: Milliseconds | undefined): void {
    const now = this.#context.clock.now()
    this.#due = now + (delay ?? 0)
    if (delay !== undefined && this.#stop && this.#expires <= this.#due) return
    this.#stop?.()
    this.#stop = undefined
    if (delay !== undefined) this.#arm(now, delay)
  }

  #arm(now: number, delay: number): void {
    this.#expires = now + delay
    this.#stop = this.#context.after(delay, () => {
      this.#stop = undefined
      const late = Math.max(this.#expires, this.#context.clock.now())
      if (late < this.#due) this.#arm(late, this.#due - late)
      else this.#expired()
    })
  }
}
