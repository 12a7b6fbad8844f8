import type { ProseError } from '../../../core/errors.ts'
import { gpiOf, type DirectSecurityModeCommand } from '../../../reference-points/pc5/messages.ts'
import type { SecurityContext } from '../../../reference-points/pc5/security-context.ts'
import type { LinkEnv, PendingRekeying } from './link.ts'
import { matchedCommand, Unmatched, verdictOf, verifyUnder, withIntegrity } from './verify-command.ts'

export type RekeyingVerdict =
  | {
      readonly verdict: 'verified'
      readonly context: SecurityContext
      readonly command: DirectSecurityModeCommand
      readonly sdu: Uint8Array
    }
  /** No answer (R26). */
  | { readonly verdict: 'drop'; readonly error: ProseError }
  /** DIRECT_SECURITY_MODE_REJECT with the cause of `error`; the link goes on under the context it has. */
  | { readonly verdict: 'refuse'; readonly error: ProseError }

/**
 * UE-1 judges the Command of a rekeying, on LCID 29: as in a set-up, but that the PDK is the one of the link, so no GPI
 * comes with it. TS 33.303 6.5.5.3.
 */
export function verifyRekeyingCommand(
  pdu: Uint8Array,
  pending: PendingRekeying,
  current: SecurityContext,
  env: LinkEnv,
): RekeyingVerdict {
  try {
    const { kdSessId, command, sdu } = matchedCommand(pdu, pending)
    if (gpiOf(command)) throw new Unmatched('a rekeying brings no GPI', 'TS 33.303 6.5.5.3')
    const { nonce1 } = pending
    const algorithms = withIntegrity(command)
    const context = current.rekeyed({ nonce1, nonce2: command.nonce2, algorithms, kdSessId })
    // Open: REKEYING_REQUEST has no IE for the extension set, so that of the set-up goes on and is not said again.
    verifyUnder(context, pdu, command, { ...pending, extensions: 0 }, env)
    return { verdict: 'verified', context, command, sdu }
  } catch (error) {
    return verdictOf(error)
  }
}
