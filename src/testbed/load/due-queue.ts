/** Times at which transactions of one kind were due and that have not begun, earliest first. */
export class DueQueue {
  #times: number[] = []
  #head = 0

  get size(): number {
    return this.#times.length - this.#head
  }

  /** Infinity when none waits. */
  get first(): number {
    return this.#times[this.#head] ?? Infinity
  }

  push(due: number): void {
    this.#times.push(due)
  }

  take(): number {
    const due = this.first
    this.#head++
    if (this.#head > 1024 && this.#head * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#head)
      this.#head = 0
    }
    return due
  }
}
