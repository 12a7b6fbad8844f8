import { AgedMap } from './aged-map.ts'
import { inMilliseconds, minutes, type Instant, type Milliseconds, type Seconds } from './units.ts'

interface Bucket {
  tokens: number
  at: Instant
}

/**
 * Token buckets by name: so many in a period, a minute unless said (Infinity: no limit), and as many at once. Beyond
 * the capacity the bucket unused for longest goes (R43, R45).
 */
export class TokenBuckets {
  readonly #perPeriod: number
  readonly #capacity: number
  readonly #period: Milliseconds
  readonly #buckets = new AgedMap<string, Bucket>()

  constructor(perPeriod: number, capacity = 10_000, period: Seconds = minutes(1)) {
    this.#perPeriod = perPeriod
    this.#capacity = capacity
    this.#period = inMilliseconds(period)
  }

  /** The buckets of `before` when they are as wanted, else full ones. */
  static after(
    before: TokenBuckets | undefined,
    ...wanted: ConstructorParameters<typeof TokenBuckets>
  ): TokenBuckets {
    return before !== undefined && before.#perPeriod === wanted[0] ? before : new TokenBuckets(...wanted)
  }

  /** True when `name` had a token left, which is then gone. */
  take(name: string, now: Instant): boolean {
    if (this.#perPeriod === Infinity) return true
    const bucket = this.#buckets.get(name) ?? { tokens: this.#perPeriod, at: now }
    const refill = (Math.max(0, now - bucket.at) * this.#perPeriod) / this.#period
    const tokens = Math.min(this.#perPeriod, bucket.tokens + refill)
    const taken = tokens >= 1
    this.#buckets.set(name, { tokens: taken ? tokens - 1 : tokens, at: now })
    this.#buckets.deleteWhile(() => this.#buckets.size > this.#capacity)
    return taken
  }
}
