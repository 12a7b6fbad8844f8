import type { Instant } from '../../core/units.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import type { HttpConnection, HttpRequest, HttpResponse } from '../../wire/http.ts'

export { fieldValue, fieldValues, type HttpFields } from '../../wire/http.ts'
export type UbRequest = HttpRequest
export type UbResponse = HttpResponse
/** One connection of Ub, the same thing seen from both ends. */
export type UbConnection = HttpConnection

/** A connection of Ub as the BSF has it. */
export interface UbSession extends UbConnection {
  /** Whom the BSF challenged last on it, which a TMPI does not tell; not for screens (R31). */
  readonly impi: Impi | undefined
}

/** What a bootstrapping gives to the UE. TS 24.109 annex C. */
export interface BootstrappingInfo {
  readonly btid: BTid
  /** Whole seconds. */
  readonly expires: Instant
}
