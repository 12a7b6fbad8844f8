import { equalOctets } from '../../../core/bytes.ts'
import { hexOf24 } from '../../../core/identities/prose.ts'
import { milliseconds, seconds } from '../../../core/units.ts'
import { encodeSdu, type Pc5, type Pc5Message } from '../../../reference-points/pc5/messages.ts'
import { decodeSignalling, hasMac, lcids } from '../../../reference-points/pc5/pdcp.ts'
import { snLimits, unprotect, type SecurityContext } from '../../../reference-points/pc5/security-context.ts'
import {
  clampInactivityPeriod,
  inactivityPeriod,
  inactivityTimers,
} from '../../../reference-points/pc5/timers.ts'
import type { LinkEffect, LinkEnv, LinkEvent, LinkFacts, LinkStep, Secured } from './link.ts'
import * as rekeying from './rekeying.ts'
import { askRemoteUe, remoteUeReceived } from './remote-ue-info.ts'
import { renewalAfter } from '../renewal.ts'
import { closed, release, released } from './releasing.ts'
import { contextOf, dropped, namesOf, transmitData, transmitProtected } from './transmit.ts'

/** A link is up: UE-1 at ACCEPT, UE-2 at the verified COMPLETE. CR 33.303 6.X.3.2 step 14. */
export function established(
  facts: LinkFacts,
  env: LinkEnv,
  atUe2: Pick<Secured, 'request' | 'completed'> = {},
): LinkStep {
  const { context, peer, role, peerIdentity, relayServiceCode } = facts
  const peerPeriod = atUe2.request?.maximumInactivityPeriod ?? inactivityPeriod.standard
  const state: Secured = {
    phase: 'secured',
    facts,
    keepalive: { counter: 0, transmissions: 0 },
    peerPeriod: clampInactivityPeriod(peerPeriod),
    rekeyings: 0,
    rekeyFrom: snLimits.rekey,
    ...atUe2,
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
      },
      keys: () => context.fingerprints,
    },
    ...(role === 'initiator' ? [renewal(facts, env)] : []),
    { kind: 'start', timer: 'pdk-expiry', after: milliseconds(Math.max(0, facts.expires - env.now)) },
    watch(state, env),
    { kind: 'secured', facts },
  ]
}

const renewal = ({ expires }: LinkFacts, { now }: LinkEnv): LinkEffect => ({
  kind: 'start',
  timer: 'renewal',
  after: renewalAfter(now, expires),
})

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

type ProtectedPdu = Extract<LinkEvent, { kind: 'pdu' }>

/** Both UEs on a live link: only what verifies under its context counts (R11). */
export const secured = (state: Secured, event: LinkEvent, env: LinkEnv): LinkStep =>
  rekeying.rekeyIfDue(stepOf(state, event, env), env)

function stepOf(state: Secured, event: LinkEvent, env: LinkEnv): LinkStep {
  if (event.kind === 'pdu') return receivedPdu(state, event, env)
  if (event.kind === 'send')
    return [state, transmitData(rekeying.sendingContext(state), event.sduType, event.octets)]
  if (event.kind === 'release') return release(state, event.reason, env)
  if (event.kind === 'rekey') return rekeying.rekey(state, env)
  if (event.kind === 'ask-remote-ue') return askRemoteUe(state, env)
  if (event.kind === 'expired') return expired(state, event.timer, env)
  if (event.kind === 'abandon') return closed(state)
  return [state, dropped(`${event.kind} on a live link`)]
}

/** While the link is rekeyed the KD-sess ID tells its two contexts apart; one of neither may be the Command. */
function receivedPdu(state: Secured, { lcid, kdSessId, pdu }: ProtectedPdu, env: LinkEnv): LinkStep {
  const context = contextOf(state, kdSessId)
  if (!context) return rekeying.commanded(state, pdu, env)
  const { sdu, sduType } = unprotect(context, lcid, pdu)
  const isNew = context !== state.facts.context
  if (lcid === lcids.securityMode)
    return isNew ? rekeying.securityMode(state, sdu, env) : completeAgain(state, sdu)
  if (sduType === 'arp') return [state, dropped('ARP is not used')]
  if (sduType !== 'pc5-signalling' && !hasMac(lcid, context.profile))
    return [state, { kind: 'data', sduType, octets: sdu }]
  const heard =
    sduType === 'pc5-signalling'
      ? decodeSignalling(lcid, sdu)
      : ({ kind: 'data', sduType, octets: sdu } as const)
  const [shown, ...effects] = isNew ? rekeying.shown(state) : [state]
  return after(effects, 'kind' in heard ? alive(shown, env, heard) : received(shown, heard, context, env))
}

const after = (effects: readonly LinkEffect[], [state, ...more]: LinkStep): LinkStep => [
  state,
  ...effects,
  ...more,
]

/** The peer showed that it is there. */
function alive(state: Secured, env: LinkEnv, ...effects: LinkEffect[]): LinkStep {
  const { counter, transmissions } = state.keepalive
  if (transmissions === 0) return [state, ...effects, watch(state, env)]
  const next = { ...state, keepalive: { counter, transmissions: 0 } }
  return [next, ...effects, { kind: 'stop', timer: 'T4101' }, watch(next, env)]
}

/** UE-1 did not hear ACCEPT or REKEYING_RESPONSE: the same SDU under the next SN. */
function completeAgain(state: Secured, sdu: Uint8Array): LinkStep {
  const { completed, facts } = state
  if (!completed || !equalOctets(sdu, completed.complete))
    return [state, dropped('security mode of a live link')]
  return [state, transmitProtected(facts.context, lcids.protected, completed.answer)]
}

/** A message that came under one of the contexts of the link. */
function received(state: Secured, message: Pc5Message, context: SecurityContext, env: LinkEnv): LinkStep {
  if (message.type === 'directCommunicationKeepalive') return acknowledged(state, message, env)
  if (message.type === 'directCommunicationKeepaliveAck') return keptAlive(state, message, env)
  if (message.type === 'directCommunicationRelease')
    return closed(state, released(context, state.facts.peer, env))
  if (message.type === 'directRekeyingResponse' && state.facts.role === 'initiator') return alive(state, env)
  return (
    rekeying.received(state, message, env) ??
    remoteUeReceived(state, message, env) ?? [state, dropped(`${message.type} on a live link`)]
  )
}

function acknowledged(state: Secured, message: Pc5<'directCommunicationKeepalive'>, env: LinkEnv): LinkStep {
  const period = message.maximumInactivityPeriod
  const next = period === undefined ? state : { ...state, peerPeriod: clampInactivityPeriod(period) }
  const sdu = encodeSdu({
    type: 'directCommunicationKeepaliveAck',
    sequenceNumber: env.nextSequenceNumber(state.facts.peer),
    keepaliveCounter: message.keepaliveCounter,
  })
  return alive(next, env, transmitProtected(rekeying.sendingContext(state), lcids.protected, sdu))
}

function keptAlive(state: Secured, ack: Pc5<'directCommunicationKeepaliveAck'>, env: LinkEnv): LinkStep {
  const { counter, sdu, transmissions } = state.keepalive
  if (!sdu || ack.keepaliveCounter !== counter) return [state, dropped('keepalive counter not sent')]
  return alive({ ...state, keepalive: { counter: (counter + 1) % 2 ** 32, transmissions } }, env)
}

function expired(state: Secured, timer: string, env: LinkEnv): LinkStep {
  if (timer === 'T4102') return keepalive(state, env)
  if (timer === 'T4101') return keepaliveAgain(state, env)
  if (timer === 'T4108') return release(state, 3, env)
  if (timer === 'pdk-expiry') return closed(state)
  if (timer === 'renewal') return [state, { kind: 'renewal-due' }]
  if (timer === 'T4109' || timer === 'T4110' || timer === 'T4111')
    return rekeying.unanswered(state, timer, env)
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
  if (!sdu || transmissions > env.settings.timers.T4101.retransmissions) return release(state, 3, env)
  return sendKeepalive(state, sdu, transmissions + 1, env)
}

const sendKeepalive = (state: Secured, sdu: Uint8Array, transmissions: number, env: LinkEnv): LinkStep => [
  { ...state, keepalive: { counter: state.keepalive.counter, sdu, transmissions } },
  transmitProtected(rekeying.sendingContext(state), lcids.protected, sdu),
  { kind: 'start', timer: 'T4101', after: env.settings.timers.T4101.after },
]
