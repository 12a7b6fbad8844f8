import type { BTid } from '../../core/identities/b-tid.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
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
