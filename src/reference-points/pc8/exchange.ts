import type { Resynchronisation } from '../../core/aka.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
import type { ProseUeId, RelayServiceCode } from '../../core/identities/prose.ts'
import type { Ue1Id } from '../../core/identities/ue1-id.ts'
import type { Pdk } from '../../core/keys.ts'
import type { Instant } from '../../core/units.ts'

/** Retrieve ProSe Direct Key Request, step 4. CR 33.303 6.X.3.2. */
export interface ProseDirectKeyRequest {
  /** Unsigned 32 bit, unique among the sender's open requests. */
  readonly transactionId: number
  readonly ue1Id: Ue1Id
  readonly ue2Id: ProseUeId
  readonly nafId: NafId
  readonly relayServiceCode?: RelayServiceCode
  readonly resynchronisation?: Resynchronisation
  /** Extension set, 0 when absent on the wire. */
  readonly extensions: number
  /** 16 octets, E1 and E2. */
  readonly nonce1?: Uint8Array
  /** 16 octets, E2. */
  readonly requestToken?: Uint8Array
}

/** Outcomes that are neither a key nor a re-negotiation. */
export const keyErrorCodes = {
  1: 'invalid request',
  2: 'not authorised',
  3: 'temporary failure',
  4: 'failed',
} as const
export type KeyErrorCode = keyof typeof keyErrorCodes

/** Retrieve ProSe Direct Key Response, step 10 or step RN3. CR 33.303 6.X.3.2, 6.X.3.3. */
export type ProseDirectKeyResponse = { readonly transactionId: number } & (
  | {
      readonly outcome: 'key'
      readonly pdk: Pdk
      readonly keyExpiry: Instant
      readonly gpi?: Uint8Array
      /** Verified identity of UE-1 (R7), 0 to 8. */
      readonly ue1ProseUeIds: readonly ProseUeId[]
    }
  | { readonly outcome: 'bootstrapping-renegotiation' }
  | { readonly outcome: 'error'; readonly code: KeyErrorCode }
)
