/** Every error of the system: whose fault it is, a stable code and the clause it rests on. */
export abstract class ProseError extends Error {
  /** Stable: tests, logs and the CLI match on it; messages may be reworded. */
  abstract readonly code: `ERR_${string}`
  readonly clause: string | undefined

  constructor(message: string, clause?: string, options?: ErrorOptions) {
    super(message, options)
    this.clause = clause
    this.name = new.target.name
  }
}

/** The other side broke the specification. */
export abstract class PeerFault extends ProseError {}
/** The specification, or our policy, says no. */
export abstract class Refused extends ProseError {}
/** Our caller or our configuration is wrong. */
export abstract class LocalFault extends ProseError {}
/** Nobody is wrong: something is away, slow or busy, and may be back. */
export abstract class Outage extends ProseError {}

/** Octets that are no message of the format they claim. `offset` is where reading stopped, in octets. */
export class MalformedMessage extends PeerFault {
  readonly code = 'ERR_MALFORMED_MESSAGE'
  readonly field: string
  readonly offset: number
  readonly reason: string

  constructor(field: string, offset: number, reason: string, options?: ErrorOptions & { clause?: string }) {
    super(`${field} at octet ${offset}: ${reason}`, options?.clause, options)
    this.field = field
    this.offset = offset
    this.reason = reason
  }
}

/** A value whose form its constructor does not accept. The value itself is not repeated: it may be a secret. */
export class InvalidValue extends LocalFault {
  readonly code = 'ERR_INVALID_VALUE'
  readonly what: string

  constructor(what: string, reason: string, clause?: string) {
    super(`${what}: ${reason}`, clause)
    this.what = what
  }
}

/** A MAC, token or digest that does not verify. */
export class MacMismatch extends PeerFault {
  readonly code = 'ERR_MAC_MISMATCH'
}

/** Something needed for an answer is away, slow or busy: never a reason to re-negotiate or to use the IMSI (R14). */
export class TemporaryFailure extends Outage {
  readonly code = 'ERR_TEMPORARY_FAILURE'
}

/** The home network, or a peer network, does not allow it. What the reason was stays with the node that decided (R10). */
export class NotAuthorised extends Refused {
  readonly code = 'ERR_NOT_AUTHORISED'
}

/** The BSF holds no such B-TID, or holds it no longer. TS 29.109 6.2.2.3. */
export class BTidUnknown extends Refused {
  readonly code = 'ERR_BTID_UNKNOWN'
}

/** The key request ended for a reason that retrying does not change. */
export class KeyRequestFailed extends Refused {
  readonly code = 'ERR_KEY_REQUEST_FAILED'
}

/** The HSS knows no such identity. TS 29.109 6.2.2.1. */
export class IdentityUnknown extends Refused {
  readonly code = 'ERR_IDENTITY_UNKNOWN'
}

/** The HSS or the KMF does not take this AUTS: unknown or used RAND, or MAC-S wrong. TS 33.102 6.3.5. */
export class SynchronisationRefused extends Refused {
  readonly code = 'ERR_SYNCHRONISATION_REFUSED'
}

/** A run on Ub ended without a B-TID for a reason that waiting does not change. TS 33.220 4.5.2. */
export class BootstrappingFailed extends Refused {
  readonly code = 'ERR_BOOTSTRAPPING_FAILED'
}

/** The KMF does not take the B-TID, or the key under it, on PC8: the UE bootstraps again. TS 33.222 5.4. */
export class Pc8IdentityRefused extends Refused {
  readonly code = 'ERR_PC8_IDENTITY_REFUSED'
}
