/** Many may work at once, or one alone; those who come later than one who wants to be alone wait for it. */
export class SharedLock {
  #working = 0
  #alone: Promise<void> | undefined
  #whenNobodyWorks: (() => void) | undefined

  async shared<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#alone) await this.#alone
    this.#working++
    try {
      return await work()
    } finally {
      if (--this.#working === 0) this.#whenNobodyWorks?.()
    }
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
