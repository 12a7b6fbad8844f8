import { ProseError } from '../../core/errors.ts'

export const vendor3gpp = 10415

/** Result-Codes used here. RFC 6733 7.1. */
export const resultCodes = {
  success: 2001,
  commandUnsupported: 3001,
  unableToDeliver: 3002,
  realmNotServed: 3003,
  tooBusy: 3004,
  loopDetected: 3005,
  applicationUnsupported: 3007,
  invalidHeaderBits: 3008,
  invalidAvpBits: 3009,
  unknownPeer: 3010,
  avpUnsupported: 5001,
  authorizationRejected: 5003,
  invalidAvpValue: 5004,
  missingAvp: 5005,
  avpOccursTooManyTimes: 5009,
  noCommonApplication: 5010,
  unsupportedVersion: 5011,
  unableToComply: 5012,
  invalidAvpLength: 5014,
  invalidMessageLength: 5015,
} as const

/** Experimental-Result-Codes of vendor 3GPP. TS 29.230 8.1. */
export const experimentalResultCodes = {
  authenticationDataUnavailable: 4181,
  authSchemeNotSupported: 5006,
  identityUnknown: 5401,
  notAuthorized: 5402,
  transactionIdentifierInvalid: 5403,
  proximityUnauthorized: 5633,
} as const

/** How an answer says what became of its request: Result-Code, or Experimental-Result of a vendor. RFC 6733 7. */
export interface Result {
  readonly code: number
  /** Only for Experimental-Result. */
  readonly vendorId?: number
}

export const resultCode = (code: number): Result => ({ code })
export const experimentalResult = (code: number): Result => ({ code, vendorId: vendor3gpp })

export const isSuccess = (result: Result): boolean =>
  result.vendorId === undefined && result.code >= 2000 && result.code < 3000
/** Protocol errors bear the E bit; they may come from any node on the way. RFC 6733 7.1.3. */
export const isProtocolError = (result: Result): boolean =>
  result.vendorId === undefined && result.code >= 3000 && result.code < 4000

/** A request that is answered with `result` and nothing else. */
export class RefusedWithResult extends ProseError {
  readonly code = 'ERR_DIAMETER_RESULT'
  readonly result: Result

  constructor(result: Result, message = `Diameter result ${result.code}`, options?: ErrorOptions) {
    super(message, 'RFC 6733 7', options)
    this.result = result
  }
}

/** Whether waiting may help: cannot deliver, too busy, or a transient failure (R14). RFC 6733 7.1.3, 7.1.4. */
export const isTemporary = (result: Result): boolean =>
  (result.code >= 4000 && result.code < 5000) ||
  (result.vendorId === undefined &&
    (result.code === resultCodes.unableToDeliver || result.code === resultCodes.tooBusy))

/** True for an Experimental-Result of 3GPP with this code. */
export const isExperimental = (result: Result, code: number): boolean =>
  result.vendorId === vendor3gpp && result.code === code
