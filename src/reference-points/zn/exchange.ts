import type { Resynchronisation } from '../../core/aka.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
import type { PTid } from '../../core/identities/p-tid.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import type { KsNaf } from '../../core/keys.ts'
import type { Instant } from '../../core/units.ts'
import type { Uss } from '../../wire/user-security-settings.ts'

/** What a NAF asks of the BSF. TS 29.109 5.2 (BIR). */
export interface BootstrappingInfoRequest {
  readonly btid: BTid
  readonly nafId: NafId
  /** GAA service identifiers whose USS is wanted. */
  readonly gsids: readonly string[]
}

/** What the BSF gives on success. TS 29.109 5.2 (BIA). Refusals are thrown: BTidUnknown (5403), NotAuthorised (5402), TemporaryFailure. */
export interface BootstrappingInfoAnswer {
  /** Given only to a NAF that may know it. */
  readonly impi?: Impi
  /** Ks_NAF or Ks_ext_NAF. */
  readonly meKeyMaterial: KsNaf
  readonly keyExpiry: Instant
  /** When Ks was made. */
  readonly creation: Instant
  readonly ussList: readonly Uss[]
}

/** What a Push-NAF asks of the BSF on Zpn. TS 29.109 5.4 (GPR). */
export interface PushInfoRequest {
  readonly impi: Impi
  readonly nafId: NafId
  /** Chosen by the NAF, for this push only. */
  readonly ptId: PTid
  /** For a card of GBA_U; a card that is none gets a GPI of GBA_ME all the same. */
  readonly gbaU: boolean
  /** When the key shall end, if the BSF has nothing against it; whole seconds. */
  readonly requestedExpiry: Instant
  /** GAA service identifiers whose USS is wanted. */
  readonly gsids: readonly string[]
  /** What the UE answered to the GPI of an earlier push. TS 33.102 6.3.5. */
  readonly resynchronisation?: Resynchronisation
}

/**
 * What the BSF gives on success. TS 29.109 5.4 (GPA). Refusals are thrown: IdentityUnknown (5401), NotAuthorised (5402),
 * TemporaryFailure, KeyRequestFailed.
 */
export interface PushInfoAnswer {
  /** Given only to a NAF that may know it. */
  readonly impi?: Impi
  /** Ks_NAF or Ks_ext_NAF of the pushed Ks. */
  readonly meKeyMaterial: KsNaf
  /** For the UE, octet for octet; at most 1024. */
  readonly gpi: Uint8Array
  readonly keyExpiry: Instant
  readonly ussList: readonly Uss[]
}
