import { equalOctets } from '../../../core/bytes.ts'
import { TemporaryFailure, type ProseError } from '../../../core/errors.ts'
import type { Layer2Id } from '../../../core/identities/prose.ts'
import { fingerprint } from '../../../crypto/fingerprint.ts'
import { NoAnswer, RefusedByPeer } from '../../../reference-points/pc5/errors.ts'
import { encodeSdu, type Pc5 } from '../../../reference-points/pc5/messages.ts'
import { decodeSignalling, lcids } from '../../../reference-points/pc5/pdcp.ts'
import { unprotect } from '../../../reference-points/pc5/security-context.ts'
import { established } from './established.ts'
import type { Attempt, LinkEffect, LinkEnv, LinkEvent, LinkFacts, LinkState, LinkStep } from './link.ts'
import { refusal } from './refusal.ts'
import { released } from './releasing.ts'
import { dropped, namesOf, transmitProtected } from './transmit.ts'
import type { CommandVerified } from './verify-command.ts'

type Completing = Extract<LinkState, { phase: 'completing' }>

/** Step 14. Open: the change request protects what comes after Complete; Complete itself has a MAC-I only. */
export function completed(attempt: Attempt, proof: CommandVerified, env: LinkEnv): LinkStep {
  const sdu = encodeSdu({
    type: 'directSecurityModeComplete',
    sequenceNumber: env.nextSequenceNumber(attempt.peer),
  })
  const { context, pushed } = proof
  return [
    { phase: 'completing', attempt, proof, facts: factsOf(attempt, proof), sdu, transmissions: 1 },
    ...(pushed ? [{ kind: 'commit-push', pushed } as const] : []),
    commandVerified(proof),
    { kind: 'remember-nonce', nonce: 'nonce2', octets: proof.command.nonce2 },
    transmitProtected(context, lcids.securityMode, sdu),
    { kind: 'start', timer: 'T4100', after: env.settings.timers.T4100AfterComplete.after },
  ]
}

/** What was checked, and with which key: that of a push is named, for it is the one the B-TID did not bring (R25). */
function commandVerified({ context, pushed }: CommandVerified): LinkEffect {
  // Now: it is wiped before this is told.
  const pushedKey = pushed && { Ks_NAF: fingerprint(pushed.ksNaf) }
  return {
    kind: 'report',
    state: {
      step: '13',
      what: 'command-verified',
      fields: {
        checks: [...(pushed ? ['gpi'] : []), 'mac-i', 'capabilities', 'algorithms', 'ue-2-id', 'nonce-2'],
        ...namesOf(context.algorithms),
        ...(pushed && { gpi: true }),
      },
    },
    keys: () => ({ ...context.fingerprints, ...pushedKey }),
  }
}

/** UE-1 waits for ACCEPT: a MAC-I was verified, so nothing unprotected counts any more (R11). */
export function completing(state: Completing, event: LinkEvent, env: LinkEnv): LinkStep {
  if (event.kind === 'pdu') return protectedWhileCompleting(state, event, env)
  if (event.kind === 'expired')
    return event.timer === 'T4100' ? completeRepeated(state, env) : [state, dropped('timer of another phase')]
  if (event.kind === 'abandon') return failed(state, new TemporaryFailure('the set-up was given up here'))
  return [state, dropped(`${event.kind} while completing`)]
}

function protectedWhileCompleting(
  state: Completing,
  { lcid, pdu }: Extract<LinkEvent, { kind: 'pdu' }>,
  env: LinkEnv,
): LinkStep {
  const { context, sdu: command } = state.proof
  const { sdu, sduType } = unprotect(context, lcid, pdu)
  if (sduType === 'arp') return [state, dropped('ARP is not used')]
  if (sduType !== 'pc5-signalling') return [state, { kind: 'data', sduType, octets: sdu }]
  if (lcid === lcids.securityMode)
    return equalOctets(sdu, command)
      ? [state, transmitProtected(context, lcids.securityMode, state.sdu)]
      : [state, dropped('another Command')]
  const message = decodeSignalling(lcid, sdu)
  if (message.type === 'directCommunicationAccept') return accepted(state, message, env)
  if (message.type === 'directCommunicationRelease') {
    const answer = released(context, state.facts.peer, env)
    const error = new RefusedByPeer('the peer released the link at once', 'TS 24.334 10.4.4')
    const [closed, ...effects] = failed(state, error)
    return [closed, answer, ...effects]
  }
  return [state, dropped(`${message.type} before ACCEPT`)]
}

function accepted(state: Completing, accept: Pc5<'directCommunicationAccept'>, env: LinkEnv): LinkStep {
  const facts = {
    ...state.facts,
    ...(accept.linkLocalIpv6Address && { peerAddress: accept.linkLocalIpv6Address }),
  }
  const [secured, ...effects] = established(facts, env)
  return [
    secured,
    { kind: 'stop', timer: 'T4100' },
    ...effects,
    { kind: 'attempt-ended', end: { outcome: 'secured' } },
  ]
}

const factsOf = (attempt: Attempt, { context, expires }: CommandVerified): LinkFacts => ({
  peer: attempt.peer,
  role: 'initiator',
  context,
  expires,
  peerIdentity: 'verified',
  ...(attempt.relayServiceCode !== undefined && { relayServiceCode: attempt.relayServiceCode }),
})

/** T4100 after COMPLETE: the same SDU under the next SN. */
function completeRepeated(state: Completing, env: LinkEnv): LinkStep {
  const { after, retransmissions } = env.settings.timers.T4100AfterComplete
  if (state.transmissions > retransmissions)
    return failed(state, new NoAnswer('COMPLETE was not answered', 'TS 24.334 10.4.2'))
  return [
    { ...state, transmissions: state.transmissions + 1 },
    transmitProtected(state.proof.context, lcids.securityMode, state.sdu),
    { kind: 'start', timer: 'T4100', after },
  ]
}

/** An attempt that brought no link. */
export const attemptEnded = (
  error: ProseError,
  endedAt: '3' | '12' | '13' | '14',
  peer: Layer2Id,
): LinkStep => [
  { phase: 'closed' },
  { kind: 'report', state: refusal(endedAt, error, peer) },
  { kind: 'attempt-ended', end: { outcome: 'ended', error, endedAt } },
]

function failed(state: Completing, error: ProseError): LinkStep {
  state.proof.context.wipe()
  return attemptEnded(error, '14', state.attempt.peer)
}
