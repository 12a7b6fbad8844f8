import { tcpFlags } from '../../../wire/tcp-segment.ts'
import { collapsed } from './congestion.ts'
import { retransmissionTimeout, unmeasured } from './round-trip.ts'
import { advanced, distance, isBefore } from './sequence.ts'
import type { Segment, TcpEffect, TcpEnv, TcpState, TcpStep } from './tcp.ts'
import { windowOf } from './tcp-window.ts'

/** R2 for data and for SYN: then the peer is gone. RFC 9293 3.8.3. */
const mostTimeouts = { data: 8, syn: 5 } as const

/** Octets sent and not acknowledged, FIN counted as one. */
export const inFlight = ({ unacknowledged, next }: TcpState): number => distance(unacknowledged, next)

/** A segment of this state that carries nothing but what is given. */
export function segmentOf(state: TcpState, given: Partial<Segment> = {}): TcpEffect {
  const segment: Segment = {
    sequence: state.next,
    acknowledgement: state.expected,
    flags: tcpFlags.acknowledge,
    window: windowOf(state),
    payload: new Uint8Array(),
    ...given,
  }
  return { kind: 'transmit', segment }
}

/** What the peer may send is told with each segment. */
export const withPromise = (state: TcpState): TcpState => ({
  ...state,
  promised: advanced(state.expected, windowOf(state)),
})

export const acknowledge = (state: TcpState): TcpStep => [withPromise(state), segmentOf(state)]

interface Piece {
  readonly payload: Uint8Array
  readonly fin: boolean
}

/** What may go out next: RFC 9293 3.8.6.2.1 keeps small segments back while others are under way. */
function nextPiece(state: TcpState): Piece | undefined {
  const { octets, fin, segmentSize, peerWindow, congestion } = state
  const sent = inFlight(state)
  const left = octets.length - sent
  if (left === 0 && fin === 'wanted') return { payload: new Uint8Array(), fin: true }
  const room = Math.min(peerWindow, congestion.window) - sent
  const size = Math.min(segmentSize, left, room)
  if (size <= 0 || (size < Math.min(segmentSize, left) && sent > 0)) return undefined
  return { payload: octets.subarray(sent, sent + size), fin: fin === 'wanted' && size === left }
}

/** Sends one piece at SND.NXT. */
function send(state: TcpState, { payload, fin }: Piece, { now }: TcpEnv): TcpStep {
  const { fin: finFlag, push, acknowledge: ack } = tcpFlags
  const isLast = inFlight(state) + payload.length === state.octets.length
  const flags = ack | (isLast && payload.length > 0 ? push : 0) | (fin ? finFlag : 0)
  const next = advanced(state.next, payload.length + (fin ? 1 : 0))
  const isNew = isBefore(state.highest, next)
  const { measuring } = state.roundTrip
  const roundTrip =
    isNew && state.next === state.highest && !measuring
      ? { ...state.roundTrip, measuring: { end: next, sent: now } }
      : state.roundTrip
  const after = withPromise({ ...state, next, highest: isNew ? next : state.highest, roundTrip })
  return [after, segmentOf(state, { flags, payload })]
}

const timerOf = ({ roundTrip, timeouts }: TcpState): TcpEffect => ({
  kind: 'start',
  timer: 'retransmission',
  after: retransmissionTimeout(roundTrip, timeouts),
})

/** Whether the timer runs in this state: something is in flight, or waits for the peer to open its window. */
export const waits = (state: TcpState): boolean => inFlight(state) > 0 || state.octets.length > 0

/** Sends all that may go out. `timer`: whether it runs, or starts anew because of what came. */
export function output(before: TcpState, env: TcpEnv, timer: 'runs' | 'idle' | 'anew'): TcpStep {
  let state = before
  const effects: TcpEffect[] = []
  for (let piece = nextPiece(state); piece; piece = nextPiece(state)) {
    const [after, ...sent] = send(state, piece, env)
    state = after
    effects.push(...sent)
  }
  if (waits(state) && timer !== 'runs') effects.push(timerOf(state))
  if (!waits(state) && timer !== 'idle') effects.push({ kind: 'stop', timer: 'retransmission' })
  return [state, ...effects]
}

/** The first segment again, and nothing else changes. RFC 5681 3.2. */
export function retransmitFirst(state: TcpState): TcpEffect {
  const { octets, unacknowledged, segmentSize } = state
  const payload = octets.subarray(0, segmentSize)
  const fin = state.fin === 'wanted' && payload.length === octets.length ? tcpFlags.fin : 0
  return segmentOf(state, { sequence: unacknowledged, payload, flags: tcpFlags.acknowledge | fin })
}

/** From the first octet that is not acknowledged on, one segment at first; a shut window is asked with one octet. */
export function timedOut(state: TcpState, env: TcpEnv): TcpStep {
  const isSyn = state.phase === 'syn-sent' || state.phase === 'syn-received'
  if (state.timeouts >= mostTimeouts[isSyn ? 'syn' : 'data'])
    return [
      { ...state, phase: 'closed' },
      { kind: 'closed', failure: 'timed-out' },
    ]
  const roundTrip = unmeasured(state.roundTrip)
  const again = { ...state, timeouts: state.timeouts + 1, roundTrip }
  if (isSyn) return [again, synOf(again), timerOf(again)]
  const back: TcpState = {
    ...again,
    next: state.unacknowledged,
    congestion: collapsed(inFlight(state), state.segmentSize),
  }
  if (state.peerWindow > 0 || state.octets.length === 0) return output(back, env, 'idle')
  const [probing, ...probe] = send(back, { payload: state.octets.subarray(0, 1), fin: false }, env)
  return [probing, ...probe, timerOf(probing)]
}

/** SYN, or SYN with the acknowledgement of the peer's. */
export function synOf(state: TcpState): TcpEffect {
  const { syn, acknowledge: ack } = tcpFlags
  const answers = state.phase === 'syn-received'
  return segmentOf(state, {
    sequence: state.unacknowledged,
    acknowledgement: answers ? state.expected : 0,
    flags: answers ? syn | ack : syn,
    maximumSegmentSize: state.segmentSize,
  })
}
