import type { Resynchronisation } from '../../../core/aka.ts'
import type { Brand } from '../../../core/brand.ts'
import { equalOctets, isAllZero } from '../../../core/bytes.ts'
import { PeerFault, ProseError } from '../../../core/errors.ts'
import { wipe, type KsNaf } from '../../../core/keys.ts'
import { earliest, hours, later, type Instant } from '../../../core/units.ts'
import { readGpi } from '../../../crypto/gba-push-info.ts'
import { derivePdk } from '../../../crypto/prose-keys.ts'
import { causeOf } from '../../../reference-points/pc5/causes.ts'
import {
  AlgorithmNotOffered,
  ExtensionsDiffer,
  GpiInvalid,
  GpiMissing,
  GpiOutOfSync,
  NonceReused,
  WrongUe2,
} from '../../../reference-points/pc5/errors.ts'
import { gpiOf, type DirectSecurityModeCommand } from '../../../reference-points/pc5/messages.ts'
import { decodePdu, decodeSignalling, lcids } from '../../../reference-points/pc5/pdcp.ts'
import { acceptChosen, sameCapabilities } from '../../../reference-points/pc5/security-capabilities.ts'
import { SecurityContext, unprotect } from '../../../reference-points/pc5/security-context.ts'
import type { GpiReading, PushedKey } from '../gba/push.ts'
import { coveredIdentities, pdkNonceOf } from './extensions.ts'
import type { Attempt, HeldGpi, LinkEnv } from './link.ts'

const clause = 'CR 33.303 6.X.3.2 step 13'
/** A PDK serves for an hour at most, whatever its KMF says (R29). */
export const pdkLifetime = hours(1)

interface Verified {
  readonly context: SecurityContext
  readonly command: DirectSecurityModeCommand
  readonly sdu: Uint8Array
  /** Where the PDK comes from when the Command brought a GPI; not yet taken. */
  readonly pushed?: PushedKey
  /** When the PDK ends at UE-1. */
  readonly expires: Instant
}

/** Proof that a Command passed every check of step 13; only `verifyCommand` makes one. */
export type CommandVerified = Brand<Verified, 'CommandVerified'>

export type CommandVerdict =
  | { readonly verdict: 'verified'; readonly proof: CommandVerified }
  /** The USIM must read this GPI before more can be said. */
  | { readonly verdict: 'unread'; readonly gpi: Uint8Array }
  /** No answer: an answer would be an oracle (R26). */
  | { readonly verdict: 'drop'; readonly error: ProseError }
  /** DIRECT_SECURITY_MODE_REJECT with the cause of `error`; the set-up ends. */
  | { readonly verdict: 'refuse'; readonly error: ProseError }

/**
 * UE-1 judges a Command, on LCID 29, for its pending attempt; the first check that fails decides and nothing is kept of
 * a Command that fails, but what the USIM said of its GPI. CR 33.303 6.X.3.2 step 13.
 */
export function verifyCommand(
  pdu: Uint8Array,
  attempt: Attempt,
  held: readonly HeldGpi[],
  env: LinkEnv,
): CommandVerdict {
  try {
    const { kdSessId, command, sdu } = matchedCommand(pdu, attempt)
    const gpi = gpiOf(command)
    const reading = gpi && held.find(({ octets }) => equalOctets(octets, gpi))?.reading
    if (gpi && !reading) return { verdict: 'unread', gpi }
    const pushed = reading && usablePush(reading, env)
    const key = pushed ?? keyOf(attempt, env.now)
    const context = contextOf(command, kdSessId, attempt, key.ksNaf, env)
    verifyUnder(context, pdu, command, attempt, env)
    const expires = earliest(key.expires, later(env.now, pdkLifetime))
    const proof = { context, command, sdu, expires, ...(pushed && { pushed }) }
    return { verdict: 'verified', proof: proof as CommandVerified }
  } catch (error) {
    return verdictOf(error)
  }
}

/** What UE-1 asked for, as far as the Command must fit it. */
type Expected = Pick<Attempt, 'peer' | 'capabilities' | 'extensions'>

/** Checks 1 and 2: form, also of the clear part of a GPI, and that header, DKSI and KD-sess ID are those of this attempt. */
export function matchedCommand(pdu: Uint8Array, { dksi }: Pick<Attempt, 'dksi'>) {
  const { kdSessId, data } = decodePdu(lcids.securityMode, pdu)
  const command = decodeSignalling(lcids.securityMode, data)
  if (command.type !== 'directSecurityModeCommand') throw new Unmatched('no Command', clause)
  const named = command.dksi * 0x100 + command.lsbOfKdSessId
  if (command.dksi !== dksi || named !== kdSessId)
    throw new Unmatched('the KD-sess ID is not of this attempt', clause)
  const gpi = gpiOf(command)
  if (gpi) readGpi(gpi)
  return { kdSessId, command, sdu: data }
}

/** Check 4: without a GPI the key of the B-TID serves, if that was sent and is valid (R25). */
function keyOf(attempt: Attempt, now: Instant): NonNullable<Attempt['key']> {
  if (!attempt.key || attempt.key.expires <= now)
    throw new GpiMissing('only a pushed key could serve, and no GPI came', clause)
  return attempt.key
}

/** Check 5, of which the USIM and the GPI's own MAC were the beginning: what may change between two Commands. */
function usablePush(reading: GpiReading, env: LinkEnv): PushedKey {
  if (reading.outcome === 'failed') throw reading.error
  if (reading.outcome === 'synchronisation-failure') throw new UsimOutOfSync(reading.resynchronisation)
  const { pushed } = reading
  if (pushed.expires <= env.now) throw new GpiInvalid('the pushed key has expired', clause)
  if (env.isPTidTaken(pushed.ptId)) throw new GpiInvalid('the P-TID made a link already', clause)
  return pushed
}

/** Checks 6 and 7, first part: integrity is on, and the keys are those of the UE-2 ID that the Command names. */
function contextOf(
  command: DirectSecurityModeCommand,
  kdSessId: number,
  attempt: Attempt,
  ksNaf: KsNaf,
  { settings }: LinkEnv,
): SecurityContext {
  const algorithms = withIntegrity(command)
  const pdk = derivePdk(ksNaf, command.ue2Id, pdkNonceOf(attempt))
  const context = new SecurityContext({
    pdk,
    nonce1: attempt.nonce1,
    nonce2: command.nonce2,
    algorithms,
    kdSessId,
    side: 'commanded',
    identityElements: coveredIdentities(attempt),
    profile: settings.pc5Profile,
  })
  wipe(pdk)
  return context
}

/** Check 6. */
export function withIntegrity({
  chosenAlgorithms,
}: DirectSecurityModeCommand): SecurityContext['algorithms'] {
  const { eea, eia } = chosenAlgorithms
  if (eia === 0) throw new AlgorithmNotOffered('the Command chooses EIA0', clause)
  return { eea, eia }
}

/** Checks 7 to 11: the MAC-I, then what it has proved to come from who holds the PDK. A context that fails is wiped. */
export function verifyUnder(
  context: SecurityContext,
  pdu: Uint8Array,
  command: DirectSecurityModeCommand,
  expected: Expected,
  env: LinkEnv,
): void {
  try {
    unprotect(context, lcids.securityMode, pdu)
    checkContents(command, expected, env)
  } catch (error) {
    context.wipe()
    throw error
  }
}

function checkContents(command: DirectSecurityModeCommand, attempt: Expected, env: LinkEnv): void {
  sameCapabilities(command.ueSecurityCapabilities, attempt.capabilities)
  acceptChosen(command.chosenAlgorithms, attempt.capabilities)
  if (command.ue2Id !== attempt.peer || env.settings.proseUeIds.includes(command.ue2Id))
    throw new WrongUe2('the Command names another UE than was asked for', clause)
  if (isAllZero(command.nonce2) || env.wasSeen('nonce2', attempt.peer, command.nonce2))
    throw new NonceReused(2)
  if ((command.extensionSet ?? 0) !== attempt.extensions) throw new ExtensionsDiffer('command')
}

/** The SQN of the GPI is out of range: the peer may ask for a new one. TS 33.102 6.3.5. */
export class UsimOutOfSync extends GpiOutOfSync {
  readonly resynchronisation: Resynchronisation

  constructor(resynchronisation: Resynchronisation) {
    super('the SQN of the GPI is out of range', clause)
    this.resynchronisation = resynchronisation
  }
}

/** A Command for no pending attempt of this UE (R22). */
export class Unmatched extends PeerFault {
  readonly code = 'ERR_UNMATCHED_COMMAND'
}

/** What the peer learns of an error decides: a cause of DIRECT_SECURITY_MODE_REJECT, or nothing. */
export function verdictOf(error: unknown): Extract<CommandVerdict, { error: ProseError }> {
  if (!(error instanceof ProseError)) throw error
  return { verdict: causeOf(error).message === 'directSecurityModeReject' ? 'refuse' : 'drop', error }
}
