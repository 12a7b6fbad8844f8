/** What a node has opened. `close` closes it once, what was opened last first. */
export class Closing {
  readonly #closes: (() => Promise<void> | void)[] = []

  opened(close: () => Promise<void> | void): void {
    this.#closes.unshift(close)
  }

  async close(): Promise<void> {
    for (const close of this.#closes.splice(0)) await close()
  }
}
