import type { Instant } from './units.ts'

interface Bucket {
  tokens: number
  at: Instant
}

/**
 * Token buckets by name: so many a minute (Infinity: no limit), and as many at once. Beyond the capacity the bucket
 * unused for longest goes (R43, R45).
 */
export class TokenBuckets {
  readonly #perMinute: number
  readonly #capacity: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(perMinute: number, capacity = 10_000) {
    this.#perMinute = perMinute
    this.#capacity = capacity
  }

  /** True when `name` had a token left, which is then gone. */
  take(name: string, now: Instant): boolean {
    if (this.#perMinute === Infinity) return true
    const bucket = this.#buckets.get(name) ?? { tokens: this.#perMinute, at: now }
    const refill = (Math.max(0, now - bucket.at) * this.#perMinute) / 60_000
    const tokens = Math.min(this.#perMinute, bucket.tokens + refill)
    const taken = tokens >= 1
    this.#buckets.delete(name)
    this.#buckets.set(name, { tokens: taken ? tokens - 1 : tokens, at: now })
    if (this.#buckets.size > this.#capacity) this.#forgetOldest()
    return taken
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}
