import { Auts, Rand, type Resynchronisation } from '../../../core/aka.ts'
import { equalOctets } from '../../../core/bytes.ts'
import { ProseError, TemporaryFailure } from '../../../core/errors.ts'
import { wipe } from '../../../core/keys.ts'
import { hexOf24 } from '../../../core/identities/prose.ts'
import { earliest, later, milliseconds } from '../../../core/units.ts'
import { readGpi } from '../../../crypto/gba-push-info.ts'
import { causeOf } from '../../../reference-points/pc5/causes.ts'
import { RefusedByPeer } from '../../../reference-points/pc5/errors.ts'
import { encodeSdu, gpiField, type Pc5 } from '../../../reference-points/pc5/messages.ts'
import { decodeSignalling, lcids } from '../../../reference-points/pc5/pdcp.ts'
import { chooseAlgorithms } from '../../../reference-points/pc5/security-capabilities.ts'
import { SecurityContext, unprotect } from '../../../reference-points/pc5/security-context.ts'
import type { KeyRequest, KeyRetrieval } from '../key-retrieval.ts'
import { answerTo, checkPeer } from './check-request.ts'
import { chooseOctet } from './choose-octet.ts'
import { established } from './established.ts'
import type {
  AcceptedRequest,
  LinkEffect,
  LinkEnv,
  LinkEvent,
  LinkFacts,
  LinkState,
  LinkStep,
} from './link.ts'
import { dropped, linkLocalAddress, namesOf, transmitClear, transmitProtected } from './transmit.ts'
import { pdkLifetime } from './verify-command.ts'

type RetrievingKey = Extract<LinkState, { phase: 'retrieving-key' }>
type Commanding = Extract<LinkState, { phase: 'commanding' }>
type Answered = Extract<LinkState, { phase: 'answered' }>
type Key = Extract<KeyRetrieval, { outcome: 'key' }>

/** From REQUEST to Command, REJECT or re-negotiation request; and as long as a half-open entry lives. */
const keyDeadline = milliseconds(25_000)
const halfOpenLife = milliseconds(32_000)
/** However often the REQUEST is heard again: a bound on what one heard message can make this UE send (R43). */
const mostCommands = 16

/** Step 4 begins: the KMF is asked once, however often the REQUEST is heard. */
export const requested = ({ request, peer }: AcceptedRequest, env: LinkEnv): LinkStep => [
  { phase: 'retrieving-key', request, peer },
  ...retrieveKey(keyRequestOf(request, env)),
]

const retrieveKey = (request: KeyRequest): readonly LinkEffect[] => [
  { kind: 'start', timer: 'half-open', after: halfOpenLife },
  { kind: 'start', timer: 'key-retrieval', after: keyDeadline },
  { kind: 'retrieve-key', request },
]

const keyRequestOf = (
  { ue1Id, nafId, relayServiceCode }: AcceptedRequest['request'],
  env: LinkEnv,
): KeyRequest => ({
  ue1Id,
  ue2Id: env.settings.layer2Id,
  nafId,
  extensions: 0,
  ...(relayServiceCode !== undefined && { relayServiceCode }),
})

export function retrievingKey(state: RetrievingKey, event: LinkEvent, env: LinkEnv): LinkStep {
  if (event.kind === 'key') return retrieved(state, event.retrieval, env)
  if (event.kind === 'expired') {
    return event.timer === 'key-retrieval'
      ? refused(state, new TemporaryFailure('the key did not come in time'), env)
      : expiredHalfOpen(state)
  }
  if (event.kind === 'abandon') return [{ phase: 'closed' }]
  return [state, dropped(`${event.kind} while the key is retrieved`)]
}

/** Step 10, or RN3. */
function retrieved(state: RetrievingKey, retrieval: KeyRetrieval, env: LinkEnv): LinkStep {
  switch (retrieval.outcome) {
    case 'bootstrapping-renegotiation':
      return renegotiate(state, env)
    case 'refused':
      return refused(state, retrieval.error, env)
    case 'key':
      try {
        checkPeer(state, retrieval.ue1ProseUeIds.includes(state.peer), env)
        return command(state, retrieval, env)
      } catch (error) {
        wipe(retrieval.pdk)
        if (error instanceof ProseError) return refused(state, error, env)
        throw error
      }
  }
}

/** CR 33.303 6.X.3.3 step 4: only for an own step 4, on its KMF's answer (R15). */
function renegotiate({ request, peer }: RetrievingKey, env: LinkEnv): LinkStep {
  const sdu = encodeSdu({
    type: 'bootstrappingRenegotiationRequest',
    sequenceNumber: env.nextSequenceNumber(peer),
    nonce1: request.nonce1,
  })
  return [
    { phase: 'answered', request, peer, sdu },
    { kind: 'stop', timer: 'key-retrieval' },
    transmitClear(sdu),
  ]
}

function refused({ request, peer }: RetrievingKey | Commanding, error: ProseError, env: LinkEnv): LinkStep {
  // A failure that is none of the named ones is this side's: `other errors`. TS 24.334 12.5.1.7.
  const named =
    causeOf(error).message === 'directCommunicationReject' ? error : new TemporaryFailure(error.message)
  const sdu = answerTo(named, peer, env)
  return [
    { phase: 'answered', request, peer, ...(sdu && { sdu }) },
    { kind: 'stop', timer: 'key-retrieval' },
    { kind: 'stop', timer: 'T4111' },
    {
      kind: 'report',
      state: { step: '10', what: 'refused', fields: { reason: error.code, peer: hexOf24(peer) } },
    },
    ...(sdu ? [transmitClear(sdu)] : []),
  ]
}

/** Steps 11 and 12. The context stays provisional until COMPLETE verifies (R21). */
function command(state: RetrievingKey, key: Key, env: LinkEnv): LinkStep {
  const { request, peer, formerLsb } = state
  const algorithms = chooseAlgorithms(request.ueSecurityCapabilities, env.settings.algorithms)
  const nonce2 = env.random.octets(16)
  const taken = env.takenOctets(peer, 'lsb')
  const lsbOfKdSessId = chooseOctet(
    env.random,
    formerLsb === undefined ? taken : new Set([...taken, formerLsb]),
  )
  if (lsbOfKdSessId === undefined) throw new TemporaryFailure('no KD-sess ID is left toward this peer')
  const dksi = request.msbOfKdSessId
  const kdSessId = dksi * 0x100 + lsbOfKdSessId
  const context = new SecurityContext({
    pdk: key.pdk,
    nonce1: request.nonce1,
    nonce2,
    algorithms,
    kdSessId,
    side: 'commanding',
  })
  wipe(key.pdk)
  const sdu = encodeSdu({
    type: 'directSecurityModeCommand',
    sequenceNumber: env.nextSequenceNumber(peer),
    ueSecurityCapabilities: request.ueSecurityCapabilities,
    nonce2,
    chosenAlgorithms: algorithms,
    lsbOfKdSessId,
    ...gpiField(key.gpi),
    ue2Id: env.settings.layer2Id,
    dksi,
  })
  const facts: LinkFacts = {
    peer,
    role: 'responder',
    context,
    expires: earliest(key.expires, later(env.now, pdkLifetime)),
    peerIdentity: key.ue1ProseUeIds.includes(peer) ? 'verified' : 'unverified',
    ue1Id: request.ue1Id,
    ...(request.relayServiceCode !== undefined && { relayServiceCode: request.relayServiceCode }),
    ...(request.linkLocalIpv6Address && { peerAddress: request.linkLocalIpv6Address }),
  }
  return [
    {
      phase: 'commanding',
      request,
      peer,
      facts,
      sdu,
      transmissions: 1,
      sent: 1,
      ...(key.gpi && { gpi: key.gpi }),
      ...(formerLsb !== undefined && { formerLsb }),
    },
    { kind: 'stop', timer: 'key-retrieval' },
    {
      kind: 'report',
      state: {
        step: '11',
        what: 'keys-derived',
        fields: {
          kdSessId: kdSessId.toString(16).padStart(4, '0'),
          ...namesOf(algorithms),
          ...(key.gpi && { gpi: true }),
        },
        keys: context.fingerprints,
      },
    },
    transmitProtected(context, lcids.securityMode, sdu),
    { kind: 'start', timer: 'T4111', after: env.settings.timers.T4111.after },
  ]
}

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
    ipAddressConfig: 4,
    linkLocalIpv6Address: request.linkLocalIpv6Address ? linkLocalAddress(env.settings.layer2Id) : undefined,
  })
  const [live, ...effects] = established(facts, env, { complete: sdu, accept, request })
  return [
    live,
    { kind: 'stop', timer: 'T4111' },
    { kind: 'stop', timer: 'half-open' },
    transmitProtected(facts.context, lcids.protected, accept),
    ...effects,
  ]
}

/**
 * Cause 9 asks for a new GPI, once; any other ends the set-up. The RAND of another GPI comes of an old Command that
 * somebody replayed to UE-1 (R24): the present one is still good, and T4111 sends it again.
 */
function securityModeRejected(
  state: Commanding,
  message: Pc5<'directSecurityModeReject'>,
  env: LinkEnv,
): LinkStep {
  const { gpi, formerLsb } = state
  const { cause, rand, auts } = message
  if (cause !== 9 || !gpi || !rand || !auts) return commandRefused(state, cause)
  if (!equalOctets(readGpi(gpi).rand, rand)) return [state, dropped('RAND of another GPI')]
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
  const { code } = new RefusedByPeer(`cause ${cause}`)
  return [
    { phase: 'answered', request, peer },
    { kind: 'stop', timer: 'T4111' },
    {
      kind: 'report',
      state: { step: '13', what: 'refused', fields: { reason: code, cause, peer: hexOf24(peer) } },
    },
  ]
}

/** The Command SDU under the next SN; T4111 is not prolonged. */
const commandAgain = (state: Commanding): LinkStep =>
  state.sent >= mostCommands
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
    {
      kind: 'report',
      state: { step: '14', what: 'refused', fields: { reason: 'ERR_NO_ANSWER', peer: hexOf24(peer) } },
    },
    transmitClear(sdu),
  ]
}

/** The set-up has its final answer, which a repeated REQUEST gets again. */
export function answered(state: Answered, event: LinkEvent): LinkStep {
  if (event.kind === 'request-again')
    return [state, state.sdu ? transmitClear(state.sdu) : dropped('request of a set-up that ended')]
  if (event.kind === 'expired' || event.kind === 'abandon') return [{ phase: 'closed' }]
  return [state, dropped(`${event.kind} after the set-up ended`)]
}

function expiredHalfOpen(state: RetrievingKey | Commanding): LinkStep {
  if (state.phase === 'commanding') state.facts.context.wipe()
  return [{ phase: 'closed' }]
}
