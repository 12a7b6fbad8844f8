import { milliseconds } from '../../core/units.ts'

/** A frame leaves within microseconds; a socket that says nothing keeps nobody longer than this. */
const atMost = milliseconds(1_000)

/** Counts what was handed to sockets and has not left yet. */
export class UnderWay {
  #count = 0
  readonly #waiting = new Set<() => void>()

  begin(): void {
    this.#count++
  }

  end(): void {
    if (--this.#count === 0) for (const done of this.#waiting) done()
  }

  /** Waits until nothing is under way, for a second at most. */
  async settled(): Promise<void> {
    if (this.#count === 0) return
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, atMost)
      this.#waiting.add(() => {
        clearTimeout(limit)
        resolve()
      })
    })
  }
}
