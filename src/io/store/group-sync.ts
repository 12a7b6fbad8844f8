/** Many wait for one sync: whoever asks while one is under way waits for the next, which covers all of them. */
export class GroupSync {
  readonly #sync: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #failed = false

  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  /** A sync failed: what it was to cover may be lost, though a later one succeeds. */
  get failed(): boolean {
    return this.#failed
  }

  /** Resolves once a sync that began after this call is done; rejects when that one fails, or any has. */
  synced(): Promise<void> {
    // The one under way may have begun before what the caller did.
    this.#next ??= (this.#running ?? Promise.resolve()).catch(() => undefined).then(() => this.#begin())
    return this.#next
  }

  #begin(): Promise<void> {
    this.#next = undefined
    const running = this.#failed ? Promise.reject(new Error('a sync failed before')) : this.#sync()
    this.#running = running
      .catch((error: unknown) => {
        this.#failed = true
        throw error
      })
      .finally(() => (this.#running = undefined))
    return this.#running
  }
}
