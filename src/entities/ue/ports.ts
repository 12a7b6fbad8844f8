import type { Auts, Autn, Rand } from '../../core/aka.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import type { IpPrefix } from '../../core/ip-address.ts'
import type { Ck, Ik, KsNaf, Res } from '../../core/keys.ts'
import type { Instant } from '../../core/units.ts'
import type { ProseDirectKeyRequest, ProseDirectKeyResponse } from '../../reference-points/pc8/exchange.ts'
import type { HttpConnection } from '../../wire/http.ts'

/** Ks with whoever holds it, the ME for GBA_ME and the card for GBA_U; nobody else sees it. TS 33.220 4.5.2, 5.3.2. */
export interface HeldKs {
  /** False once it is erased, or replaced on the card by a later AKA. */
  readonly isThere: boolean
  /** 8 hex digits for the tap; a card tells none. */
  readonly fingerprint?: string
  /** Ks_(ext)_NAF, each time a copy of its own. Throws InvalidValue when Ks is not there. TS 33.220 B.3, TS 31.102 7.1.2. */
  nafKey(nafId: NafId): Promise<KsNaf>
  erase(): void
}

/** What an AKA run leaves: CK and IK for the ME to make Ks of, or the Ks that a card with GBA_U keeps. TS 33.220 5.3.2. */
export type AkaKeys =
  | { readonly holder: 'ME'; readonly ck: Ck; readonly ik: Ik }
  | { readonly holder: 'UICC'; readonly ks: HeldKs }

/** What the card says to AUTHENTICATE. TS 33.102 6.3.3, TS 31.102 7.1.2. */
export type AkaResult =
  | {
      readonly outcome: 'success'
      readonly res: Res
      readonly keys: AkaKeys
      /**
       * Takes the SQN, which is fresh until then; with GBA_U this Ks now takes the place of the one before on the card. A
       * real card does both inside AUTHENTICATE, and its commit nothing: the one state that input of nobody known can
       * change (R22).
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
  readonly ks: HeldKs
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
  /**
   * Step 4 on the open connection; throws TemporaryFailure (no answer, HTTP 5xx), KeyRequestFailed (malformed answer, HTTP
   * 4xx) or Pc8IdentityRefused (HTTP 401: the key of the connection has expired at the KMF).
   */
  requestKey(request: ProseDirectKeyRequest, context?: string): Promise<ProseDirectKeyResponse>
  close(): Promise<void>
}

/** A connection to a NAF, over TLS with an association. Throws Pc8IdentityRefused, TemporaryFailure as `Pc8Port.open`. */
export type UaConnect = (association?: Pc8Association) => Promise<HttpConnection>

/** Ub towards the UE's own BSF: a whole bootstrapping run. */
export interface GbaPort {
  /** Throws BootstrappingFailed (network not authenticated, refused) or TemporaryFailure. */
  bootstrap(context?: string): Promise<UeBootstrap>
}

/** An address of the interface, or a route through it; a default route has length 0. */
export interface IpSetting {
  readonly kind: 'address' | 'route'
  readonly prefix: IpPrefix
}

/** An interface of the machine that carries whole IP packets and has no neighbours to resolve. */
export interface IpInterface {
  /** A packet for the machine; it is lost when the machine takes none now. */
  send(packet: Uint8Array): void
  /** Calls `hear` with each packet of the machine, whose octets stay only while it runs. */
  onPacket(hear: (packet: Uint8Array) => void): void
  /** Resolves when the setting is there, or the machine has refused it; settings change in the order of the calls. */
  assign(setting: IpSetting): Promise<void>
  withdraw(setting: IpSetting): Promise<void>
  /** The interface goes, and its settings with it. */
  close(): Promise<void>
}
