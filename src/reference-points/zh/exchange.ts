import type { AuthenticationVector, Resynchronisation } from '../../core/aka.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import type { Guss } from '../../wire/user-security-settings.ts'

/** What a BSF asks of the HSS. TS 29.109 4.2 (MAR). */
export interface MultimediaAuthRequest {
  readonly impi: Impi
  readonly resynchronisation?: Resynchronisation
}

/** What the HSS gives on success. TS 29.109 4.2 (MAA). Refusals are thrown: IdentityUnknown (5401), SynchronisationRefused (5012), TemporaryFailure. */
export interface MultimediaAuthAnswer {
  readonly impi: Impi
  readonly vector: AuthenticationVector
  /** Undefined for a subscriber without GBA user security settings. */
  readonly guss?: Guss
}
