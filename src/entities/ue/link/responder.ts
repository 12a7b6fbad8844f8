import { ProseError, TemporaryFailure } from '../../../core/errors.ts'
import { wipe } from '../../../core/keys.ts'
import { earliest, later, milliseconds } from '../../../core/units.ts'
import { causeOf } from '../../../reference-points/pc5/causes.ts'
import { encodeSdu, gpiField } from '../../../reference-points/pc5/messages.ts'
import { lcids } from '../../../reference-points/pc5/pdcp.ts'
import { chooseAlgorithms } from '../../../reference-points/pc5/security-capabilities.ts'
import { SecurityContext } from '../../../reference-points/pc5/security-context.ts'
import type { KeyRequest, KeyRetrieval } from '../key-retrieval.ts'
import { answerTo, checkPeer } from './check-request.ts'
import { chooseOctet } from './choose-octet.ts'
import { coveredIdentities, keyRequestExtensions } from './extensions.ts'
import type {
  AcceptedRequest,
  LinkEffect,
  LinkEnv,
  LinkEvent,
  LinkFacts,
  LinkState,
  LinkStep,
} from './link.ts'
import { refusal } from './refusal.ts'
import { dropped, namesOf, transmitClear, transmitProtected } from './transmit.ts'
import { pdkLifetime } from './verify-command.ts'

type RetrievingKey = Extract<LinkState, { phase: 'retrieving-key' }>
type Commanding = Extract<LinkState, { phase: 'commanding' }>
type Answered = Extract<LinkState, { phase: 'answered' }>
type Key = Extract<KeyRetrieval, { outcome: 'key' }>

/** From REQUEST to Command, REJECT or re-negotiation request; and as long as a half-open entry lives. */
const keyDeadline = milliseconds(25_000)
const halfOpenLife = milliseconds(32_000)

/** Step 4 begins: the KMF is asked once, however often the REQUEST is heard. */
export const requested = ({ request, peer }: AcceptedRequest, env: LinkEnv): LinkStep => [
  { phase: 'retrieving-key', request, peer },
  ...retrieveKey(keyRequestOf(request, env)),
]

/** The half-open entry lives on with each request. */
export const retrieveKey = (request: KeyRequest): readonly LinkEffect[] => [
  { kind: 'start', timer: 'half-open', after: halfOpenLife },
  { kind: 'start', timer: 'key-retrieval', after: keyDeadline },
  { kind: 'retrieve-key', request },
]

export const keyRequestOf = (request: AcceptedRequest['request'], env: LinkEnv): KeyRequest => {
  const { ue1Id, nafId, relayServiceCode } = request
  return {
    ue1Id,
    ue2Id: env.settings.layer2Id,
    nafId,
    ...(relayServiceCode !== undefined && { relayServiceCode }),
    ...keyRequestExtensions(request),
  }
}

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

/** A REJECT, which a repeated REQUEST gets again. */
export function refused(
  { request, peer }: RetrievingKey | Commanding,
  error: ProseError,
  env: LinkEnv,
): LinkStep {
  // A failure that is none of the named ones is this side's: `other errors`. TS 24.334 12.5.1.7.
  const named =
    causeOf(error).message === 'directCommunicationReject' ? error : new TemporaryFailure(error.message)
  const sdu = answerTo(named, peer, env)
  return [
    { phase: 'answered', request, peer, ...(sdu && { sdu }) },
    { kind: 'stop', timer: 'key-retrieval' },
    { kind: 'stop', timer: 'T4111' },
    { kind: 'report', state: refusal('10', error, peer) },
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
    identityElements: coveredIdentities({ ...request, extensions: request.extensionSet ?? 0 }),
    profile: env.settings.pc5Profile,
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
    extensionSet: request.extensionSet,
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
      },
      keys: () => context.fingerprints,
    },
    transmitProtected(context, lcids.securityMode, sdu),
    { kind: 'start', timer: 'T4111', after: env.settings.timers.T4111.after },
  ]
}

/** The set-up has its final answer, which a repeated REQUEST gets again. */
export function answered(state: Answered, event: LinkEvent): LinkStep {
  if (event.kind === 'request-again')
    return [state, state.sdu ? transmitClear(state.sdu) : dropped('request of a set-up that ended')]
  if (event.kind === 'expired' || event.kind === 'abandon') return [{ phase: 'closed' }]
  return [state, dropped(`${event.kind} after the set-up ended`)]
}

export function expiredHalfOpen(state: RetrievingKey | Commanding): LinkStep {
  if (state.phase === 'commanding') state.facts.context.wipe()
  return [{ phase: 'closed' }]
}
