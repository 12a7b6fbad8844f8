/** What a receiver counts in memory that the sender sees: nothing of it goes over the path that is measured. */
const places = { arrived: 0, highest: 1, reordered: 2 }

export class Arrivals {
  #counts

  constructor(buffer = new SharedArrayBuffer(12)) {
    this.buffer = buffer
    this.#counts = new Int32Array(buffer)
  }

  begin() {
    this.#counts.fill(0)
  }

  get arrived() {
    return Atomics.load(this.#counts, places.arrived)
  }

  get reordered() {
    return Atomics.load(this.#counts, places.reordered)
  }

  /** Only the receiver writes, so that an order of its own suffices. */
  add(number) {
    const counts = this.#counts
    if (number < counts[places.highest]) counts[places.reordered]++
    else counts[places.highest] = number
    Atomics.add(counts, places.arrived, 1)
  }
}
