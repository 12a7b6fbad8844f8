import {
  audited,
  ConflictingRecords,
  InvalidRecords,
  KeptInFile,
  mistakesTold,
  NotFound,
  type RecordMistake,
} from '../../core/administration.ts'
import type { Audit } from '../../core/audit.ts'
import { hex } from '../../core/bytes.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import { maskedImsi, type Imsi } from '../../core/identities/subscriber.ts'
import { wipe } from '../../core/keys.ts'
import { inRanges, type PlmnTable, type ProseUeIdRange } from '../../core/plmn-table.ts'
import type { ProsePermission, Subscriber, SubscriberStore } from './ports.ts'

export interface HssAdministrationPorts {
  readonly subscribers: SubscriberStore
  readonly audit: Audit
  readonly home: Plmn
  readonly plmns: Pick<PlmnTable, 'homeOfImsi'>
  /** Of the home network (R2). */
  readonly ueIds: readonly ProseUeIdRange[]
  /** Where the configuration says what this subscriber is, for example `my.yaml, plmns[0].subscribers[3]`. */
  readonly keptIn: (imsi: Imsi) => string | undefined
}

/** What anybody may see of a subscriber: never a key (R31). */
export interface SubscriberView {
  readonly imsi: string
  readonly impi: string
  readonly algorithm: 'MILENAGE' | 'TUAK'
  /** Four hex digits. */
  readonly amf: string
  readonly gba: 'GBA_ME' | 'GBA_U'
  readonly ksLifetimeSeconds?: number
  readonly prose?: {
    /** Six hex digits each. */
    readonly ueIds: readonly string[]
    readonly publicSafety: boolean
    readonly permissions: readonly ProsePermission[]
  }
  /** The configuration that says it; then it is changed only there. */
  readonly keptIn?: string
}

export interface PutChange {
  readonly who: string
  readonly what: 'subscriber add' | 'subscriber import'
  /** False: one that is there already is a conflict. */
  readonly replace: boolean
}

/** What of a subscriber does not fit its home network. */
export function misfitsOf(
  { imsi, prose }: Pick<Subscriber, 'imsi' | 'prose'>,
  { home, plmns, ueIds, keptIn }: Omit<HssAdministrationPorts, 'subscribers' | 'audit'>,
): readonly Omit<RecordMistake, 'at'>[] {
  const kept = keptIn(imsi)
  const isOutside = (prose?.ueIds ?? []).some((id) => !inRanges(id, ueIds))
  return [
    ...(plmns.homeOfImsi(imsi)?.plmn === home ? [] : [{ field: 'imsi', reason: `not of ${home}` }]),
    ...(kept === undefined ? [] : [{ field: 'imsi', reason: `this subscriber is kept in ${kept}` }]),
    ...(isOutside ? [{ field: 'prose.ueIds', reason: `outside the proseUeIds of ${home}` }] : []),
  ]
}

/**
 * Adds or replaces all of these subscribers, or none; their keys are wiped as they are read. Gives their number. Throws
 * InvalidRecords, ConflictingRecords.
 */
export function putSubscribers(
  all: AsyncIterable<Subscriber>,
  { who, what, replace }: PutChange,
  ports: HssAdministrationPorts,
): Promise<number> {
  let count = 0
  let first: Imsi | undefined
  const mistakes: RecordMistake[] = []
  async function* fitting() {
    for await (const subscriber of all) {
      const at = count++
      first ??= subscriber.imsi
      mistakes.push(...misfitsOf(subscriber, ports).map((misfit) => ({ at, ...misfit })))
      if (mistakes.length === 0) yield subscriber
      wipeSecrets(subscriber)
      if (mistakes.length >= mistakesTold) break
    }
    if (mistakes.length > 0) throw new InvalidRecords(mistakes.slice(0, mistakesTold))
  }
  const subject = () =>
    count === 1 && first !== undefined ? subjectOf(first) : `${count} subscribers of ${ports.home}`
  const detail = { replace: String(replace) }
  return audited(
    ports.audit,
    () => ({ who, what, subject: subject(), detail }),
    async () => {
      const conflicts = await ports.subscribers.putAll(fitting(), { replace, ueIds: ports.ueIds })
      if (conflicts.length > 0) throw new ConflictingRecords(conflicts)
      return count
    },
  )
}

const subjectOf = (imsi: Imsi): string => `subscriber ${maskedImsi(imsi)}`

function wipeSecrets({ aka }: Subscriber): void {
  wipe(aka.k, aka.algorithm === 'MILENAGE' ? aka.opc : aka.topc)
}

/** Throws NotFound. */
export async function showSubscriber(imsi: Imsi, ports: HssAdministrationPorts): Promise<SubscriberView> {
  const subscriber = await ports.subscribers.findByImsi(imsi)
  if (!subscriber) throw new NotFound(`the HSS of ${ports.home} has no such subscriber`)
  return viewOf(subscriber, ports)
}

/** In the order of their IMSIs, those after `after`, at most `limit`. */
export async function listSubscribers(
  after: Imsi | undefined,
  limit: number,
  ports: HssAdministrationPorts,
): Promise<readonly SubscriberView[]> {
  const subscribers = await ports.subscribers.page(after, limit)
  return subscribers.map((subscriber) => viewOf(subscriber, ports))
}

/** Its sequence number stays (R34). Throws NotFound, KeptInFile. */
export function removeSubscriber(imsi: Imsi, who: string, ports: HssAdministrationPorts): Promise<void> {
  return audited(
    ports.audit,
    () => ({ who, what: 'subscriber remove', subject: subjectOf(imsi) }),
    async () => {
      const kept = ports.keptIn(imsi)
      if (kept !== undefined) throw new KeptInFile(`this subscriber is kept in ${kept}`)
      if (!(await ports.subscribers.remove(imsi)))
        throw new NotFound(`the HSS of ${ports.home} has no such subscriber`)
    },
  )
}

function viewOf(
  { imsi, impi, aka, amf, gba, ksLifetime, prose }: Subscriber,
  { keptIn }: HssAdministrationPorts,
): SubscriberView {
  const kept = keptIn(imsi)
  return {
    ...{ imsi, impi, algorithm: aka.algorithm, amf: hex(amf), gba },
    ...(ksLifetime !== undefined && { ksLifetimeSeconds: ksLifetime }),
    ...(prose && { prose: { ...prose, ueIds: prose.ueIds.map(hexOf24) } }),
    ...(kept !== undefined && { keptIn: kept }),
  }
}

/** Every subscriber with its keys, for a copy that its owner keeps; told in the audit before the first one leaves. */
export async function* subscribersWithKeys(
  who: string,
  { audit, home, subscribers }: HssAdministrationPorts,
): AsyncGenerator<Subscriber, void> {
  await audit.record({ who, what: 'subscriber export', subject: `keys of ${home}`, outcome: 'done' })
  let after: Imsi | undefined
  do {
    const page = await subscribers.page(after, 1000)
    yield* page
    after = page.at(-1)?.imsi
  } while (after !== undefined)
}
