import { createHistogram } from 'node:perf_hooks'

/** How long things took, in milliseconds with three significant digits; all zero of nothing. */
export interface LatencyFigures {
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** Longer ones count as this: an hour, in microseconds. */
const longest = 3_600_000_000

/** Latencies in a histogram of logarithmic and, within each power of two, equal steps: a fixed size for any number of them. */
export class Latencies {
  readonly #histogram = createHistogram({ lowest: 1, highest: longest, figures: 3 })
  /** Sum and longest as they were, not as the steps have them. */
  #sum = 0
  #longest = 0

  record(milliseconds: number): void {
    const microseconds = Math.min(Math.max(Math.round(milliseconds * 1000), 1), longest)
    this.#histogram.record(microseconds)
    this.#sum += milliseconds
    this.#longest = Math.max(this.#longest, milliseconds)
  }

  get count(): number {
    return this.#histogram.count
  }

  /** That so many percent did not exceed, in milliseconds. */
  percentile(percent: number): number {
    if (this.count === 0) return 0
    return Math.min(this.#histogram.percentile(percent) / 1000, this.#longest)
  }

  get figures(): LatencyFigures {
    return {
      mean: this.count === 0 ? 0 : this.#sum / this.count,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.#longest,
    }
  }
}
