import type { Count, Report } from '../../core/tap.ts'
import type { Rand } from '../../core/aka.ts'
import type { Clock, Random } from '../../core/environment.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import type { Impi, Imsi } from '../../core/identities/subscriber.ts'
import type { KsNaf } from '../../core/keys.ts'
import type { PlmnEntry, PlmnTable } from '../../core/plmn-table.ts'
import type { Instant, Milliseconds } from '../../core/units.ts'
import type { ProseKeyAnswer, ProseKeyRequest } from '../../reference-points/pc6/exchange.ts'
import type { ProseDirectKeyResponse } from '../../reference-points/pc8/exchange.ts'
import type { GbaOffer } from '../../reference-points/ua/exchange.ts'
import type {
  BootstrappingInfoAnswer,
  BootstrappingInfoRequest,
  PushInfoAnswer,
  PushInfoRequest,
} from '../../reference-points/zn/exchange.ts'
import type { Uss } from '../../wire/user-security-settings.ts'

/** What a KMF keeps of a B-TID it obtained a NAF key for. At expiry the keys are erased, and the row stays if its IMSI is known (seed, 6.X.3.2). */
export interface NafKeyRow {
  readonly btid: BTid
  readonly impi?: Impi
  readonly imsi?: Imsi
  readonly created: Instant
  readonly expires: Instant
  readonly ussList: readonly Uss[]
  /** Key under each NAF_Id; empty after expiry. */
  readonly keys: readonly { readonly nafId: NafId; readonly key: KsNaf }[]
}

/** Each key that it gives is a copy for the caller to wipe (R33). */
export interface NafKeyStore {
  /** Adds the row, or adds its keys to the row of the same B-TID. Of an IMSI, expired rows of other B-TIDs are then deleted. */
  put(row: NafKeyRow): Promise<void>
  /** Also an expired one, then without keys. */
  find(btid: BTid, now: Instant): Promise<NafKeyRow | undefined>
  list(now: Instant): Promise<readonly NafKeyRow[]>
  forget(btid: BTid): Promise<boolean>
  /** Erases the keys of at most `limit` expired rows, deletes those without an IMSI, and returns how many it met. */
  eraseExpired(now: Instant, limit: number): Promise<number>
}

/** What a KMF is told of a subscriber by its operator. */
export interface KmfSubscriber {
  readonly imsi: Imsi
  /** The card keeps Ks itself. */
  readonly usesGbaU: boolean
  readonly mayLinkWith: readonly (Plmn | '*')[]
}

/**
 * Rows (IMSI, PLMN or `*`): may link with UEs of that PLMN; none means no (R8, R10). Beside them, whose cards work in GBA_U.
 */
export interface AuthorisationStore {
  /** Of each of these, all that is kept becomes this; all of them or none. */
  putAll(subscribers: readonly KmfSubscriber[]): Promise<void>
  /** False when nothing was kept of this subscriber. */
  remove(imsi: Imsi): Promise<boolean>
  /** In the order of their IMSIs, those after `after`, at most `limit`. */
  page(after: Imsi | undefined, limit: number): Promise<readonly KmfSubscriber[]>
  usesGbaU(imsi: Imsi): Promise<boolean>
  grant(imsi: Imsi, plmn: Plmn | '*'): Promise<void>
  revoke(imsi: Imsi, plmn: Plmn | '*'): Promise<boolean>
  /** True for a row of exactly this PLMN or of `*`. */
  mayLink(imsi: Imsi, plmn: Plmn): Promise<boolean>
  list(imsi?: Imsi): Promise<readonly { readonly imsi: Imsi; readonly plmn: Plmn | '*' }[]>
}

/** What is decided on, each time all of one moment of the store (R8). */
export interface DecisionStore {
  /** Step 7: the row of UE-1 with its key under one NAF_Id alone, and whether its IMSI may link with UEs of that PLMN. */
  ue1(
    btid: BTid,
    now: Instant,
    nafId: NafId,
    plmn: Plmn,
  ): Promise<{ readonly row: NafKeyRow; readonly mayLink: boolean } | undefined>
  /** Steps 5 and 10: the newest settings that came with a key of its B-TID, also of an expired one, and whether it may link. */
  ue2(
    ue2: { readonly btid: BTid; readonly imsi?: Imsi },
    plmn: Plmn,
  ): Promise<{ readonly ussList?: readonly Uss[]; readonly mayLink: boolean }>
}

/** A push, as step 6 names it when its SQN is out of range: its RAND, for these two UEs. */
export interface PushedGpi extends Pick<ProseKeyRequest, 'ue1Id' | 'ue2Id'> {
  readonly rand: Rand
}

/** The GPIs that may still be answered with AUTS, for the same two UEs, once (R35); every instance of a KMF knows them. */
export interface PushedGpiStore {
  /** Until `expires`, that moment included. */
  add(gpi: PushedGpi, expires: Instant): Promise<void>
  /** True once for a GPI that was added, which is then forgotten. */
  take(gpi: PushedGpi, now: Instant): Promise<boolean>
  /** At most `limit`; returns how many. */
  forgetExpired(now: Instant, limit: number): Promise<number>
}

/** A home network whose KMFs are spoken with, beside those of the configuration: as its operator said it, in JSON. */
export interface KeptPeerPlmn {
  readonly plmn: Plmn
  readonly record: string
}

export interface PeerPlmnChange {
  readonly put: readonly KeptPeerPlmn[]
  readonly remove: readonly Plmn[]
}

/** The peer PLMNs of all KMFs that share a store (R4). */
export interface PeerPlmnStore {
  /** Another number after every change. */
  revision(): Promise<number>
  /** All of them in the order of their names, of one moment. */
  read(): Promise<{ readonly revision: number; readonly peers: readonly KeptPeerPlmn[] }>
  /** What `decide` says of all of them, as if nobody else wrote meanwhile; what it throws changes nothing. */
  change(decide: (peers: readonly KeptPeerPlmn[]) => PeerPlmnChange): Promise<void>
}

/** How the BSF is asked: nobody waits for its answer longer than `until`. */
export interface BsfCall {
  /** Trace id of the set-up. */
  readonly context?: string
  readonly until: Instant
}

/** Zn towards the BSF that the domain of the B-TID names in the PLMN table. */
export interface ZnPort {
  bootstrappingInfo(request: BootstrappingInfoRequest, call: BsfCall): Promise<BootstrappingInfoAnswer>
}

/** Zpn towards the BSF of the own home network. TS 33.223 4.3. */
export interface ZpnPort {
  /** Throws IdentityUnknown, NotAuthorised, TemporaryFailure, KeyRequestFailed. */
  pushInfo(request: PushInfoRequest, call: BsfCall): Promise<PushInfoAnswer>
}

/** PC6 towards the KMF of another home network. */
export interface Pc6Port {
  requestKey(home: PlmnEntry, request: ProseKeyRequest, context?: string): Promise<ProseKeyAnswer>
}

export type Pc8Offer = GbaOffer

/** A UE whose key secures a PC8 connection. */
export interface Pc8Subscriber {
  readonly btid: BTid
  /** Ks_(ext)_NAF under the Ua id of the offer; the server wipes it once the handshake is over (R33). */
  readonly key: KsNaf
  readonly expires: Instant
  /** Undefined when the BSF tells nothing of it; then nothing is allowed. */
  readonly imsi?: Imsi
  readonly ussList: readonly Uss[]
}

/** What the server of PC8 needs of the KMF. */
export interface Pc8Service {
  /** Undefined for an identity that is not served; TemporaryFailure when that cannot be known now (R14). */
  associate(offer: Pc8Offer): Promise<Pc8Subscriber | undefined>
  /** Step 4 to step 10 for the body of one request. Throws what `causeOf` of PC8 gives an HTTP status. */
  answer(body: Uint8Array, subscriber: Pc8Subscriber, context?: string): Promise<ProseDirectKeyResponse>
}

/** What the server of PC6 needs of the KMF. */
export interface Pc6Service {
  /**
   * Step 6 to step 9. `from` is the Origin-Host of the request. Throws BTidUnknown, NotAuthorised, TemporaryFailure,
   * PeerMayNotAsk, KeyRequestFailed, or the refusals that name a Diameter result.
   */
  keyRequested(from: Fqdn, request: ProseKeyRequest, context?: string): Promise<ProseKeyAnswer>
}

export interface KmfPorts {
  readonly plmns: PlmnTable
  readonly keys: NafKeyStore
  readonly authorisations: AuthorisationStore
  readonly decisions: DecisionStore
  readonly pushedGpis: PushedGpiStore
  /** What this KMF's own table says of a subscriber, for a BSF that gives no ProSe USS; without it such a subscriber may nothing (R8). */
  readonly ownProseUss?: ((imsi: Imsi) => Promise<Uss | undefined>) | undefined
  readonly zn: ZnPort
  readonly zpn: ZpnPort
  readonly pc6: Pc6Port
  readonly clock: Clock
  /** How far the wall clock stepped since the start; more than 5 min stops the issue of keys (R47). */
  readonly wallClockStep?: () => Milliseconds
  readonly random: Random
  readonly report: Report
  readonly count: Count
}
