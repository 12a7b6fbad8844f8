import type { Fqdn } from '../core/identities/fqdn.ts'
import { hexOf24 } from '../core/identities/prose.ts'
import type { ProseKeyRequest } from '../reference-points/pc6/exchange.ts'

/** The two UEs of a request on PC6. */
type Pair = Pick<ProseKeyRequest, 'ue1Id' | 'ue2Id'>

const nameOf = ({ ue1Id, ue2Id }: Pair): string =>
  `${ue1Id.kind === 'imsi' ? ue1Id.imsi : ue1Id.btid} ${hexOf24(ue2Id)}`

/** Which KMF last pushed a GPI for two UEs: it alone takes AUTS for it (R35). Beyond the capacity the oldest goes (R43). */
export class Pushers {
  readonly #capacity: number
  readonly #hosts = new Map<string, Fqdn>()

  constructor(capacity = 10_000) {
    this.#capacity = capacity
  }

  add(pair: Pair, host: Fqdn): void {
    const name = nameOf(pair)
    this.#hosts.delete(name)
    this.#hosts.set(name, host)
    const [oldest] = this.#hosts.keys()
    if (this.#hosts.size > this.#capacity && oldest !== undefined) this.#hosts.delete(oldest)
  }

  find(pair: Pair): Fqdn | undefined {
    return this.#hosts.get(nameOf(pair))
  }
}
