/** Work that never waits for anything would keep all else of the process waiting: so long at once, in milliseconds. */
const longest = 2

/** Shares the event loop with everything else of the process. */
export class Turns {
  #begun: number | undefined
  #othersTurn: Promise<void> | undefined

  /** Resolves when others had their turn, for all who wait at once; undefined while it is not theirs. */
  othersFirst(): Promise<void> | undefined {
    if (this.#othersTurn) return this.#othersTurn
    if (this.#begun === undefined) {
      this.#begun = performance.now()
      setImmediate(() => (this.#begun = undefined))
    } else if (performance.now() - this.#begun > longest) this.#othersTurn = this.#afterOthers()
    return this.#othersTurn
  }

  #afterOthers(): Promise<void> {
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#othersTurn = undefined
        resolve()
      }),
    )
  }
}
