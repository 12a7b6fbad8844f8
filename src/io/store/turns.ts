/** Work that never waits for anything would keep all else of the process waiting: so long at once, in milliseconds. */
const longest = 2

/** Shares the event loop with everything else of the process. */
export class Turns {
  #begun: number | undefined

  /** Resolves when others had their turn; undefined while it is not theirs. */
  othersFirst(): Promise<void> | undefined {
    if (this.#begun === undefined) {
      this.#begun = performance.now()
      setImmediate(() => (this.#begun = undefined))
    } else if (performance.now() - this.#begun > longest)
      return new Promise((resolve) => setImmediate(resolve))
    return undefined
  }
}
