import type { Instant } from '../../core/units.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Impi } from '../../core/identities/subscriber.ts'

/** Header fields in order; a name may come more than once. */
export type HttpFields = readonly (readonly [name: string, value: string])[]

/** One HTTP/1.1 request of Ub as it is sent. */
export interface UbRequest {
  readonly method: string
  /** Request target, origin form. */
  readonly target: string
  readonly fields: HttpFields
  readonly body: Uint8Array
}

/** One HTTP/1.1 response of Ub as it is sent. `Connection: close` among the fields ends the connection. */
export interface UbResponse {
  readonly status: number
  readonly fields: HttpFields
  readonly body: Uint8Array
}

/** One connection of Ub, the same thing seen from both ends: requests go in, one after the other, and responses come back. */
export interface UbConnection {
  /** `context` is the trace id of the set-up. On the side of the UE, throws TemporaryFailure. */
  exchange(request: UbRequest, context?: string): Promise<UbResponse>
  close(): void
}

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

/** The values of a header field in order; names are compared without case. */
export const fieldValues = (fields: HttpFields, name: string): readonly string[] =>
  fields.filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase()).map(([, value]) => value)

/** The value of a header field that came exactly once. */
export function fieldValue(fields: HttpFields, name: string): string | undefined {
  const values = fieldValues(fields, name)
  return values.length === 1 ? values[0] : undefined
}
