import type { Resynchronisation } from '../../../core/aka.ts'
import { equalOctets } from '../../../core/bytes.ts'
import {
  BTidUnknown,
  MacMismatch,
  NotAuthorised,
  TemporaryFailure,
  type ProseError,
} from '../../../core/errors.ts'
import { hexOf24, type Layer2Id } from '../../../core/identities/prose.ts'
import { wipe } from '../../../core/keys.ts'
import { milliseconds } from '../../../core/units.ts'
import {
  causeOf,
  type RejectCause,
  type SecurityModeRejectCause,
} from '../../../reference-points/pc5/causes.ts'
import { NoAnswer, RefusedByPeer } from '../../../reference-points/pc5/errors.ts'
import { encodeSdu, type Pc5 } from '../../../reference-points/pc5/messages.ts'
import { lcids } from '../../../reference-points/pc5/pdcp.ts'
import { offeredCapabilities } from '../../../reference-points/pc5/security-capabilities.ts'
import { forgetReading } from '../gba/push.ts'
import { attemptEnded, completed } from './completing.ts'
import { requestTokenOf } from './extensions.ts'
import type { LinkEnv, LinkEvent, LinkState, LinkStep } from './link.ts'
import { linkLocalAddress } from '../../../reference-points/pc5/link-local.ts'
import { dropped, transmitClear } from './transmit.ts'
import { UsimOutOfSync, verifyCommand, type CommandVerified } from './verify-command.ts'

type Requesting = Extract<LinkState, { phase: 'requesting' }>

/** What strangers may make the USIM do in one attempt (R43). */
const mostGpis = 4
/** How long UE-1 waits for the Command with a new GPI. */
const resynchronisationWait = milliseconds(28_000)

/** UE-1 before its first message. CR 33.303 6.X.3.2 step 3. */
export function idle(state: LinkState, event: LinkEvent, env: LinkEnv): LinkStep {
  if (event.kind === 'abandon') return givenUp()
  if (event.kind !== 'connect') return [state, dropped(`${event.kind} before any request`)]
  const attempt = { ...event.attempt, capabilities: offeredCapabilities(env.settings.algorithms) }
  const sdu = encodeSdu({
    type: 'directCommunicationRequest',
    sequenceNumber: env.nextSequenceNumber(attempt.peer),
    ue1Id: attempt.ue1Id,
    ipAddressConfig: 4,
    maximumInactivityPeriod: env.settings.maximumInactivityPeriod,
    nonce1: attempt.nonce1,
    ueSecurityCapabilities: attempt.capabilities,
    msbOfKdSessId: attempt.dksi,
    relayServiceCode: attempt.relayServiceCode,
    linkLocalIpv6Address: env.settings.ip ? linkLocalAddress(env.settings.layer2Id) : undefined,
    nafId: attempt.nafId,
    extensionSet: attempt.extensions === 0 ? undefined : attempt.extensions,
    requestToken: requestTokenOf(attempt),
  })
  return [
    {
      phase: 'requesting',
      attempt,
      sdu,
      transmissions: 1,
      gpis: [],
      badMac: false,
      secondRenegotiation: false,
    },
    transmitClear(sdu),
    { kind: 'start', timer: 'T4100', after: env.settings.timers.T4100.after },
  ]
}

/** This UE is closed: nothing is sent any more. */
const givenUp = (): LinkStep => [
  { phase: 'closed' },
  {
    kind: 'attempt-ended',
    end: { outcome: 'ended', error: new TemporaryFailure('the set-up was given up here'), endedAt: '3' },
  },
]

/** UE-1 waits for the Command; what is not protected is believed as far as to end this attempt (R11). */
export function requesting(state: Requesting, event: LinkEvent, env: LinkEnv): LinkStep {
  if (event.kind === 'pdu') {
    return event.lcid === lcids.securityMode
      ? commanded(state, event.pdu, env)
      : [state, dropped('protected message before a Command')]
  }
  if (event.kind === 'gpi-read') return gpiRead(state, event, env)
  if (event.kind === 'message') {
    if (event.message.type === 'directCommunicationReject') return rejected(state, event.message.cause)
    if (event.message.type === 'bootstrappingRenegotiationRequest') return renegotiated(state, event.message)
    return [state, dropped(`${event.message.type} to a requesting UE`)]
  }
  if (event.kind === 'expired')
    return event.timer === 'T4100' ? repeated(state, env) : [state, dropped('timer of another phase')]
  if (event.kind === 'abandon')
    return failed(state, new TemporaryFailure('the set-up was given up here'), '3')
  return [state, dropped(`${event.kind} while requesting`)]
}

/** Step 13. */
function commanded(state: Requesting, pdu: Uint8Array, env: LinkEnv): LinkStep {
  const result = verifyCommand(pdu, state.attempt, state.gpis, env)
  switch (result.verdict) {
    case 'drop': {
      const badMac = state.badMac || result.error instanceof MacMismatch
      return [{ ...state, badMac }, dropped(result.error.code)]
    }
    case 'refuse':
      return securityModeRejected(state, result.error, env)
    case 'unread':
      return readGpi(state, result.gpi, pdu)
    case 'verified':
      return verified(state, result.proof, env)
  }
}

function verified(state: Requesting, proof: CommandVerified, env: LinkEnv): LinkStep {
  const next = completed(state.attempt, proof, env)
  wipeRequesting(state)
  return next
}

/** The USIM is asked once for each GPI; meanwhile the same GPI may come again. */
function readGpi(state: Requesting, octets: Uint8Array, pdu: Uint8Array): LinkStep {
  if (state.gpis.some((held) => equalOctets(held.octets, octets)))
    return [state, dropped('GPI that the USIM reads')]
  if (state.gpis.length >= mostGpis) return [state, dropped('more GPIs than an attempt may bring')]
  const { nafId } = state.attempt
  return [
    { ...state, gpis: [...state.gpis, { octets, pdu }] },
    { kind: 'read-gpi', gpi: octets, nafId },
  ]
}

/** The Command that waited for the USIM is judged. */
function gpiRead(state: Requesting, event: Extract<LinkEvent, { kind: 'gpi-read' }>, env: LinkEnv): LinkStep {
  const { gpi, reading } = event
  const waiting = state.gpis.find(({ octets }) => equalOctets(octets, gpi))
  if (!waiting || waiting.reading) {
    forgetReading(reading)
    return [state, dropped('reading of a GPI that nobody waits for')]
  }
  const gpis = state.gpis.map((held) => (held === waiting ? { ...held, reading } : held))
  return commanded({ ...state, gpis }, waiting.pdu, env)
}

/** RAND and AUTS ask for a new GPI, once in a set-up; the same GPI again gets the same answer. */
function resynchronise(state: Requesting, { resynchronisation }: UsimOutOfSync, env: LinkEnv): LinkStep {
  const { peer } = state.attempt
  const sdu = securityModeReject(peer, 9, env, resynchronisation)
  return [
    { ...state, resynchronising: { rand: resynchronisation.rand, sdu } },
    {
      kind: 'report',
      state: { step: '13', what: 'resynchronisation', fields: { peer: hexOf24(peer), cause: 9 } },
    },
    transmitClear(sdu),
    { kind: 'start', timer: 'T4100', after: resynchronisationWait },
  ]
}

function securityModeRejected(state: Requesting, error: ProseError, env: LinkEnv): LinkStep {
  const outOfSync = error instanceof UsimOutOfSync ? error : undefined
  const { resynchronising } = state
  if (outOfSync && !resynchronising) return resynchronise(state, outOfSync, env)
  if (resynchronising && outOfSync && equalOctets(resynchronising.rand, outOfSync.resynchronisation.rand))
    return [state, transmitClear(resynchronising.sdu)]
  const answer = causeOf(error)
  const [closed, ...effects] = failed(state, error, '13')
  if (answer.message !== 'directSecurityModeReject') return [closed, ...effects]
  const sdu = securityModeReject(state.attempt.peer, answer.cause, env, outOfSync?.resynchronisation)
  return [closed, transmitClear(sdu), ...effects]
}

/** With cause 9 go RAND and AUTS. */
const securityModeReject = (
  peer: Layer2Id,
  cause: SecurityModeRejectCause,
  env: LinkEnv,
  resynchronisation?: Resynchronisation,
): Uint8Array =>
  encodeSdu({
    type: 'directSecurityModeReject',
    sequenceNumber: env.nextSequenceNumber(peer),
    cause,
    ...resynchronisation,
  })

/** What a REJECT says of the set-up; it is never remembered against the peer (R11). */
function rejected(state: Requesting, cause: RejectCause): LinkStep {
  const clause = 'TS 24.334 10.4.2'
  const text = `the peer rejected the set-up with cause ${cause}`
  if (cause === 1) return failed(state, new NotAuthorised(text, clause), '12')
  if (cause === 4 || cause === 6) return failed(state, new TemporaryFailure(text, clause), '12')
  if (cause === 2 && state.badMac) return failed(state, new MacMismatch(text, clause), '13')
  return failed(state, new RefusedByPeer(text, clause), '12')
}

/** CR 33.303 6.X.3.3 step 4, once in a set-up and only with the Nonce_1 of this attempt (R12). */
function renegotiated(state: Requesting, message: Pc5<'bootstrappingRenegotiationRequest'>): LinkStep {
  const { attempt, resynchronising } = state
  if (resynchronising) return [state, dropped('re-negotiation after a Command')]
  if (!equalOctets(message.nonce1, attempt.nonce1)) return [state, dropped('re-negotiation of another nonce')]
  if (!attempt.mayRenegotiate)
    return [{ ...state, secondRenegotiation: true }, dropped('second re-negotiation in a set-up')]
  wipeRequesting(state)
  return [
    { phase: 'closed' },
    {
      kind: 'report',
      state: { step: 'RN4', what: 'renegotiation', fields: { peer: hexOf24(attempt.peer) } },
    },
    { kind: 'attempt-ended', end: { outcome: 'renegotiate' } },
  ]
}

/** T4100: the same SDU again, until the retransmissions are used up; after SECURITY MODE REJECT 9 never again. */
function repeated(state: Requesting, env: LinkEnv): LinkStep {
  const { after, retransmissions } = env.settings.timers.T4100
  if (state.resynchronising) return failed(state, silenceOf(state), '13')
  if (state.transmissions > retransmissions) return failed(state, silenceOf(state), '3')
  return [
    { ...state, transmissions: state.transmissions + 1 },
    transmitClear(state.sdu),
    { kind: 'start', timer: 'T4100', after },
  ]
}

function silenceOf({ badMac, secondRenegotiation }: Requesting): ProseError {
  const clause = 'TS 24.334 10.4.2'
  if (badMac) return new MacMismatch('no Command had a right MAC-I', clause)
  if (secondRenegotiation) return new BTidUnknown('the network knows the new B-TID no better', clause)
  return new NoAnswer('the peer did not answer', clause)
}

const failed = (state: Requesting, error: ProseError, endedAt: '3' | '12' | '13'): LinkStep => {
  wipeRequesting(state)
  return attemptEnded(error, endedAt, state.attempt.peer)
}

/** The end of UE-1's wait for a Command: every key that could have served is erased (R33). */
function wipeRequesting({ attempt, gpis }: Requesting): void {
  if (attempt.key) wipe(attempt.key.ksNaf)
  for (const { reading } of gpis) if (reading) forgetReading(reading)
}
