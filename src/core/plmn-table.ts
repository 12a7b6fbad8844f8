import { bTidDomain, type BTid } from './identities/b-tid.ts'
import { Fqdn } from './identities/fqdn.ts'
import { nafFqdn, type NafId } from './identities/naf-id.ts'
import { mcc, mnc, plmnLabels, type Plmn } from './identities/plmn.ts'
import { hexOf24, ProseUeId } from './identities/prose.ts'
import type { Imsi } from './identities/subscriber.ts'
import type { Ue1Id } from './identities/ue1-id.ts'

/** First and last ProSe UE ID, both included. */
export type ProseUeIdRange = readonly [ProseUeId, ProseUeId]

/** What is configured of one home network; names outside the table do not exist (R4). */
export interface PlmnEntry {
  readonly plmn: Plmn
  /** Diameter realm. */
  readonly realm: Fqdn
  /** Domains that its B-TIDs may carry. */
  readonly bsfNames: readonly Fqdn[]
  /** NAF FQDNs of its KMF; the first is given to UEs. */
  readonly kmfNames: readonly Fqdn[]
  /** Origin-Hosts that may speak for its KMF on PC6. */
  readonly kmfHosts: readonly Fqdn[]
  readonly proseUeIds: readonly ProseUeIdRange[]
  /** Extension set of set-ups between the owner of the table and it. */
  readonly extensions: number
}

/** Names that a PLMN has unless the configuration gives others. TS 23.003 13.3, 16.2, 19. */
export const defaultNames = (plmn: Plmn) => {
  const labels = plmnLabels(plmn)
  return {
    realm: Fqdn(`epc.${labels}.3gppnetwork.org`),
    bsfNames: [Fqdn(`bsf.${labels}.pub.3gppnetwork.org`), Fqdn(`bsf.ims.${labels}.pub.3gppnetwork.org`)],
    kmfNames: [Fqdn(`pkmf.${labels}.pub.3gppnetwork.org`)],
  } as const
}

/** Which home network an identity belongs to: always a look-up here, never parsing alone (R3, R4). */
export class PlmnTable {
  readonly entries: readonly PlmnEntry[]

  constructor(entries: readonly PlmnEntry[]) {
    this.entries = entries
  }

  find(plmn: Plmn): PlmnEntry | undefined {
    return this.entries.find((entry) => entry.plmn === plmn)
  }

  homeOfBTid(btid: BTid): PlmnEntry | undefined {
    const domain = bTidDomain(btid)
    return this.entries.find((entry) => entry.bsfNames.includes(domain))
  }

  /** Longest configured MCC and MNC that the IMSI begins with. */
  homeOfImsi(imsi: Imsi): PlmnEntry | undefined {
    return this.entries
      .filter((entry) => imsi.startsWith(mcc(entry.plmn) + mnc(entry.plmn)))
      .sort((a, b) => b.plmn.length - a.plmn.length)[0]
  }

  homeOfNafId(nafId: NafId): PlmnEntry | undefined {
    const fqdn = nafFqdn(nafId)
    return this.entries.find((entry) => entry.kmfNames.includes(fqdn))
  }

  homeOfProseUeId(id: ProseUeId): PlmnEntry | undefined {
    return this.entries.find((entry) => inRanges(id, entry.proseUeIds))
  }

  homeOfUe1Id(id: Ue1Id): PlmnEntry | undefined {
    return id.kind === 'b-tid' ? this.homeOfBTid(id.btid) : this.homeOfImsi(id.imsi)
  }

  homeOfKmfHost(host: Fqdn): PlmnEntry | undefined {
    return this.entries.find((entry) => entry.kmfHosts.includes(host))
  }
}

export const inRanges = (id: ProseUeId, ranges: readonly ProseUeIdRange[]): boolean =>
  ranges.some(([first, last]) => id >= first && id <= last)

/** `000001-07ffff`. */
export const rangeText = ([first, last]: ProseUeIdRange): string => `${hexOf24(first)}-${hexOf24(last)}`

/** Whether an ID is in both: it would name two UEs (R2). */
export const overlap = ([first, last]: ProseUeIdRange, other: ProseUeIdRange): boolean =>
  first <= other[1] && other[0] <= last

/** Identities of the ranges that are not taken, lowest first. */
export function* freeUeIds(
  ranges: readonly ProseUeIdRange[],
  isTaken: (id: ProseUeId) => boolean,
): Generator<ProseUeId, void> {
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b))
    for (let id: number = first; id <= last; id++) if (!isTaken(ProseUeId(id))) yield ProseUeId(id)
}

/** The first of `ids`, none when there is none. */
export function nextUeId(ids: Generator<ProseUeId, void>): readonly ProseUeId[] {
  const next = ids.next()
  return next.done === true ? [] : [next.value]
}
