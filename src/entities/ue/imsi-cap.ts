import { hours, later, type Instant } from '../../core/units.ts'

/** How often the IMSI may be sent over PC5 in any hour, over all peers (R13). */
export class ImsiCap {
  readonly #perHour: number
  #sent: readonly Instant[] = []

  constructor(perHour: number) {
    this.#perHour = perHour
  }

  /** True when one more is allowed, which is then counted. */
  take(now: Instant): boolean {
    if (this.#perHour === Number.POSITIVE_INFINITY) return true
    const recent = this.#sent.filter((at) => now < later(at, hours(1)))
    const allowed = recent.length < this.#perHour
    this.#sent = allowed ? [...recent, now] : recent
    return allowed
  }
}
