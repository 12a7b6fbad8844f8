import { equalOctets, isAllZero } from '../../../core/bytes.ts'
import { TemporaryFailure, type ProseError } from '../../../core/errors.ts'
import { Dksi, hexOf24 } from '../../../core/identities/prose.ts'
import { causeOf } from '../../../reference-points/pc5/causes.ts'
import { NoAnswer, NonceReused, RefusedByPeer } from '../../../reference-points/pc5/errors.ts'
import { encodeSdu, type Pc5, type Pc5Message } from '../../../reference-points/pc5/messages.ts'
import { decodeSignalling, lcids } from '../../../reference-points/pc5/pdcp.ts'
import { chooseAlgorithms, offeredCapabilities } from '../../../reference-points/pc5/security-capabilities.ts'
import { snLimits, type SecurityContext } from '../../../reference-points/pc5/security-context.ts'
import { chooseOctet } from './choose-octet.ts'
import { halfOpenBounds } from './half-open.ts'
import type { LinkEffect, LinkEnv, LinkState, LinkStep, Rekeying, Secured } from './link.ts'
import { dropped, namesOf, transmitRekeying } from './transmit.ts'
import { verifyRekeyingCommand } from './verify-rekeying.ts'

const clause = 'TS 33.303 6.5.5.3'
/** SNs between a rekeying that came to nothing and the next that starts by itself. */
const pause = 0x100

type Requested = Extract<Rekeying, { step: 'requested' }>
type Triggered = Extract<Rekeying, { step: 'triggered' }>
type Commanded = Extract<Rekeying, { step: 'commanded' }>

/** UE-1 asks for a new KD-sess; UE-2 can only ask UE-1 to do so. */
export function rekey(state: Secured, env: LinkEnv): LinkStep {
  if (state.rekeying) return [state, dropped('rekeying is under way')]
  return state.facts.role === 'initiator' ? request(state, env) : trigger(state, env)
}

/** A rekeying begins by itself before the SNs of the present context end (R27). */
export function rekeyIfDue(before: LinkStep, env: LinkEnv): LinkStep {
  // Every packet comes by here: most need nothing.
  const [state] = before
  if (state.phase !== 'secured' || state.rekeying || state.facts.context.nextSn < state.rekeyFrom)
    return before
  const [next, ...more] = rekey(state, env)
  const [, ...effects] = before
  return [next, ...effects, ...more]
}

/** What this UE sends goes under the new context as soon as it has verified, for UE-2 may hold no other any more. */
export const sendingContext = ({ rekeying, facts }: Secured): SecurityContext =>
  rekeying?.step === 'completed' ? rekeying.context : facts.context

/** Whether a live link has an SN left for user data (R27). */
export const takesUserData = (state: LinkState): boolean =>
  state.phase === 'secured' && sendingContext(state).nextSn <= snLimits.userData

function request(state: Secured, env: LinkEnv): LinkStep {
  const { peer } = state.facts
  const dksi = chooseOctet(env.random, env.takenOctets(peer, 'msb'))
  if (dksi === undefined) return kept(state, new TemporaryFailure('no DKSI is left toward this peer'))
  const capabilities = offeredCapabilities(env.settings.algorithms)
  const pending = { peer, nonce1: env.random.octets(16), dksi: Dksi(dksi), capabilities }
  const sdu = encodeSdu({
    type: 'directRekeyingRequest',
    sequenceNumber: env.nextSequenceNumber(peer),
    ueSecurityCapabilities: capabilities,
    nonce1: pending.nonce1,
    msbOfKdSessId: pending.dksi,
  })
  return say(state, { step: 'requested', ...pending, sdu, transmissions: 1 }, env)
}

function trigger(state: Secured, env: LinkEnv): LinkStep {
  const sequenceNumber = env.nextSequenceNumber(state.facts.peer)
  const sdu = encodeSdu({ type: 'directRekeyingTrigger', sequenceNumber })
  return say(state, { step: 'triggered', sdu, transmissions: 1 }, env)
}

/** REQUEST or TRIGGER, under the present context. */
function say(state: Secured, rekeying: Requested | Triggered, env: LinkEnv): LinkStep {
  const timer = rekeying.step === 'requested' ? 'T4109' : 'T4110'
  return [
    { ...state, rekeying },
    transmitRekeying(state.facts.context, lcids.protected, rekeying.sdu),
    { kind: 'start', timer, after: env.settings.timers[timer].after },
  ]
}

/** What the peer says of a rekeying, under the present context or the new one; undefined for any other message. */
export function received(state: Secured, message: Pc5Message, env: LinkEnv): LinkStep | undefined {
  if (message.type === 'directRekeyingRequest') return requested(state, message, env)
  if (message.type === 'directRekeyingTrigger') return triggered(state, env)
  if (message.type === 'directSecurityModeReject') return refused(state, message)
  return undefined
}

/** TRIGGER at UE-1; that of a UE-1 is dropped. */
const triggered = (state: Secured, env: LinkEnv): LinkStep =>
  state.facts.role === 'initiator' ? rekey(state, env) : [state, dropped('REKEYING_TRIGGER of UE-1')]

/**
 * REKEYING_REQUEST at UE-2, which derives the keys and commands as in steps 11 and 12, with the PDK it has. A request of
 * UE-2 is dropped (B36), as is one that a Command cannot answer; with the Re-auth Flag the whole set-up has to run.
 */
function requested(state: Secured, message: Pc5<'directRekeyingRequest'>, env: LinkEnv): LinkStep {
  const { facts, rekeying } = state
  if (facts.role === 'initiator') return [state, dropped('REKEYING_REQUEST of UE-2')]
  if (rekeying?.step === 'commanded' && isSame(rekeying.request, message))
    return commandAgain(state, rekeying)
  if (message.reauthFlag !== undefined) return [state, dropped('REKEYING_REQUEST for a new PDK')]
  const { nonce1 } = message
  if (isAllZero(nonce1) || env.wasSeen('nonce1', facts.peer, nonce1)) throw new NonceReused(1)
  const next = commandFor(facts.context, message, state, env)
  if (rekeying?.step === 'commanded') rekeying.context.wipe()
  return [
    { ...state, rekeying: next },
    { kind: 'stop', timer: 'T4110' },
    { kind: 'remember-nonce', nonce: 'nonce1', octets: nonce1 },
    transmitRekeying(next.context, lcids.securityMode, next.sdu),
    { kind: 'start', timer: 'T4111', after: env.settings.timers.T4111.after },
  ]
}

const isSame = (known: Pc5<'directRekeyingRequest'>, heard: Pc5<'directRekeyingRequest'>): boolean =>
  known.sequenceNumber === heard.sequenceNumber && equalOctets(known.nonce1, heard.nonce1)

function commandFor(
  current: SecurityContext,
  request: Pc5<'directRekeyingRequest'>,
  { facts: { peer } }: Secured,
  env: LinkEnv,
): Commanded {
  const algorithms = chooseAlgorithms(request.ueSecurityCapabilities, env.settings.algorithms)
  const lsbOfKdSessId = chooseOctet(env.random, env.takenOctets(peer, 'lsb'))
  if (lsbOfKdSessId === undefined) throw new TemporaryFailure('no KD-sess ID is left toward this peer')
  const { msbOfKdSessId: dksi, nonce1, ueSecurityCapabilities } = request
  const nonce2 = env.random.octets(16)
  const kdSessId = dksi * 0x100 + lsbOfKdSessId
  const context = current.rekeyed({ nonce1, nonce2, algorithms, kdSessId })
  const sdu = encodeSdu({
    type: 'directSecurityModeCommand',
    sequenceNumber: env.nextSequenceNumber(peer),
    ...{ ueSecurityCapabilities, nonce2, lsbOfKdSessId, dksi },
    chosenAlgorithms: algorithms,
    ue2Id: env.settings.layer2Id,
  })
  return { step: 'commanded', request, context, sdu, transmissions: 1, sent: 1 }
}

/** The Command SDU under the next SN; T4111 is not prolonged. */
const commandAgain = (state: Secured, rekeying: Commanded): LinkStep =>
  rekeying.sent >= halfOpenBounds.commands
    ? [state, dropped('REKEYING_REQUEST repeated too often')]
    : [
        { ...state, rekeying: { ...rekeying, sent: rekeying.sent + 1 } },
        transmitRekeying(rekeying.context, lcids.securityMode, rekeying.sdu),
      ]

/** A Command for UE-1's request: COMPLETE when it verifies, SECURITY MODE REJECT under the present context, or silence. */
export function commanded(state: Secured, pdu: Uint8Array, env: LinkEnv): LinkStep {
  const { facts, rekeying } = state
  if (rekeying?.step !== 'requested') return [state, dropped('Command of no rekeying')]
  const result = verifyRekeyingCommand(pdu, rekeying, facts.context, env)
  if (result.verdict === 'drop') return [state, dropped(result.error.code)]
  if (result.verdict === 'refuse') return refuse(state, result.error, env)
  const { context, command, sdu } = result
  const sequenceNumber = env.nextSequenceNumber(facts.peer)
  const complete = encodeSdu({ type: 'directSecurityModeComplete', sequenceNumber })
  return [
    { ...state, rekeying: { step: 'completed', context, command: sdu, sdu: complete, transmissions: 1 } },
    { kind: 'remember-nonce', nonce: 'nonce2', octets: command.nonce2 },
    transmitRekeying(context, lcids.securityMode, complete),
    { kind: 'start', timer: 'T4109', after: env.settings.timers.T4109.after },
  ]
}

function refuse(state: Secured, error: ProseError, env: LinkEnv): LinkStep {
  const answer = causeOf(error)
  const [next, ...effects] = kept(state, error)
  if (answer.message !== 'directSecurityModeReject') return [next, ...effects]
  const sequenceNumber = env.nextSequenceNumber(state.facts.peer)
  const sdu = encodeSdu({ type: 'directSecurityModeReject', sequenceNumber, cause: answer.cause })
  return [next, transmitRekeying(state.facts.context, lcids.protected, sdu), ...effects]
}

/** SECURITY MODE REJECT at UE-2, protected: its Command brings nothing. */
const refused = (state: Secured, { cause }: Pc5<'directSecurityModeReject'>): LinkStep =>
  state.rekeying?.step === 'commanded'
    ? kept(state, new RefusedByPeer(`UE-1 refused the Command with cause ${cause}`, clause))
    : [state, dropped('SECURITY MODE REJECT of no rekeying')]

/** What came on LCID 29 under the new context: COMPLETE at UE-2, at UE-1 the Command that was answered already. */
export function securityMode({ rekeying, ...state }: Secured, sdu: Uint8Array, env: LinkEnv): LinkStep {
  if (rekeying?.step === 'completed' && equalOctets(sdu, rekeying.command))
    return [{ ...state, rekeying }, transmitRekeying(rekeying.context, lcids.securityMode, rekeying.sdu)]
  const isComplete = decodeSignalling(lcids.securityMode, sdu).type === 'directSecurityModeComplete'
  if (rekeying?.step !== 'commanded' || !isComplete)
    return [{ ...state, ...(rekeying && { rekeying }) }, dropped('security mode of a rekeying')]
  const sequenceNumber = env.nextSequenceNumber(state.facts.peer)
  const answer = encodeSdu({ type: 'directRekeyingResponse', sequenceNumber })
  const [next, ...effects] = switched(state, rekeying.context)
  return [
    { ...next, completed: { complete: sdu, answer } },
    transmitRekeying(rekeying.context, lcids.protected, answer),
    ...effects,
  ]
}

/** The first message that verifies under the new context shows UE-1 that UE-2 has it. */
export const shown = ({ rekeying, ...state }: Secured): readonly [Secured, ...LinkEffect[]] =>
  rekeying?.step === 'completed'
    ? switched(state, rekeying.context)
    : [{ ...state, ...(rekeying && { rekeying }) }]

/** The old context ends here (R33). */
function switched(
  state: Omit<Secured, 'rekeying'>,
  context: SecurityContext,
): readonly [Secured, ...LinkEffect[]] {
  const { facts, rekeyings } = state
  facts.context.wipe()
  return [
    { ...state, facts: { ...facts, context }, rekeyings: rekeyings + 1, rekeyFrom: snLimits.rekey },
    ...stopTimers,
    {
      kind: 'report',
      state: {
        what: 'rekeyed',
        fields: {
          ...{ peer: hexOf24(facts.peer), role: facts.role, rekeyings: rekeyings + 1 },
          ...{ kdSessId: context.kdSessId.toString(16).padStart(4, '0'), ...namesOf(context.algorithms) },
        },
      },
      keys: () => context.fingerprints,
    },
    { kind: 'rekeying-ended', end: { outcome: 'rekeyed' } },
  ]
}

const stopTimers = (['T4109', 'T4110', 'T4111'] as const).map((timer) => ({ kind: 'stop', timer }) as const)

/** The rekeying came to nothing: the link goes on under the context it has. */
function kept({ rekeying, ...state }: Secured, error: ProseError): LinkStep {
  const { context, peer, role } = state.facts
  if (rekeying && 'context' in rekeying) rekeying.context.wipe()
  const { code, message: reason } = error
  return [
    { ...state, rekeyFrom: Math.max(state.rekeyFrom, context.nextSn + pause) },
    ...stopTimers,
    {
      kind: 'report',
      state: { what: 'rekeying-failed', fields: { code, reason, peer: hexOf24(peer), role } },
    },
    { kind: 'rekeying-ended', end: { outcome: 'kept', error } },
  ]
}

const rows = { requested: 'T4109', completed: 'T4109', triggered: 'T4110', commanded: 'T4111' } as const

/** T4109, T4110, T4111: the same SDU under the next SN, until the retransmissions are used up. */
export function unanswered(state: Secured, timer: 'T4109' | 'T4110' | 'T4111', env: LinkEnv): LinkStep {
  const { rekeying, facts } = state
  if (!rekeying || rows[rekeying.step] !== timer) return [state, dropped('timer of another phase')]
  const { after, retransmissions } = env.settings.timers[timer]
  if (rekeying.transmissions > retransmissions)
    return kept(state, new NoAnswer('the peer does not answer the rekeying', clause))
  const context = 'context' in rekeying ? rekeying.context : facts.context
  const lcid = context === facts.context ? lcids.protected : lcids.securityMode
  const again = {
    transmissions: rekeying.transmissions + 1,
    ...(rekeying.step === 'commanded' && { sent: 1 }),
  }
  return [
    { ...state, rekeying: { ...rekeying, ...again } },
    transmitRekeying(context, lcid, rekeying.sdu),
    { kind: 'start', timer, after },
  ]
}
