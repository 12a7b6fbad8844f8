import type { Random } from '../../core/environment.ts'
import { milliseconds, type Milliseconds } from '../../core/units.ts'
import { watch, watchdogDelay, watchdogOf, type Watchdog, type WatchdogAction } from './watchdog.ts'

/** Which node opened the connection: this one, or the peer. RFC 6733 5.6. */
export type Side = 'initiator' | 'responder'

interface Past {
  /** Connections that failed since the last one that opened. */
  readonly failures: number
  /** The last connection was given up because the peer fell silent. */
  readonly fellSilent: boolean
}

/** The states of RFC 6733 5.6, with the watchdog of RFC 3539 in the open one; `stopped` is for good. */
export type PeerState =
  | ({ readonly phase: 'closed' } & Past)
  | ({ readonly phase: 'wait-conn-ack' } & Past)
  | ({ readonly phase: 'wait-i-cea' } & Past)
  | ({ readonly phase: 'wait-conn-ack-elect' } & Past)
  | ({ readonly phase: 'wait-returns' } & Past)
  | { readonly phase: 'open'; readonly side: Side; readonly watchdog: Watchdog }
  | { readonly phase: 'closing'; readonly side: Side; readonly thenStop: boolean; readonly retry: boolean }
  | { readonly phase: 'stopped' }

interface EventDetails {
  start: object
  stop: object
  timeout: object
  'conn-ack': object
  'conn-nack': object
  /** An acceptable CER on a connection that the peer opened. */
  'r-conn-cer': object
  'i-rcv-cea': object
  /** No CEA, or one that does not do. */
  'i-rcv-non-cea': object
  'peer-disc': { readonly side: Side }
  'rcv-dwa': object
  'rcv-message': object
  'rcv-dpr': { readonly cause: number }
  'rcv-dpa': object
  /** The peer broke a rule that ends the connection (R39, B58). */
  violation: object
}
type EventName = keyof EventDetails

export type PeerEvent = { [Name in EventName]: { readonly event: Name } & EventDetails[Name] }[EventName]

export type PeerEffect =
  | { readonly effect: 'connect' | 'send-cer' | 'send-dwr' | 'send-dpr' | 'send-dpa' }
  /** The held connection of the peer becomes the one in use: CEA. */
  | { readonly effect: 'accept' }
  /** The newest connection of the peer is closed without an answer. */
  | { readonly effect: 'reject' }
  | { readonly effect: 'disconnect'; readonly side: Side }
  /** The one timer of the peer; undefined stops it. */
  | { readonly effect: 'timer'; readonly delay: Milliseconds | undefined }
  /** New requests may be sent, may not be sent, and all that are open must find another way. */
  | { readonly effect: 'available' | 'unavailable' | 'lost' }
  | { readonly effect: 'ignored'; readonly event: PeerEvent['event'] }

export interface PeerEnv {
  /** This node opens connections to the peer. */
  readonly initiates: boolean
  /** The own Origin-Host succeeds that of the peer. RFC 6733 5.6.4. */
  readonly winsElection: boolean
  readonly random: Random
  readonly intervals: PeerIntervals
}

export interface PeerIntervals {
  /** Connection, CER and CEA. */
  readonly handshake: Milliseconds
  /** Tw of RFC 3539. */
  readonly watchdog: Milliseconds
  /** Before the first try to connect again; doubles up to Tc. */
  readonly firstReconnect: Milliseconds
  /** Tc of RFC 6733 2.1. */
  readonly reconnect: Milliseconds
  /** For requests that are worked on when the node closes. */
  readonly draining: Milliseconds
  /** DPR to DPA, DPA to the end of the connection. */
  readonly closing: Milliseconds
}

export const defaultIntervals: PeerIntervals = {
  handshake: milliseconds(10_000),
  watchdog: milliseconds(30_000),
  firstReconnect: milliseconds(500),
  reconnect: milliseconds(30_000),
  draining: milliseconds(1_500),
  closing: milliseconds(2_000),
}

type Step = [PeerState, ...PeerEffect[]]
type InPhase<Phase extends PeerState['phase']> = Extract<PeerState, { phase: Phase }>

/** What each event does in one state; an event without an entry is ignored, and said to be. */
type Row<Phase extends PeerState['phase']> = {
  readonly [Name in EventName]?: (state: InPhase<Phase>, env: PeerEnv, event: EventDetails[Name]) => Step
}

export const initialPeerState: PeerState = { phase: 'closed', failures: 0, fellSilent: false }

const timer = (delay: Milliseconds | undefined): PeerEffect => ({ effect: 'timer', delay })
const disconnect = (side: Side): PeerEffect => ({ effect: 'disconnect', side })
const pastOf = ({ failures, fellSilent }: Past): Past => ({ failures, fellSilent })

/** To `closed`; a node that initiates tries again, each time twice as late. */
function close(past: Past, env: PeerEnv, delay?: Milliseconds): Step {
  const backOff = Math.min(env.intervals.firstReconnect * 2 ** past.failures, env.intervals.reconnect)
  return [
    { phase: 'closed', failures: Math.min(past.failures + 1, 16), fellSilent: past.fellSilent },
    timer(env.initiates ? (delay ?? milliseconds(backOff)) : undefined),
  ]
}

function opened(side: Side, past: Past, env: PeerEnv): Step {
  const [watchdog, ...actions] = watchdogOf(past.fellSilent)
  return [
    { phase: 'open', side, watchdog },
    timer(watchdogDelay(env.intervals.watchdog, env.random)),
    ...(watchdog.status === 'okay' ? [{ effect: 'available' } as const] : []),
    ...actions.flatMap(effectsOf),
  ]
}

const acceptResponder = (past: Past, env: PeerEnv, ...before: PeerEffect[]): Step => {
  const [state, ...effects] = opened('responder', past, env)
  return [state, ...before, { effect: 'accept' }, ...effects]
}

function connect(state: InPhase<'closed'>, env: PeerEnv): Step {
  if (!env.initiates) return [state]
  return [{ ...state, phase: 'wait-conn-ack' }, { effect: 'connect' }, timer(env.intervals.handshake)]
}

function fail(past: Past, env: PeerEnv, ...sides: readonly Side[]): Step {
  const [state, ...effects] = close(past, env)
  return [state, ...sides.map(disconnect), ...effects]
}
const failInitiator = (past: Past, env: PeerEnv): Step => fail(past, env, 'initiator')
const failBoth = (past: Past, env: PeerEnv): Step => fail(past, env, 'initiator', 'responder')
const reject = (state: PeerState): Step => [state, { effect: 'reject' }]

/** Both nodes opened a connection: the winner closes the one it opened. RFC 6733 5.6.4. */
const elect = (past: Past, env: PeerEnv, ...before: PeerEffect[]): Step =>
  env.winsElection
    ? acceptResponder(past, env, ...before, disconnect('initiator'))
    : [{ ...pastOf(past), phase: 'wait-returns' }, ...before, timer(env.intervals.handshake)]

const closed: Row<'closed'> = {
  start: connect,
  timeout: connect,
  'r-conn-cer': (state, env) => acceptResponder(state, env),
}

const waitConnAck: Row<'wait-conn-ack'> = {
  'conn-ack': (state, env) => [
    { ...state, phase: 'wait-i-cea' },
    { effect: 'send-cer' },
    timer(env.intervals.handshake),
  ],
  'conn-nack': failInitiator,
  timeout: failInitiator,
  'r-conn-cer': (state) => [{ ...state, phase: 'wait-conn-ack-elect' }],
}

const waitCea: Row<'wait-i-cea'> = {
  'i-rcv-cea': (state, env) => opened('initiator', state, env),
  'r-conn-cer': (state, env) => elect(state, env),
  'i-rcv-non-cea': failInitiator,
  violation: failInitiator,
  timeout: failInitiator,
  'peer-disc': (state, env, { side }) => (side === 'initiator' ? failInitiator(state, env) : [state]),
}

const waitConnAckElect: Row<'wait-conn-ack-elect'> = {
  'conn-ack': (state, env) => elect(state, env, { effect: 'send-cer' }),
  'conn-nack': (state, env) => acceptResponder(state, env, disconnect('initiator')),
  'peer-disc': (state, _env, { side }) => [
    side === 'responder' ? { ...state, phase: 'wait-conn-ack' } : state,
  ],
  'r-conn-cer': reject,
  timeout: failBoth,
  violation: failBoth,
}

const waitReturns: Row<'wait-returns'> = {
  'i-rcv-cea': (state, env) => {
    const [next, ...effects] = opened('initiator', state, env)
    return [next, disconnect('responder'), ...effects]
  },
  'i-rcv-non-cea': (state, env) => acceptResponder(state, env, disconnect('initiator')),
  'peer-disc': (state, env, { side }) =>
    side === 'initiator'
      ? acceptResponder(state, env, disconnect('initiator'))
      : [{ ...state, phase: 'wait-i-cea' }],
  'r-conn-cer': reject,
  timeout: failBoth,
  violation: failBoth,
}

const open: Row<'open'> = {
  'rcv-dwa': (state, env) => watched(state, 'dwa', env),
  'rcv-message': (state, env) => watched(state, 'message', env),
  timeout: (state, env) => watched(state, 'timeout', env),
  'peer-disc': (state, env, { side }) => (side === state.side ? lost(state, false, env) : [state]),
  violation: (state, env) => lost(state, false, env),
  'rcv-dpr': (state, env, { cause }) =>
    leave(state, { effect: 'send-dpa' }, { thenStop: false, retry: cause === 0 }, env),
  stop: (state, env) => leave(state, { effect: 'send-dpr' }, { thenStop: true, retry: false }, env),
  'r-conn-cer': reject,
}

const leave = (
  { side }: InPhase<'open'>,
  effect: PeerEffect,
  then: { readonly thenStop: boolean; readonly retry: boolean },
  env: PeerEnv,
): Step => [
  { phase: 'closing', side, ...then },
  effect,
  { effect: 'unavailable' },
  timer(env.intervals.closing),
]

function lost({ side }: InPhase<'open'>, fellSilent: boolean, env: PeerEnv): Step {
  const [state, ...effects] = close({ failures: 0, fellSilent }, env)
  return [state, disconnect(side), { effect: 'unavailable' }, { effect: 'lost' }, ...effects]
}

function watched(state: InPhase<'open'>, event: 'dwa' | 'message' | 'timeout', env: PeerEnv): Step {
  const [watchdog, ...actions] = watch(state.watchdog, event)
  if (actions.includes('close')) return lost(state, true, env)
  return [
    { ...state, watchdog },
    timer(watchdogDelay(env.intervals.watchdog, env.random)),
    ...actions.flatMap(effectsOf),
  ]
}

const watchdogEffects: Readonly<Record<WatchdogAction, readonly PeerEffect[]>> = {
  'send-dwr': [{ effect: 'send-dwr' }],
  failover: [{ effect: 'unavailable' }],
  failback: [{ effect: 'available' }],
  close: [],
}
const effectsOf = (action: WatchdogAction) => watchdogEffects[action]

const closing: Row<'closing'> = {
  'rcv-dpa': finish,
  timeout: finish,
  violation: finish,
  'peer-disc': (state, env, { side }) => (side === state.side ? finish(state, env) : [state]),
  'rcv-dpr': (state) => [state, { effect: 'send-dpa' }],
  'r-conn-cer': reject,
  stop: (state) => [{ ...state, thenStop: true }],
}

function finish(state: InPhase<'closing'>, env: PeerEnv): Step {
  const left: PeerEffect[] = [disconnect(state.side), { effect: 'lost' }]
  if (state.thenStop) return [{ phase: 'stopped' }, ...left, timer(undefined)]
  // A peer that does not want to talk, or is busy, is asked again after Tc. RFC 6733 5.4.3.
  const [next, ...effects] = close(
    { failures: 0, fellSilent: false },
    env,
    state.retry ? undefined : env.intervals.reconnect,
  )
  return [next, ...left, ...effects]
}

const phases: { readonly [Phase in PeerState['phase']]: Row<Phase> } = {
  closed,
  'wait-conn-ack': waitConnAck,
  'wait-i-cea': waitCea,
  'wait-conn-ack-elect': waitConnAckElect,
  'wait-returns': waitReturns,
  open,
  closing,
  stopped: { 'r-conn-cer': reject },
}

/** One peer. RFC 6733 5.6 and RFC 3539 3.4.1; every effect is the caller's. */
export function stepPeer(state: PeerState, event: PeerEvent, env: PeerEnv): Step {
  const step = (phases[state.phase] as Row<typeof state.phase>)[event.event] as
    ((state: PeerState, env: PeerEnv, event: PeerEvent) => Step) | undefined
  if (step) return step(state, env, event)
  if (event.event === 'stop')
    return [{ phase: 'stopped' }, timer(undefined), disconnect('initiator'), disconnect('responder')]
  return [state, { effect: 'ignored', event: event.event }]
}
