import { equalOctets } from '../../../core/bytes.ts'
import { hexOf24 } from '../../../core/identities/prose.ts'
import { milliseconds, seconds } from '../../../core/units.ts'
import type { ReleaseReason } from '../../../reference-points/pc5/causes.ts'
import { encodeSdu, type Pc5, type Pc5Message } from '../../../reference-points/pc5/messages.ts'
import { decodeSignalling, lcids } from '../../../reference-points/pc5/pdcp.ts'
import { unprotect } from '../../../reference-points/pc5/security-context.ts'
import {
  clampInactivityPeriod,
  inactivityPeriod,
  inactivityTimers,
} from '../../../reference-points/pc5/timers.ts'
import type {
  LinkEffect,
  LinkEnv,
  LinkEvent,
  LinkFacts,
  LinkState,
  LinkStep,
  OutgoingMessage,
  Secured,
} from './link.ts'
import { dropped, namesOf, transmitData, transmitProtected } from './transmit.ts'

type Releasing = Extract<LinkState, { phase: 'releasing' }>

/** A link is up: UE-1 at ACCEPT, UE-2 at the verified COMPLETE. CR 33.303 6.X.3.2 step 14. */
export function established(facts: LinkFacts, env: LinkEnv, accepted?: Secured['accepted']): LinkStep {
  const { context, peer, role, peerIdentity, relayServiceCode } = facts
  const peerPeriod = accepted
    ? clampInactivityPeriod(accepted.request.maximumInactivityPeriod)
    : inactivityPeriod.standard
  const state: Secured = {
    phase: 'secured',
    facts,
    keepalive: { counter: 0, transmissions: 0 },
    peerPeriod,
    ...(accepted && { accepted }),
  }
  return [
    state,
    {
      kind: 'report',
      state: {
        step: '14',
        what: 'secured',
        fields: {
          ...{ peer: hexOf24(peer), role, peerIdentity, ...namesOf(context.algorithms) },
          ...(relayServiceCode !== undefined && { relayServiceCode: hexOf24(relayServiceCode) }),
        },
        keys: context.fingerprints,
      },
    },
    { kind: 'start', timer: 'pdk-expiry', after: milliseconds(Math.max(0, facts.expires - env.now)) },
    watch(state, env),
    { kind: 'secured', facts },
  ]
}

/**
 * The timer that finds out that the peer is gone: UE-1 asks after T4102, UE-2 gives up after T4108.
 *
 * Open: the period in the REQUEST is under no MAC. The first KEEPALIVE, which carries the period protected, is sent
 * before the shortest period could end, so that a changed REQUEST cannot end a live link (R11).
 */
function watch({ facts, keepalive, peerPeriod }: Secured, env: LinkEnv): LinkEffect {
  if (facts.role === 'responder')
    return { kind: 'start', timer: 'T4108', after: inactivityTimers.T4108(peerPeriod) }
  const own = env.settings.maximumInactivityPeriod
  const period = keepalive.counter === 0 ? seconds(Math.min(own, inactivityPeriod.lowest)) : own
  return { kind: 'start', timer: 'T4102', after: inactivityTimers.T4102(period) }
}

/** Both UEs on a live link: only what verifies under its context counts (R11). */
export function secured(state: Secured, event: LinkEvent, env: LinkEnv): LinkStep {
  if (event.kind === 'pdu') return receivedPdu(state, event, env)
  if (event.kind === 'send') return [state, transmitData(state.facts.context, event.sduType, event.octets)]
  if (event.kind === 'release') return release(state.facts, event.reason, env)
  if (event.kind === 'expired') return expired(state, event.timer, env)
  if (event.kind === 'abandon') return closed(state.facts)
  return [state, dropped(`${event.kind} on a live link`)]
}

function receivedPdu(state: Secured, event: Extract<LinkEvent, { kind: 'pdu' }>, env: LinkEnv): LinkStep {
  const { sdu, sduType } = unprotect(state.facts.context, event.lcid, event.pdu)
  if (sduType === 'arp') return [state, dropped('ARP is not used')]
  if (sduType !== 'pc5-signalling') return alive(state, env, { kind: 'data', sduType, octets: sdu })
  if (event.lcid === lcids.securityMode) return completeAgain(state, sdu)
  return received(state, decodeSignalling(event.lcid, sdu), env)
}

/** The peer showed that it is there. */
function alive(state: Secured, env: LinkEnv, ...effects: LinkEffect[]): LinkStep {
  const keepalive = { counter: state.keepalive.counter, transmissions: 0 }
  const next = { ...state, keepalive }
  return [next, ...effects, { kind: 'stop', timer: 'T4101' }, watch(next, env)]
}

/** UE-1 did not hear ACCEPT: the same SDU under the next SN. */
function completeAgain(state: Secured, sdu: Uint8Array): LinkStep {
  const { accepted, facts } = state
  if (!accepted || !equalOctets(sdu, accepted.complete))
    return [state, dropped('security mode of a live link')]
  return [state, transmitProtected(facts.context, lcids.protected, accepted.accept)]
}

function received(state: Secured, message: Pc5Message, env: LinkEnv): LinkStep {
  if (message.type === 'directCommunicationKeepalive') return acknowledged(state, message, env)
  if (message.type === 'directCommunicationKeepaliveAck') return keptAlive(state, message, env)
  if (message.type === 'directCommunicationRelease') return closed(state.facts, released(state.facts, env))
  return [state, dropped(`${message.type} on a live link`)]
}

function acknowledged(state: Secured, message: Pc5<'directCommunicationKeepalive'>, env: LinkEnv): LinkStep {
  const period = message.maximumInactivityPeriod
  const next = period === undefined ? state : { ...state, peerPeriod: clampInactivityPeriod(period) }
  const sdu = encodeSdu({
    type: 'directCommunicationKeepaliveAck',
    sequenceNumber: env.nextSequenceNumber(state.facts.peer),
    keepaliveCounter: message.keepaliveCounter,
  })
  return alive(next, env, transmitProtected(state.facts.context, lcids.protected, sdu))
}

function keptAlive(state: Secured, ack: Pc5<'directCommunicationKeepaliveAck'>, env: LinkEnv): LinkStep {
  const { counter, sdu } = state.keepalive
  if (!sdu || ack.keepaliveCounter !== counter) return [state, dropped('keepalive counter not sent')]
  return alive({ ...state, keepalive: { counter: (counter + 1) % 2 ** 32, transmissions: 0 } }, env)
}

function expired(state: Secured, timer: string, env: LinkEnv): LinkStep {
  if (timer === 'T4102') return keepalive(state, env)
  if (timer === 'T4101') return keepaliveAgain(state, env)
  if (timer === 'T4108') return release(state.facts, 3, env)
  if (timer === 'pdk-expiry') return closed(state.facts)
  return [state, dropped('timer of another phase')]
}

function keepalive(state: Secured, env: LinkEnv): LinkStep {
  const { counter } = state.keepalive
  const sdu = encodeSdu({
    type: 'directCommunicationKeepalive',
    sequenceNumber: env.nextSequenceNumber(state.facts.peer),
    keepaliveCounter: counter,
    maximumInactivityPeriod: counter === 0 ? env.settings.maximumInactivityPeriod : undefined,
  })
  return sendKeepalive(state, sdu, 1, env)
}

function keepaliveAgain(state: Secured, env: LinkEnv): LinkStep {
  const { sdu, transmissions } = state.keepalive
  if (!sdu || transmissions > env.settings.timers.T4101.retransmissions) return release(state.facts, 3, env)
  return sendKeepalive(state, sdu, transmissions + 1, env)
}

const sendKeepalive = (state: Secured, sdu: Uint8Array, transmissions: number, env: LinkEnv): LinkStep => [
  { ...state, keepalive: { counter: state.keepalive.counter, sdu, transmissions } },
  transmitProtected(state.facts.context, lcids.protected, sdu),
  { kind: 'start', timer: 'T4101', after: env.settings.timers.T4101.after },
]

/** RELEASE and T4103; the user gets nothing more from this link. TS 24.334 10.4.4. */
function release(facts: LinkFacts, reason: ReleaseReason, env: LinkEnv): LinkStep {
  const sdu = encodeSdu({
    type: 'directCommunicationRelease',
    sequenceNumber: env.nextSequenceNumber(facts.peer),
    reason,
  })
  return [
    { phase: 'releasing', facts, sdu, transmissions: 1 },
    ...(['T4101', 'T4102', 'T4108'] as const).map((timer) => ({ kind: 'stop', timer }) as const),
    transmitProtected(facts.context, lcids.protected, sdu),
    { kind: 'start', timer: 'T4103', after: env.settings.timers.T4103.after },
  ]
}

/** What answers a RELEASE. */
export const released = (facts: LinkFacts, env: LinkEnv): OutgoingMessage =>
  transmitProtected(
    facts.context,
    lcids.protected,
    encodeSdu({
      type: 'directCommunicationReleaseAccept',
      sequenceNumber: env.nextSequenceNumber(facts.peer),
    }),
  )

/** RELEASE was sent: an answer, or the peer's own RELEASE, ends it. TS 24.334 10.4.4. */
export function releasing(state: Releasing, event: LinkEvent, env: LinkEnv): LinkStep {
  const { facts } = state
  if (event.kind === 'pdu') return receivedWhileReleasing(state, event, env)
  if (event.kind === 'expired') return event.timer === 'pdk-expiry' ? closed(facts) : releaseAgain(state, env)
  if (event.kind === 'abandon') return closed(facts)
  return [state, dropped(`${event.kind} while releasing`)]
}

function receivedWhileReleasing(
  state: Releasing,
  { lcid, pdu }: Extract<LinkEvent, { kind: 'pdu' }>,
  env: LinkEnv,
): LinkStep {
  const { facts } = state
  const { sdu, sduType } = unprotect(facts.context, lcid, pdu)
  if (sduType !== 'pc5-signalling') return [state, dropped('user data while releasing')]
  const message = decodeSignalling(lcid, sdu)
  if (message.type === 'directCommunicationReleaseAccept') return closed(facts)
  if (message.type === 'directCommunicationRelease') return closed(facts, released(facts, env))
  return [state, dropped(`${message.type} while releasing`)]
}

function releaseAgain(state: Releasing, env: LinkEnv): LinkStep {
  const { after, retransmissions } = env.settings.timers.T4103
  if (state.transmissions > retransmissions) return closed(state.facts)
  return [
    { ...state, transmissions: state.transmissions + 1 },
    transmitProtected(state.facts.context, lcids.protected, state.sdu),
    { kind: 'start', timer: 'T4103', after },
  ]
}

/** Keys and counters of a link go together (R27, R33). */
function closed(facts: LinkFacts, ...effects: LinkEffect[]): LinkStep {
  facts.context.wipe()
  return [
    { phase: 'closed' },
    ...effects,
    { kind: 'report', state: { what: 'released', fields: { peer: hexOf24(facts.peer), role: facts.role } } },
  ]
}
