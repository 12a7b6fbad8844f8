/** Things of which each serves one at a time; who finds none free waits for its turn. */
export class Pool<One> {
  readonly #free: One[]
  readonly #waiting: ((one: One) => void)[] = []

  constructor(all: readonly One[]) {
    this.#free = [...all]
  }

  get isFree(): boolean {
    return this.#free.length > 0
  }

  async using<Result>(work: (one: One) => Promise<Result>): Promise<Result> {
    const one = this.#free.shift() ?? (await new Promise<One>((resolve) => this.#waiting.push(resolve)))
    try {
      return await work(one)
    } finally {
      const next = this.#waiting.shift()
      if (next) next(one)
      else this.#free.push(one)
    }
  }
}
