import { concat } from '../../../core/bytes.ts'
import { inMilliseconds, seconds } from '../../../core/units.ts'
import { tcpFlags } from '../../../wire/tcp-segment.ts'
import { initialCongestion } from './congestion.ts'
import { retransmissionTimeout } from './round-trip.ts'
import { advanced, isBefore } from './sequence.ts'
import type { Segment, TcpEffect, TcpEnv, TcpEvent, TcpFailure, TcpState, TcpStep } from './tcp.ts'
import { acknowledged, isAcceptable, taken } from './tcp-receive.ts'
import { acknowledge, output, segmentOf, synOf, timedOut, waits } from './tcp-send.ts'
import { isWorthTelling } from './tcp-window.ts'

/** Twice the lifetime of a segment; a link is no internet, 30 s are long. RFC 9293 3.4.2. */
const timeWait = inMilliseconds(seconds(60))
/** Where the peer names no size. RFC 9293 3.7.1. */
const defaultSegmentSize = 1220

interface Ends {
  /** A random number of 32 bits. */
  readonly sequence: number
  /** Octets a segment that fit the link. */
  readonly segmentSize: number
}

const beginning = (
  phase: 'syn-sent' | 'syn-received',
  { sequence, segmentSize }: Ends,
  expected: number,
): TcpState => ({
  phase,
  unacknowledged: sequence,
  next: advanced(sequence, 1),
  highest: advanced(sequence, 1),
  octets: new Uint8Array(),
  fin: 'none',
  closesLast: false,
  peerWindow: 0,
  segmentSize,
  congestion: initialCongestion(segmentSize),
  roundTrip: {},
  timeouts: 0,
  expected,
  unconsumed: 0,
  promised: expected,
  early: [],
  peerEnded: false,
})

const withSyn = (state: TcpState): TcpStep => [
  state,
  synOf(state),
  { kind: 'start', timer: 'retransmission', after: retransmissionTimeout(state.roundTrip, 0) },
]

/** SYN goes out. */
export const connecting = (ends: Ends): TcpStep => withSyn(beginning('syn-sent', ends, 0))

const smaller = (segmentSize: number, { maximumSegmentSize = defaultSegmentSize }: Segment) =>
  Math.max(Math.min(segmentSize, maximumSegmentSize), 1)

/** A SYN came for a port that is served. */
export const accepting = (ends: Ends, syn: Segment): TcpStep =>
  withSyn({
    ...beginning(
      'syn-received',
      { ...ends, segmentSize: smaller(ends.segmentSize, syn) },
      advanced(syn.sequence, 1),
    ),
    peerWindow: syn.window,
  })

/** What answers a segment of no connection. RFC 9293 3.10.7.1. */
export function resetOf({ sequence, acknowledgement, flags, payload }: Segment): Segment | undefined {
  if (flags & tcpFlags.reset) return undefined
  const shared = { window: 0, payload: new Uint8Array() }
  if (flags & tcpFlags.acknowledge)
    return { ...shared, sequence: acknowledgement, acknowledgement: 0, flags: tcpFlags.reset }
  const length = payload.length + (flags & tcpFlags.syn ? 1 : 0) + (flags & tcpFlags.fin ? 1 : 0)
  const after = advanced(sequence, length)
  return { ...shared, sequence: 0, acknowledgement: after, flags: tcpFlags.reset | tcpFlags.acknowledge }
}

/** One end of a TCP connection. RFC 9293 3.10. */
export function tcpStep(state: TcpState, event: TcpEvent, env: TcpEnv): TcpStep {
  if (state.phase === 'closed') return [state]
  switch (event.kind) {
    case 'segment':
      return received(state, event.segment, env)
    case 'write':
      return written({ ...state, octets: concat(state.octets, event.octets) }, state, env)
    case 'end':
      return written({ ...state, fin: 'wanted', closesLast: state.peerEnded }, state, env)
    case 'consumed':
      return consumed({ ...state, unconsumed: Math.max(0, state.unconsumed - event.octets) })
    case 'abort':
      return aborted(state)
    case 'expired':
      return event.timer === 'time-wait' ? [{ ...state, phase: 'closed' }] : timedOut(state, env)
  }
}

const closed = (state: TcpState, failure?: TcpFailure): TcpStep => [
  { ...state, phase: 'closed' },
  { kind: 'closed', ...(failure && { failure }) },
]

/** RFC 9293 3.10.5. */
function aborted(state: TcpState): TcpStep {
  if (state.phase === 'time-wait') return [state]
  if (state.phase === 'syn-sent') return closed(state)
  const { reset, acknowledge: ack } = tcpFlags
  const [end, ...effects] = closed(state)
  return [end, segmentOf(state, { flags: reset | ack, sequence: state.highest }), ...effects]
}

/** Before the connection is open what is written waits. */
function written(state: TcpState, before: TcpState, env: TcpEnv): TcpStep {
  if (before.fin !== 'none') return [before]
  return state.phase === 'open' ? output(state, env, waits(before) ? 'runs' : 'idle') : [state]
}

const consumed = (state: TcpState): TcpStep =>
  state.phase === 'open' && !state.peerEnded && isWorthTelling(state) ? acknowledge(state) : [state]

function received(state: TcpState, segment: Segment, env: TcpEnv): TcpStep {
  if (state.phase === 'syn-sent') return answered(state, segment, env)
  if (segment.flags & tcpFlags.reset) return resetReceived(state, segment)
  if (state.phase === 'syn-received') return completed(state, segment, env)
  if (segment.flags & tcpFlags.syn) return acknowledge(state)
  return receivedOpen(state, segment, env)
}

/** Only at the number that is expected; another one within the window is asked about. RFC 9293 3.10.7.4, RFC 5961 3.2. */
function resetReceived(state: TcpState, segment: Segment): TcpStep {
  if (segment.sequence === state.expected) return closed(state, 'reset')
  return isAcceptable(state, segment) ? acknowledge(state) : [state]
}

// Open: a connection that both ends begin at once (RFC 9293 3.5, figure 7) is not made: nobody uses it over a link.
/** UE that connects: SYN and ACK, or a refusal. RFC 9293 3.10.7.3. */
function answered(state: TcpState, segment: Segment, env: TcpEnv): TcpStep {
  const { flags, acknowledgement, sequence, window } = segment
  const { syn, acknowledge: ack, reset } = tcpFlags
  if (!(flags & ack) || acknowledgement !== state.next) return [state]
  if (flags & reset) return closed(state, 'refused')
  if (!(flags & syn)) return [state]
  const expected = advanced(sequence, 1)
  return opened(
    { ...state, expected, promised: expected, peerWindow: window },
    smaller(state.segmentSize, segment),
    env,
  )
}

/** UE that was connected to: the acknowledgement of its SYN, with what comes in it. */
function completed(state: TcpState, segment: Segment, env: TcpEnv): TcpStep {
  const { flags, acknowledgement, window } = segment
  if (flags & tcpFlags.syn) return [state, synOf(state)]
  if (!(flags & tcpFlags.acknowledge) || acknowledgement !== state.next) return [state]
  const [open, ...effects] = opened({ ...state, peerWindow: window }, state.segmentSize, env)
  const [after, ...more] = receivedOpen(open, segment, env)
  return [after, ...effects, ...more]
}

/** ESTABLISHED: what was written meanwhile goes out. */
function opened(before: TcpState, segmentSize: number, env: TcpEnv): TcpStep {
  const isAnswer = before.phase === 'syn-sent'
  const state: TcpState = {
    ...before,
    phase: 'open',
    unacknowledged: before.next,
    timeouts: 0,
    segmentSize,
    congestion: initialCongestion(segmentSize),
  }
  const [after, ...effects] = output(state, env, 'anew')
  if (!isAnswer || after !== state) return [after, ...effects]
  const [acknowledging, ...ack] = acknowledge(after)
  return [acknowledging, ...effects, ...ack]
}

/** RFC 9293 3.10.7.4, from the fifth check on. */
function receivedOpen(state: TcpState, segment: Segment, env: TcpEnv): TcpStep {
  const { flags, acknowledgement, payload } = segment
  if (!(flags & tcpFlags.acknowledge)) return [state]
  if (isBefore(state.highest, acknowledgement)) return acknowledge(state)
  const acceptable = isAcceptable(state, segment)
  const [heard, ...ofAck] = acknowledged(state, segment, env.now)
  const [filled, ...ofData] = acceptable ? taken(heard, segment) : [heard]
  const timer = heard.unacknowledged !== state.unacknowledged ? 'anew' : waits(state) ? 'runs' : 'idle'
  const [after, ...sent] = output(filled, env, timer)
  const mustAnswer = !acceptable || payload.length > 0 || (flags & tcpFlags.fin) !== 0
  const effects = [...ofAck, ...ofData, ...sent]
  if (!mustAnswer || sent.some(({ kind }) => kind === 'transmit')) return finished(after, effects)
  const [answering, ...answer] = acknowledge(after)
  return finished(answering, [...effects, ...answer])
}

/** Both ends have finished: who ended first stays a while for the peer's last FIN. RFC 9293 3.6. */
function finished(state: TcpState, effects: readonly TcpEffect[]): TcpStep {
  if (state.phase !== 'open' || state.fin !== 'acknowledged' || !state.peerEnded) return [state, ...effects]
  if (state.closesLast) return [{ ...state, phase: 'closed' }, ...effects, { kind: 'closed' }]
  return [
    { ...state, phase: 'time-wait' },
    ...effects,
    { kind: 'stop', timer: 'retransmission' },
    { kind: 'start', timer: 'time-wait', after: timeWait },
    { kind: 'closed' },
  ]
}
