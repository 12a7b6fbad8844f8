import { LocalFault, Outage, PeerFault, Refused } from '../../core/errors.ts'

/** A protected PDU whose PDCP SN was seen before or is older than the window (R26, R27). */
export class ReplayedMessage extends PeerFault {
  readonly code = 'ERR_REPLAYED_MESSAGE'
}

/** A protected PDU of a KD-sess ID for which there is no context (R26). */
export class UnknownContext extends PeerFault {
  readonly code = 'ERR_UNKNOWN_CONTEXT'
}

/** No PDCP SN is left under this KD-sess: nothing more is sent with it (R27). TS 36.323 5.1.3. */
export class CounterExhausted extends LocalFault {
  readonly code = 'ERR_COUNTER_EXHAUSTED'
}

/** The peer supports no algorithm that policy allows (R19, R20). TS 33.303 6.5.6. */
export class NoCommonAlgorithm extends Refused {
  readonly code = 'ERR_NO_COMMON_ALGORITHM'
}

/** The capabilities in the Command are not those of the REQUEST: somebody bid down (R18). */
export class CapabilitiesDiffer extends PeerFault {
  readonly code = 'ERR_CAPABILITIES_DIFFER'
}

/** The Command chooses an algorithm that UE-1 did not offer, or EIA0 (R18, R19). */
export class AlgorithmNotOffered extends PeerFault {
  readonly code = 'ERR_ALGORITHM_NOT_OFFERED'
}

/** The Command names another UE-2 than the one asked for, or UE-1 itself (R6). */
export class WrongUe2 extends PeerFault {
  readonly code = 'ERR_WRONG_UE2'
}

/** A nonce that is zero or was used before (R17). */
export class NonceReused extends PeerFault {
  readonly code = 'ERR_NONCE_REUSED'
  /** Nonce_1 of the REQUEST or Nonce_2 of the Command. */
  readonly nonce: 1 | 2

  constructor(nonce: 1 | 2) {
    super(`Nonce_${nonce} is zero or was used before`, 'TS 33.303 6.5.5.2')
    this.nonce = nonce
  }
}

/** The peer's extension set is not the one configured for its PLMN. */
export class ExtensionsDiffer extends PeerFault {
  readonly code = 'ERR_EXTENSIONS_DIFFER'
  /** The message that has it. */
  readonly where: 'request' | 'command'

  constructor(where: 'request' | 'command') {
    super(`the ${where} has another extension set than configured`)
    this.where = where
  }
}

/** An IMSI or an expired B-TID was sent and the Command brings no GPI (R25, R16). */
export class GpiMissing extends PeerFault {
  readonly code = 'ERR_GPI_MISSING'
}

/** AUTN, MAC, form or expiry of the GPI is bad. TS 33.223 5.3. */
export class GpiInvalid extends PeerFault {
  readonly code = 'ERR_GPI_INVALID'
}

/** The GPI is for another NAF than the one named in step 3 (R23). */
export class GpiForeignNaf extends PeerFault {
  readonly code = 'ERR_GPI_FOREIGN_NAF'
}

/** The SQN in the GPI is out of range: the SECURITY MODE REJECT carries RAND and AUTS. TS 33.102 6.3.5. */
export class GpiOutOfSync extends PeerFault {
  readonly code = 'ERR_GPI_SYNC'
}

/** UE-1 is shown to be another than its Layer-2 ID says, or not shown to be any, and policy wants it shown (R7). */
export class PeerNotVerified extends Refused {
  readonly code = 'ERR_PEER_NOT_VERIFIED'
}

/** The Layer-2 ID of the sender has a live link with another UE. TS 24.334 10.4.2. */
export class Layer2IdConflict extends Refused {
  readonly code = 'ERR_LAYER2_ID_CONFLICT'
}

/** This UE holds as many links as it may (R43). TS 24.334 10.4.2. */
export class TooManyLinks extends Outage {
  readonly code = 'ERR_TOO_MANY_LINKS'
}

/** The peer can give IPv4 addresses only, and this UE has IPv6. TS 24.334 10.4.2. */
export class IpVersionMismatch extends Refused {
  readonly code = 'ERR_IP_VERSION_MISMATCH'
}

/** The peer ended the set-up with a REJECT or SECURITY MODE REJECT. */
export class RefusedByPeer extends Refused {
  readonly code = 'ERR_REFUSED_BY_PEER'
}

/** The retransmissions of the REQUEST or COMPLETE are used up. */
export class NoAnswer extends Outage {
  readonly code = 'ERR_NO_ANSWER'
}

/** The IMSI is needed and policy or its cap forbids to send it (R13). */
export class ImsiForbidden extends Refused {
  readonly code = 'ERR_IMSI_POLICY'
}
