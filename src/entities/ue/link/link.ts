import type { Rand } from '../../../core/aka.ts'
import type { Random } from '../../../core/environment.ts'
import type { ProseError } from '../../../core/errors.ts'
import type { NafId } from '../../../core/identities/naf-id.ts'
import type { PTid } from '../../../core/identities/p-tid.ts'
import type { Dksi, Layer2Id, ProseUeId, RelayServiceCode } from '../../../core/identities/prose.ts'
import type { Ue1Id } from '../../../core/identities/ue1-id.ts'
import type { KsNaf } from '../../../core/keys.ts'
import type { PlmnTable } from '../../../core/plmn-table.ts'
import type { Fields, Protection, SecurityInputs, Step, TapState } from '../../../core/tap.ts'
import type { Instant, Milliseconds, Seconds } from '../../../core/units.ts'
import type { ReleaseReason } from '../../../reference-points/pc5/causes.ts'
import type { DirectCommunicationRequest, Pc5, Pc5Message } from '../../../reference-points/pc5/messages.ts'
import type { Lcid, Pc5Profile } from '../../../reference-points/pc5/pdcp.ts'
import type {
  AlgorithmPolicy,
  SecurityCapabilities,
} from '../../../reference-points/pc5/security-capabilities.ts'
import type { SecurityContext } from '../../../reference-points/pc5/security-context.ts'
import type { Pc5Timers } from '../../../reference-points/pc5/timers.ts'
import type { GpiReading, PushedKey } from '../gba/push.ts'
import type { KeyRequest, KeyRetrieval } from '../key-retrieval.ts'
import type { CommandVerified } from './verify-command.ts'

/** One try of UE-1: a REQUEST with its own Nonce_1 and DKSI; retransmissions belong to it. */
export interface Attempt {
  readonly peer: Layer2Id
  readonly ue1Id: Ue1Id
  readonly nafId: NafId
  /** Root of the PDK under the B-TID sent; undefined when only a GPI can bring one (R25). */
  readonly key: { readonly ksNaf: KsNaf; readonly expires: Instant } | undefined
  /** 16 octets. */
  readonly nonce1: Uint8Array
  readonly dksi: Dksi
  readonly capabilities: SecurityCapabilities
  /** False after a re-negotiation request in the same set-up (R12). */
  readonly mayRenegotiate: boolean
  readonly relayServiceCode?: RelayServiceCode
  /** Extension set toward the home network of the peer. */
  readonly extensions: number
}

/** Why an attempt has nothing better to say than "no answer": what came and could not be used. */
export interface Suspicions {
  /** A Command was dropped for its MAC-I. */
  readonly badMac: boolean
  /** A re-negotiation request came that this set-up may not follow any more. */
  readonly secondRenegotiation: boolean
}

/** A GPI that a Command of this attempt brought. A bad Command does not use it up for the good one (R22). */
export interface HeldGpi {
  readonly octets: Uint8Array
  /** Absent while the USIM works; `pdu` is the Command that waits for it. */
  readonly reading?: GpiReading
  readonly pdu: Uint8Array
}

/** What UE-2 knows of UE-1's REQUEST once it passed the checks of step 3. */
export interface AcceptedRequest {
  readonly request: DirectCommunicationRequest
  readonly peer: Layer2Id
}

/** UE-2 may ask for a new GPI once in a set-up. */
interface Resynchronised {
  /** Present once it has: the last octet of the KD-sess ID that it gave up. */
  readonly formerLsb?: number
}

/** What both UEs know of a link. */
export interface LinkFacts {
  readonly peer: Layer2Id
  readonly role: 'initiator' | 'responder'
  readonly context: SecurityContext
  /** The link ends with its PDK (R29). */
  readonly expires: Instant
  /** Whether a KMF vouches that the peer has this Layer-2 ID (R7); UE-2 is bound to its ID by the PDK. */
  readonly peerIdentity: 'verified' | 'unverified'
  /** At UE-2 only. */
  readonly ue1Id?: Ue1Id
  readonly relayServiceCode?: RelayServiceCode
  /** 16 octets, when the peer gave one. */
  readonly peerAddress?: Uint8Array
}

export type LinkState =
  | { readonly phase: 'idle' }
  // UE-1
  | ({
      readonly phase: 'requesting'
      readonly attempt: Attempt
      readonly sdu: Uint8Array
      readonly transmissions: number
      readonly gpis: readonly HeldGpi[]
      /** SECURITY MODE REJECT 9 was sent, for the GPI with this RAND and as this SDU. */
      readonly resynchronising?: { readonly rand: Rand; readonly sdu: Uint8Array }
    } & Suspicions)
  | {
      readonly phase: 'completing'
      readonly attempt: Attempt
      readonly proof: CommandVerified
      readonly facts: LinkFacts
      readonly sdu: Uint8Array
      readonly transmissions: number
    }
  // UE-2: half-open until COMPLETE has verified
  | ({ readonly phase: 'retrieving-key' } & AcceptedRequest & Resynchronised)
  | ({
      readonly phase: 'commanding'
      readonly facts: LinkFacts
      readonly sdu: Uint8Array
      readonly gpi?: Uint8Array
      /** Those that T4111 counts, and all of them. */
      readonly transmissions: number
      readonly sent: number
    } & AcceptedRequest &
      Resynchronised)
  | ({ readonly phase: 'answered'; readonly sdu?: Uint8Array } & AcceptedRequest)
  // both
  | Secured
  | {
      readonly phase: 'releasing'
      readonly facts: LinkFacts
      /** At UE-2: the REQUEST that made the link. */
      readonly request?: DirectCommunicationRequest
      readonly sdu: Uint8Array
      readonly transmissions: number
    }
  | { readonly phase: 'closed' }

/** A rekeying under way; until its end the context in `facts` is the one that counts. TS 33.303 6.5.5.3. */
export type Rekeying =
  // UE-1: REKEYING_REQUEST was sent, then COMPLETE
  | ({
      readonly step: 'requested'
      readonly sdu: Uint8Array
      readonly transmissions: number
    } & PendingRekeying)
  | {
      readonly step: 'completed'
      readonly context: SecurityContext
      /** The Command that verified, and what answers it. */
      readonly command: Uint8Array
      readonly sdu: Uint8Array
      readonly transmissions: number
    }
  // UE-2: REKEYING_TRIGGER was sent, or the Command
  | { readonly step: 'triggered'; readonly sdu: Uint8Array; readonly transmissions: number }
  | {
      readonly step: 'commanded'
      readonly request: Pc5<'directRekeyingRequest'>
      readonly context: SecurityContext
      readonly sdu: Uint8Array
      /** Those that T4111 counts, and all of them. */
      readonly transmissions: number
      readonly sent: number
    }

/** What UE-1 asked for in a REKEYING_REQUEST. */
export type PendingRekeying = Pick<Attempt, 'peer' | 'nonce1' | 'dksi' | 'capabilities'>

export interface Secured {
  readonly phase: 'secured'
  readonly facts: LinkFacts
  readonly rekeying?: Rekeying
  /** How often the link was rekeyed. */
  readonly rekeyings: number
  /** From this PDCP SN on the next rekeying is due. */
  readonly rekeyFrom: number
  readonly keepalive: {
    readonly counter: number
    readonly sdu?: Uint8Array
    readonly transmissions: number
  }
  /** T4108 at UE-2. */
  readonly peerPeriod: Seconds
  /** At UE-2. */
  readonly request?: DirectCommunicationRequest
  /** What answers a repeated COMPLETE, at UE-2: ACCEPT, after a rekeying REKEYING_RESPONSE. */
  readonly completed?: { readonly complete: Uint8Array; readonly answer: Uint8Array }
}

export type LinkTimer =
  | ('T4100' | 'T4101' | 'T4102' | 'T4103' | 'T4108' | 'T4109' | 'T4110' | 'T4111')
  | ('key-retrieval' | 'half-open' | 'renewal' | 'pdk-expiry')

export type LinkEvent =
  | { readonly kind: 'connect'; readonly attempt: Omit<Attempt, 'capabilities'> }
  /** A REQUEST that passed the checks of step 3. */
  | { readonly kind: 'request'; readonly accepted: AcceptedRequest }
  /** The same REQUEST again. */
  | { readonly kind: 'request-again' }
  | { readonly kind: 'key'; readonly retrieval: KeyRetrieval }
  /** What the USIM made of a GPI. */
  | { readonly kind: 'gpi-read'; readonly gpi: Uint8Array; readonly reading: GpiReading }
  /** An unprotected message, on LCID 28. */
  | { readonly kind: 'message'; readonly message: Pc5Message }
  | {
      readonly kind: 'pdu'
      readonly lcid: Exclude<Lcid, 28>
      /** That of its header. */
      readonly kdSessId: number
      readonly pdu: Uint8Array
    }
  | { readonly kind: 'expired'; readonly timer: LinkTimer }
  | { readonly kind: 'send'; readonly sduType: 'ip' | 'non-ip'; readonly octets: Uint8Array }
  /** By the user; at UE-2 it asks UE-1 to begin. */
  | { readonly kind: 'rekey' }
  /** By the user of a relay. TS 23.303 5.4.4. */
  | { readonly kind: 'ask-remote-ue' }
  | { readonly kind: 'release'; readonly reason: ReleaseReason }
  /** The user, or a newer link to the same UE, ends it without a word. */
  | { readonly kind: 'abandon' }

export type AttemptEnd =
  | { readonly outcome: 'secured' }
  | { readonly outcome: 'renegotiate' }
  | { readonly outcome: 'ended'; readonly error: ProseError; readonly endedAt: Step }

export type RekeyingEnd =
  | { readonly outcome: 'rekeyed' }
  /** The link goes on under the context it has. */
  | { readonly outcome: 'kept'; readonly error: ProseError }

/** A message as it goes out, with what the tap shows of it. */
export interface OutgoingMessage {
  readonly kind: 'transmit'
  readonly lcid: Lcid
  /** With the PDU; its header is not written yet. */
  readonly frame: Uint8Array
  /** What the PDU carries, before it was ciphered. */
  readonly sdu: Uint8Array
  readonly name: string
  readonly step?: Step | undefined
  readonly protection: Protection
  /** Makes what a reader needs to know of it: mostly there is none. */
  readonly fields: () => Fields
  readonly heartbeat: boolean
  /** Absent where no key protects it. */
  readonly security?: (() => SecurityInputs) | undefined
}

export type LinkEffect =
  | OutgoingMessage
  | { readonly kind: 'start'; readonly timer: LinkTimer; readonly after: Milliseconds }
  | { readonly kind: 'stop'; readonly timer: LinkTimer }
  | { readonly kind: 'retrieve-key'; readonly request: KeyRequest }
  /** The USIM is asked; it may be a card. */
  | { readonly kind: 'read-gpi'; readonly gpi: Uint8Array; readonly nafId: NafId }
  /** The Command that brought a GPI passed every check: its SQN and P-TID are taken. */
  | { readonly kind: 'commit-push'; readonly pushed: PushedKey }
  | {
      readonly kind: 'report'
      readonly state: Omit<TapState, 'kind' | 'time' | 'node' | 'keys' | 'context'>
      /** Makes fingerprints of keys where somebody hears of it. */
      readonly keys?: () => NonNullable<TapState['keys']>
    }
  /** UE-1's attempt is over; what follows is the set-up's to decide. */
  | { readonly kind: 'attempt-ended'; readonly end: AttemptEnd }
  | { readonly kind: 'rekeying-ended'; readonly end: RekeyingEnd }
  | { readonly kind: 'secured'; readonly facts: LinkFacts }
  /** The PDK ends soon: UE-1 runs steps 3 to 14 anew beside the link (R29). */
  | { readonly kind: 'renewal-due' }
  | { readonly kind: 'data'; readonly sduType: 'ip' | 'non-ip'; readonly octets: Uint8Array }
  /** A nonce of the peer that may not come again (R17). */
  | { readonly kind: 'remember-nonce'; readonly nonce: 'nonce1' | 'nonce2'; readonly octets: Uint8Array }
  /** Input that changed nothing, and why: a metric, never an answer (R26). */
  | { readonly kind: 'dropped'; readonly why: string }

export type LinkStep = readonly [LinkState, ...LinkEffect[]]

/** What a UE is configured to do on PC5. */
export interface LinkSettings {
  /** Own Layer-2 ID, which is a ProSe UE ID of this UE. */
  readonly layer2Id: Layer2Id
  /** All IDs of this UE: none of them may be UE-2 (R6). */
  readonly proseUeIds: readonly ProseUeId[]
  readonly algorithms: AlgorithmPolicy
  /** That of every peer too: nothing says it on PC5. */
  readonly pc5Profile: Pc5Profile
  readonly maximumInactivityPeriod: Seconds
  /** Whether REQUEST and ACCEPT carry a link-local IPv6 address. */
  readonly ip: boolean
  readonly requireVerifiedPeer: boolean
  /** UE-2 rejects a REQUEST of one more peer with cause 4 (R43). */
  readonly maximumLinks: number
  /** Those that this UE serves as a relay. */
  readonly relayServiceCodes: readonly RelayServiceCode[]
  readonly timers: Pc5Timers
  /** Which extension set goes with a peer. */
  readonly plmns: PlmnTable
}

export interface LinkEnv {
  readonly now: Instant
  readonly random: Random
  readonly settings: LinkSettings
  nextSequenceNumber(peer: Layer2Id): number
  /** First or last octets of the KD-sess IDs in use toward a peer, in both roles. */
  takenOctets(peer: Layer2Id, octet: 'msb' | 'lsb'): ReadonlySet<number>
  /** Nonces of peers that came before (R17). */
  wasSeen(nonce: 'nonce1' | 'nonce2', peer: Layer2Id, octets: Uint8Array): boolean
  /** Whether a GPI with that P-TID made a link already. */
  isPTidTaken(ptId: PTid): boolean
  /** Live links with that peer. */
  liveLinks(peer: Layer2Id): readonly LinkFacts[]
}
