import type { Count, Report } from '../../core/tap.ts'
import type { Amf, Rand, Sqn } from '../../core/aka.ts'
import type { Clock, Random } from '../../core/environment.ts'
import type { ProseUeId } from '../../core/identities/prose.ts'
import type { Impi, Imsi } from '../../core/identities/subscriber.ts'
import type { AkaSecrets } from '../../core/keys.ts'
import type { ProseUeIdRange } from '../../core/plmn-table.ts'
import type { Instant, Seconds } from '../../core/units.ts'

export type { AkaSecrets } from '../../core/keys.ts'

/** Words of the configuration for flags 1, 2 and 3 of the ProSe USS. */
export type ProsePermission = 'one-to-one' | 'relay' | 'remote-ue'

/** A subscriber as the HSS keeps it; the sequence number is kept beside it. */
export interface Subscriber {
  readonly imsi: Imsi
  readonly impi: Impi
  readonly aka: AkaSecrets
  readonly amf: Amf
  readonly gba: 'GBA_ME' | 'GBA_U'
  /** Overrides the BSF's lifetime of Ks. */
  readonly ksLifetime?: Seconds
  readonly prose?: {
    /** 1 to 8; none only where a store is to choose one. */
    readonly ueIds: readonly ProseUeId[]
    readonly permissions: readonly ProsePermission[]
    readonly publicSafety: boolean
  }
}

/** Why one of several subscribers cannot be put; `at` counts them from 0. */
export interface Conflict {
  readonly at: number
  readonly field: 'imsi' | 'impi' | 'prose.ueIds'
  readonly reason: string
}

export interface PutAllOptions {
  /** False: a subscriber that is there already is a conflict. */
  readonly replace: boolean
  /** Where the lowest free ProSe UE ID is taken from for a subscriber with ProSe settings and without an ID. */
  readonly ueIds: readonly ProseUeIdRange[]
}

/** Durable subscribers and sequence numbers (R32, R34, R35). Every write is durable before its promise resolves. */
export interface SubscriberStore {
  /**
   * Adds or replaces; the sequence number of an existing subscriber stays. Throws InvalidValue for an IMPI or a ProSe UE ID
   * of another subscriber.
   */
  put(subscriber: Subscriber): Promise<void>
  /**
   * Puts all of them or, when it gives conflicts (the first 50), none. Each is read once, and its keys may be wiped when the
   * next one is asked for. One that is replaced without naming ProSe UE IDs keeps those it has.
   */
  putAll(
    subscribers: AsyncIterable<Subscriber> | Iterable<Subscriber>,
    options: PutAllOptions,
  ): Promise<readonly Conflict[]>
  findByImpi(impi: Impi): Promise<Subscriber | undefined>
  findByImsi(imsi: Imsi): Promise<Subscriber | undefined>
  /** In the order of their IMSIs, those after `after`, at most `limit`. */
  page(after: Imsi | undefined, limit: number): Promise<readonly Subscriber[]>
  remove(imsi: Imsi): Promise<boolean>
  /**
   * The next sequence number: `next(last)` of the highest one used, 0 before the first. It is durable, and no other
   * caller in any process got or will get one as high or lower, before the promise resolves (R34).
   */
  advanceSqn(imsi: Imsi, next: (last: Sqn) => Sqn): Promise<Sqn>
  /** The last one that `advanceSqn` gave; undefined before the first. Only to be looked at. */
  lastSqn(imsi: Imsi): Promise<Sqn | undefined>
  /** Remembers a RAND sent to this subscriber: the last 16 count, for 10 minutes (R35). */
  rememberRand(imsi: Imsi, rand: Rand, now: Instant): Promise<void>
  /** True once for a RAND that is remembered; it is forgotten by this. */
  takeRand(imsi: Imsi, rand: Rand, now: Instant): Promise<boolean>
}

export interface HssPorts {
  readonly subscribers: SubscriberStore
  readonly clock: Clock
  readonly random: Random
  readonly report: Report
  readonly count: Count
}
