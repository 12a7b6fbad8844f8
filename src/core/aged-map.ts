/**
 * A map that forgets what was set longest ago, in constant time: an iterator made anew passes the place of each entry that
 * was deleted, which in a full table are as many as its entries.
 */
export class AgedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  /** Has passed no entry that is there, but for `#oldest`. */
  #order = this.#entries.entries()
  #oldest: readonly [Key, Value] | undefined

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  keys(): Iterable<Key> {
    return this.#entries.keys()
  }

  /** The entry is the newest from now on. */
  set(key: Key, value: Value): void {
    this.delete(key)
    this.#entries.set(key, value)
  }

  delete(key: Key): void {
    if (this.#entries.delete(key) && this.#oldest?.[0] === key) this.#oldest = undefined
  }

  /** Deletes the oldest, one after the other, while they are over; gives what was deleted. */
  deleteWhile(isOver: (oldest: Value) => boolean): Value[] {
    const deleted: Value[] = []
    for (let oldest = this.#look(); oldest && isOver(oldest[1]); oldest = this.#look()) {
      this.delete(oldest[0])
      deleted.push(oldest[1])
    }
    return deleted
  }

  #look(): readonly [Key, Value] | undefined {
    if (this.#oldest || this.#entries.size === 0) return this.#oldest
    const next = this.#order.next()
    if (next.done) this.#order = this.#entries.entries()
    else this.#oldest = next.value
    return this.#look()
  }
}
