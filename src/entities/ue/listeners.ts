/** Who wants to hear of something; a listener that throws is a fault of its own and changes nothing of what it hears. */
export class Listeners<Value> {
  readonly #all = new Set<(value: Value) => void>()
  readonly #onFault: (error: unknown) => void

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault
  }

  /** The returned function takes the listener away. */
  add(listener: (value: Value) => void): () => void {
    this.#all.add(listener)
    return () => this.#all.delete(listener)
  }

  tell(value: Value): void {
    for (const listener of this.#all) {
      try {
        listener(value)
      } catch (error) {
        this.#onFault(error)
      }
    }
  }
}
