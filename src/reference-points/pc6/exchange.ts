import type { Resynchronisation } from '../../core/aka.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import type { ProseUeId, RelayServiceCode } from '../../core/identities/prose.ts'
import type { Ue1Id } from '../../core/identities/ue1-id.ts'
import type { Pdk } from '../../core/keys.ts'
import type { Instant } from '../../core/units.ts'

/** ProSe key request, step 6 (PKR). CR 33.303 6.X.3.2. */
export interface ProseKeyRequest {
  readonly ue1Id: Ue1Id
  readonly ue2Id: ProseUeId
  readonly nafId: NafId
  /** Home network of UE-2. */
  readonly visitedPlmn: Plmn
  readonly resynchronisation?: Resynchronisation
  readonly relayServiceCode?: RelayServiceCode
  /** Extension set, 0 when absent on the wire. */
  readonly extensions: number
  /** 16 octets, E1 and E2. */
  readonly nonce1?: Uint8Array
  /** 16 octets, E2. */
  readonly requestToken?: Uint8Array
}

/** ProSe key response on success, step 9 (PKA). Refusals are thrown: BTidUnknown (5403), NotAuthorised (5633), TemporaryFailure (4181), KeyRequestFailed. */
export interface ProseKeyAnswer {
  readonly pdk: Pdk
  readonly keyExpiry: Instant
  readonly gpi?: Uint8Array
  /** Verified identity of UE-1 (R7), 0 to 8. */
  readonly ue1ProseUeIds: readonly ProseUeId[]
}
