/** Who wants to hear of something; a listener must not throw. */
export class Listeners<Value> {
  readonly #all = new Set<(value: Value) => void>()

  /** The returned function takes the listener away. */
  add(listener: (value: Value) => void): () => void {
    this.#all.add(listener)
    return () => this.#all.delete(listener)
  }

  tell(value: Value): void {
    for (const listener of this.#all) listener(value)
  }
}
