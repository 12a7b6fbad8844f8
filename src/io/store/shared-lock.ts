/** Many may work at once, or one alone; those who come later than one who wants to be alone wait for it. */
export class SharedLock {
  #working = 0
  #alone: Promise<void> | undefined
  #whenNobodyWorks: (() => void) | undefined

  /** Whom to wait for, and then to ask again, before `enter`; undefined when nobody is or wants to be alone. */
  get taken(): Promise<void> | undefined {
    return this.#alone
  }

  /** Begins to work beside others. */
  enter(): void {
    this.#working++
  }

  leave(): void {
    if (--this.#working === 0) this.#whenNobodyWorks?.()
  }

  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = (this.#alone ?? Promise.resolve()).then(() => this.#nobodyWorks()).then(work)
    const over = (): void => {
      if (this.#alone === done) this.#alone = undefined
    }
    const done: Promise<void> = result.then(over, over)
    this.#alone = done
    return result
  }

  #nobodyWorks(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenNobodyWorks = resolve
      if (this.#working === 0) resolve()
    })
  }
}
