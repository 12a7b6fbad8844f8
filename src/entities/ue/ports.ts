import type { Auts, Autn, Rand } from '../../core/aka.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import type { Ck, Ik, Ks, KsNaf, Res } from '../../core/keys.ts'
import type { Instant } from '../../core/units.ts'
import type { ProseDirectKeyRequest, ProseDirectKeyResponse } from '../../reference-points/pc8/exchange.ts'

/** What the card says to AUTHENTICATE. TS 33.102 6.3.3, TS 31.102 7.1.2. */
export type AkaResult =
  | {
      readonly outcome: 'success'
      readonly res: Res
      readonly ck: Ck
      readonly ik: Ik
      /**
       * Takes the SQN, which is fresh until then. A card takes it inside AUTHENTICATE, and its commit does nothing: the
       * one state that input of nobody known can change (R22).
       */
      commit(): void
    }
  | { readonly outcome: 'synchronisation-failure'; readonly auts: Auts }
  | { readonly outcome: 'mac-failure' }

/** A USIM, soft or real. */
export interface Usim {
  readonly impi: Impi
  authenticate(rand: Rand, autn: Autn): Promise<AkaResult>
}

/** What a bootstrapping leaves at the UE. TS 33.220 4.5.2. */
export interface UeBootstrap {
  readonly btid: BTid
  readonly impi: Impi
  readonly rand: Rand
  readonly ks: Ks
  readonly created: Instant
  readonly expires: Instant
}

/** What secures PC8: one key for each version of TLS that may be chosen. TS 33.222 5.4. */
export interface Pc8Association {
  readonly kmf: Fqdn
  readonly btid: BTid
  /** Ks_(ext)_NAF under Ua id 01 00 00 00 07. */
  readonly tls13Key: KsNaf
  /** Ks_(ext)_NAF under Ua id 01 00 01 00 AA. */
  readonly tls12Key: KsNaf
}

/** PC8 towards the UE's own KMF. */
export interface Pc8Port {
  /**
   * Connects and keeps the connection. Throws Pc8IdentityRefused when the KMF does not accept the B-TID or key
   * (the UE then bootstraps again), TemporaryFailure when it cannot be reached.
   */
  open(association: Pc8Association): Promise<void>
  readonly isOpen: boolean
  /** Step 4 on the open connection; throws TemporaryFailure (no answer, HTTP 5xx) or KeyRequestFailed (malformed answer, HTTP 4xx). */
  requestKey(request: ProseDirectKeyRequest, context?: string): Promise<ProseDirectKeyResponse>
  close(): Promise<void>
}

/** Ub towards the UE's own BSF: a whole bootstrapping run. */
export interface GbaPort {
  /** Throws BootstrappingFailed (network not authenticated, refused) or TemporaryFailure. */
  bootstrap(context?: string): Promise<UeBootstrap>
}
