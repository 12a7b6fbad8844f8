import {
  BTidUnknown,
  KeyRequestFailed,
  MalformedMessage,
  NotAuthorised,
  TemporaryFailure,
} from '../../core/errors.ts'
import { MalformedElement } from '../../wire/tlv/delimit.ts'
import * as errors from './errors.ts'

/** PC5 Signalling Protocol Cause Value in a DIRECT_COMMUNICATION_REJECT. TS 24.334 12.5.1.7. */
export const rejectCauses = {
  1: 'direct communication to the target UE not allowed',
  2: 'authentication failure',
  3: 'conflict of Layer-2 ID for unicast communication detected',
  4: 'lack of resources for proposed link',
  5: 'IP version mismatch',
  6: 'other errors',
} as const
export type RejectCause = keyof typeof rejectCauses

/** The causes of DIRECT_SECURITY_MODE_REJECT. TS 24.334 12.5.1.7. */
export const securityModeRejectCauses = {
  7: 'UE security capabilities mismatch',
  8: 'unspecified error',
  9: 'authentication synchronisation error',
} as const
export type SecurityModeRejectCause = keyof typeof securityModeRejectCauses

/** TS 24.334 12.5.1.6. */
export const releaseReasons = {
  1: 'direct communication with the peer UE no longer needed',
  2: 'direct communication with the peer UE no longer allowed',
  3: 'peer UE no longer available',
} as const
export type ReleaseReason = keyof typeof releaseReasons

/** What the peer on PC5 learns of an error. */
export type Pc5Answer =
  | { readonly message: 'directCommunicationReject'; readonly cause: RejectCause }
  | { readonly message: 'directSecurityModeReject'; readonly cause: SecurityModeRejectCause }
  | { readonly message: 'bootstrappingRenegotiationRequest' }
  | { readonly message: 'none' }

const reject = (cause: RejectCause): Pc5Answer => ({ message: 'directCommunicationReject', cause })
const securityModeReject = (cause: SecurityModeRejectCause): Pc5Answer => ({
  message: 'directSecurityModeReject',
  cause,
})
const none: Pc5Answer = { message: 'none' }

type ErrorClass = abstract new (...args: never[]) => Error

const answers: readonly (readonly [ErrorClass, Pc5Answer])[] = [
  [NotAuthorised, reject(1)],
  [KeyRequestFailed, reject(2)],
  [errors.NoCommonAlgorithm, reject(2)],
  [errors.PeerNotVerified, reject(2)],
  [errors.Layer2IdConflict, reject(3)],
  [errors.TooManyLinks, reject(4)],
  [errors.IpVersionMismatch, reject(5)],
  [TemporaryFailure, reject(6)],
  [BTidUnknown, { message: 'bootstrappingRenegotiationRequest' }],
  [errors.CapabilitiesDiffer, securityModeReject(7)],
  [errors.AlgorithmNotOffered, securityModeReject(7)],
  [errors.WrongUe2, securityModeReject(8)],
  [errors.GpiMissing, securityModeReject(8)],
  [errors.GpiInvalid, securityModeReject(8)],
  [errors.GpiForeignNaf, securityModeReject(8)],
  [errors.GpiOutOfSync, securityModeReject(9)],
]

/**
 * The only place where an error becomes something that the peer on PC5 learns. MAC failures, replays, unknown
 * contexts and malformed octets are never answered (R26), nor is anything that is not named here.
 */
export function causeOf(error: unknown): Pc5Answer {
  if (error instanceof MalformedElement) return error.answerable ? reject(2) : none
  if (error instanceof MalformedMessage) return none
  if (error instanceof errors.NonceReused) return error.nonce === 1 ? reject(2) : securityModeReject(8)
  if (error instanceof errors.ExtensionsDiffer)
    return error.where === 'request' ? reject(2) : securityModeReject(8)
  return answers.find(([type]) => error instanceof type)?.[1] ?? none
}
