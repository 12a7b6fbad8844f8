import type { UaId } from '../../core/identities/naf-id.ts'

/** What a UE offers in a handshake with the key of a B-TID. TS 33.222 5.4. */
export interface GbaOffer {
  /** psk_identity as received. */
  readonly identity: string
  /** That of the negotiated version and suite. */
  readonly uaId: UaId
}
