/** UEs of one kind of transactions that have none under way; who has rested longest comes first. */
export class FreeUes {
  readonly #ring: Uint32Array
  #head = 0
  #count: number

  /** All of `count` from `first` on. */
  constructor(first: number, count: number) {
    this.#ring = Uint32Array.from({ length: count }, (_, at) => first + at)
    this.#count = count
  }

  take(): number | undefined {
    if (this.#count === 0) return undefined
    const ue = this.#ring[this.#head]
    this.#head = (this.#head + 1) % this.#ring.length
    this.#count--
    return ue
  }

  putBack(ue: number): void {
    this.#ring[(this.#head + this.#count) % this.#ring.length] = ue
    this.#count++
  }
}
