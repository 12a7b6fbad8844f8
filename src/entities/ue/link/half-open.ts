import type { Layer2Id } from '../../../core/identities/prose.ts'
import type { Ue1Id } from '../../../core/identities/ue1-id.ts'
import { TooManyLinks } from '../../../reference-points/pc5/errors.ts'
import { isHalfOpen, type LinkEntry, type LinkTable } from './link-table.ts'

/** What strangers may make UE-2 keep and do (R43, R44). */
export const halfOpenBounds = {
  total: 64,
  perPeer: 4,
  keyRequestsPerUe1Id: 2,
  /** A key request goes on when its entry is evicted, so these have a bound of their own. */
  keyRequests: 128,
  /** Commands for one REQUEST or REKEYING_REQUEST, however often that is heard, within one T4111. */
  commands: 16,
} as const

/** Requests at the KMF that have no answer yet, by UE-1 ID. */
export class KeyRequestsUnderWay {
  readonly #of = new Map<string, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  of(id: Ue1Id): number {
    return this.#of.get(nameOf(id)) ?? 0
  }

  begin(id: Ue1Id): void {
    this.#total++
    this.#of.set(nameOf(id), this.of(id) + 1)
  }

  end(id: Ue1Id): void {
    this.#total--
    const left = this.of(id) - 1
    if (left > 0) this.#of.set(nameOf(id), left)
    else this.#of.delete(nameOf(id))
  }
}

const nameOf = (id: Ue1Id): string => (id.kind === 'b-tid' ? id.btid : id.imsi)

export type Admission =
  | { readonly admitted: true; readonly evicted?: LinkEntry }
  | { readonly admitted: false; readonly why: string }

/** Throws TooManyLinks; a peer with a live link may come again, for its new link replaces that one. */
export function checkRoom(table: LinkTable, peer: Layer2Id, maximumLinks: number): void {
  if (table.size - table.halfOpen().length >= maximumLinks && table.live(peer).length === 0)
    throw new TooManyLinks('this UE holds its maximum of links', 'TS 24.334 10.4.2')
}

/**
 * Whether one more REQUEST is taken up, and which half-open entry goes for it: the oldest that has its final answer,
 * else the oldest; never a live link. Who is not admitted hears nothing and may ask again (R44).
 */
export function admission(
  table: LinkTable,
  peer: Layer2Id,
  ue1Id: Ue1Id,
  underWay: KeyRequestsUnderWay,
): Admission {
  const halfOpen = table.halfOpen()
  const no = (why: string): Admission => ({ admitted: false, why })
  if (underWay.of(ue1Id) >= halfOpenBounds.keyRequestsPerUe1Id) return no('key requests for one UE-1 ID')
  if (underWay.total >= halfOpenBounds.keyRequests) return no('key requests')
  const ofPeer = table.toward(peer).filter(isHalfOpen)
  if (ofPeer.length >= halfOpenBounds.perPeer) {
    const evicted = ofPeer.find(isAnswered)
    return evicted ? { admitted: true, evicted } : no('half-open links of one Layer-2 ID')
  }
  if (halfOpen.length < halfOpenBounds.total) return { admitted: true }
  const evicted = halfOpen.find(isAnswered) ?? halfOpen[0]
  return evicted ? { admitted: true, evicted } : { admitted: true }
}

const isAnswered = ({ state }: LinkEntry): boolean => state.phase === 'answered'
