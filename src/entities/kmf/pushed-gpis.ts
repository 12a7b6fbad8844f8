import type { Rand } from '../../core/aka.ts'
import { hex } from '../../core/bytes.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import { later, minutes, type Instant } from '../../core/units.ts'
import type { ProseKeyRequest } from '../../reference-points/pc6/exchange.ts'

/** The two UEs that a push was for, as step 6 names them. */
type Pair = Pick<ProseKeyRequest, 'ue1Id' | 'ue2Id'>

const lifetime = minutes(1)

const nameOf = (rand: Rand, { ue1Id, ue2Id }: Pair): string =>
  `${hex(rand)} ${ue1Id.kind === 'imsi' ? ue1Id.imsi : ue1Id.btid} ${hexOf24(ue2Id)}`

/** The GPIs that may still be answered with AUTS: for the same pair, within a minute, once (R35). Beyond the capacity the oldest goes (R43). */
export class PushedGpis {
  readonly #capacity: number
  readonly #until = new Map<string, Instant>()

  constructor(capacity = 60_000) {
    this.#capacity = capacity
  }

  add(rand: Rand, pair: Pair, now: Instant): void {
    this.#until.set(nameOf(rand, pair), later(now, lifetime))
    for (const [name, until] of this.#until)
      if (until < now || this.#until.size > this.#capacity) this.#until.delete(name)
      else return
  }

  /** True once for a GPI that was added, which is then forgotten. */
  take(rand: Rand, pair: Pair, now: Instant): boolean {
    const name = nameOf(rand, pair)
    const until = this.#until.get(name)
    this.#until.delete(name)
    return until !== undefined && now <= until
  }
}
