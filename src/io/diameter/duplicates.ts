import { AgedMap } from '../../core/aged-map.ts'
import type { Clock } from '../../core/environment.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { minutes, later, type Instant } from '../../core/units.ts'

interface First {
  readonly answer: Promise<Uint8Array>
  readonly until: Instant
}

const kept = minutes(4)

/** First answers by (Origin-Host, end-to-end identifier), for requests that come again with the T flag. RFC 6733 3. */
export class Duplicates {
  readonly #first = new AgedMap<string, First>()
  readonly #capacity: number
  readonly #clock: Clock

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity
    this.#clock = clock
  }

  /** Octets of the answer that was or will be given first, undefined when there is none. */
  find(host: Fqdn, endToEnd: number): Promise<Uint8Array> | undefined {
    const first = this.#first.get(nameOf(host, endToEnd))
    return first && first.until > this.#clock.now() ? first.answer : undefined
  }

  /** Keeps the answer for 4 minutes, as long as there is room; the oldest goes first (R43). */
  keep(host: Fqdn, endToEnd: number, answer: Promise<Uint8Array>): void {
    const now = this.#clock.now()
    this.#first.set(nameOf(host, endToEnd), { answer, until: later(now, kept) })
    this.#first.deleteWhile(({ until }) => until <= now || this.#first.size > this.#capacity)
  }
}

const nameOf = (host: Fqdn, endToEnd: number) => `${host} ${endToEnd}`
