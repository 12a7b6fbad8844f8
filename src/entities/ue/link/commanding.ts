import { Auts, Rand, type Resynchronisation } from '../../../core/aka.ts'
import { equalOctets } from '../../../core/bytes.ts'
import { ProseError } from '../../../core/errors.ts'
import { hexOf24 } from '../../../core/identities/prose.ts'
import { readGpi } from '../../../crypto/gba-push-info.ts'
import { NoAnswer, RefusedByPeer } from '../../../reference-points/pc5/errors.ts'
import {
  encodeSdu,
  type DirectCommunicationRequest,
  type Pc5,
} from '../../../reference-points/pc5/messages.ts'
import { decodeSignalling, lcids } from '../../../reference-points/pc5/pdcp.ts'
import { unprotect } from '../../../reference-points/pc5/security-context.ts'
import { checkPeer } from './check-request.ts'
import { established } from './established.ts'
import { halfOpenBounds } from './half-open.ts'
import type { LinkEnv, LinkEvent, LinkState, LinkStep } from './link.ts'
import { expiredHalfOpen, keyRequestOf, refused, retrieveKey } from './responder.ts'
import { refusal } from './refusal.ts'
import { linkLocalAddress } from '../../../reference-points/pc5/link-local.ts'
import { dropped, transmitClear, transmitProtected } from './transmit.ts'

type Commanding = Extract<LinkState, { phase: 'commanding' }>

/** UE-2 waits for COMPLETE. */
export function commanding(state: Commanding, event: LinkEvent, env: LinkEnv): LinkStep {
  if (event.kind === 'pdu') {
    return event.lcid === lcids.securityMode
      ? completed(state, event.pdu, env)
      : [state, dropped('protected message before COMPLETE')]
  }
  if (event.kind === 'message') {
    return event.message.type === 'directSecurityModeReject'
      ? securityModeRejected(state, event.message, env)
      : [state, dropped(`${event.message.type} to a commanding UE`)]
  }
  if (event.kind === 'request-again') return commandAgain(state)
  if (event.kind === 'expired')
    return event.timer === 'T4111' ? unanswered(state, env) : expiredHalfOpen(state)
  if (event.kind === 'abandon') {
    state.facts.context.wipe()
    return [{ phase: 'closed' }]
  }
  return [state, dropped(`${event.kind} while commanding`)]
}

/** Step 14: from here on the context is live. */
function completed(state: Commanding, pdu: Uint8Array, env: LinkEnv): LinkStep {
  const { facts, request, peer } = state
  const { sdu } = unprotect(facts.context, lcids.securityMode, pdu)
  const complete = decodeSignalling(lcids.securityMode, sdu)
  if (complete.type !== 'directSecurityModeComplete') return [state, dropped('no COMPLETE')]
  try {
    // A link that became live since the Command is of another UE until this one is shown to be the same (R21).
    checkPeer(state, facts.peerIdentity === 'verified', env)
  } catch (error) {
    facts.context.wipe()
    if (error instanceof ProseError) return refused(state, error, env)
    throw error
  }
  const accept = encodeSdu({
    type: 'directCommunicationAccept',
    sequenceNumber: env.nextSequenceNumber(peer),
    ...addressing(request, env),
  })
  const [live, ...effects] = established(facts, env, {
    request,
    completed: { complete: sdu, answer: accept },
  })
  return [
    live,
    { kind: 'stop', timer: 'T4111' },
    { kind: 'stop', timer: 'half-open' },
    transmitProtected(facts.context, lcids.protected, accept),
    ...effects,
  ]
}

/**
 * A relay is the router of its remote UE; between two others each has the link-local address it announced. Open: the
 * relay of this project routes IPv6 only. TS 23.303 5.4.4, 5.4.5, TS 24.334 12.5.1.4.
 */
function addressing({ relayServiceCode, linkLocalIpv6Address }: DirectCommunicationRequest, env: LinkEnv) {
  if (relayServiceCode !== undefined && env.settings.ip) return { ipAddressConfig: 2 } as const
  return {
    ipAddressConfig: 4,
    ...(linkLocalIpv6Address && { linkLocalIpv6Address: linkLocalAddress(env.settings.layer2Id) }),
  } as const
}

/**
 * Cause 9 asks for a new GPI, once; any other ends the set-up. A RAND that is not of the GPI sent comes of an old Command
 * that somebody replayed to UE-1 (R24): the present one is still good, and T4111 sends it again.
 */
function securityModeRejected(
  state: Commanding,
  message: Pc5<'directSecurityModeReject'>,
  env: LinkEnv,
): LinkStep {
  const { gpi, formerLsb } = state
  const { cause, rand, auts } = message
  if (cause !== 9) return commandRefused(state, cause)
  if (!gpi || !rand || !auts || !equalOctets(readGpi(gpi).rand, rand))
    return [state, dropped('RAND of another GPI')]
  if (formerLsb !== undefined) return commandRefused(state, cause)
  return retrieveKeyAgain(state, { rand: Rand(rand), auts: Auts(auts) }, env)
}

/** Step 4 with RAND and AUTS. Nothing of the first Command is used again. CR 33.303 6.X.3.2 step 4. */
function retrieveKeyAgain(
  { request, peer, facts }: Commanding,
  resynchronisation: Resynchronisation,
  env: LinkEnv,
): LinkStep {
  const formerLsb = facts.context.kdSessId & 0xff
  facts.context.wipe()
  return [
    { phase: 'retrieving-key', request, peer, formerLsb },
    { kind: 'stop', timer: 'T4111' },
    {
      kind: 'report',
      state: { step: '4', what: 'resynchronisation', fields: { peer: hexOf24(peer), cause: 9 } },
    },
    ...retrieveKey({ ...keyRequestOf(request, env), resynchronisation }),
  ]
}

function commandRefused({ request, peer, facts }: Commanding, cause: number): LinkStep {
  facts.context.wipe()
  const error = new RefusedByPeer(`UE-1 refused the Command with cause ${cause}`)
  return [
    { phase: 'answered', request, peer },
    { kind: 'stop', timer: 'T4111' },
    { kind: 'report', state: refusal('13', error, peer, { cause }) },
  ]
}

/** The Command SDU under the next SN; T4111 is not prolonged. */
const commandAgain = (state: Commanding): LinkStep =>
  state.sent >= halfOpenBounds.commands
    ? [state, dropped('REQUEST repeated too often')]
    : [
        { ...state, sent: state.sent + 1 },
        transmitProtected(state.facts.context, lcids.securityMode, state.sdu),
      ]

/** T4111. */
function unanswered(state: Commanding, env: LinkEnv): LinkStep {
  const { after, retransmissions } = env.settings.timers.T4111
  if (state.transmissions <= retransmissions) {
    const [again, ...effects] = commandAgain({ ...state, sent: 0, transmissions: state.transmissions + 1 })
    return [again, ...effects, { kind: 'start', timer: 'T4111', after }]
  }
  state.facts.context.wipe()
  return refusedUnanswered(state, env)
}

function refusedUnanswered({ request, peer }: Commanding, env: LinkEnv): LinkStep {
  const sdu = encodeSdu({
    type: 'directCommunicationReject',
    sequenceNumber: env.nextSequenceNumber(peer),
    cause: 2,
  })
  return [
    { phase: 'answered', request, peer, sdu },
    { kind: 'report', state: refusal('14', new NoAnswer('no COMPLETE came'), peer) },
    transmitClear(sdu),
  ]
}
