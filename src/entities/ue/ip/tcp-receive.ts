import type { Instant } from '../../../core/units.ts'
import { tcpFlags } from '../../../wire/tcp-segment.ts'
import { duplicatesOfLoss, grown, recovered, recovering, stillRecovering } from './congestion.ts'
import { measured, unmeasured } from './round-trip.ts'
import { advanced, distance, isBefore } from './sequence.ts'
import type { Segment, TcpEffect, TcpState } from './tcp.ts'
import { inFlight, retransmitFirst } from './tcp-send.ts'
import { windowOf } from './tcp-window.ts'

/** Pieces kept until what precedes them comes; more are sent again anyway. */
const mostEarly = 64

type Received = readonly [TcpState, ...TcpEffect[]]

/** What a segment acknowledges, on an open connection. RFC 9293 3.10.7.4, RFC 5681, RFC 6582. */
export function acknowledged(state: TcpState, segment: Segment, now: Instant): Received {
  const { acknowledgement, window } = segment
  if (isBefore(acknowledgement, state.unacknowledged)) return [state]
  if (acknowledgement === state.unacknowledged) return nothingNew(state, segment)
  const count = distance(state.unacknowledged, acknowledgement)
  const octets = Math.min(count, state.octets.length)
  const next = isBefore(state.next, acknowledgement) ? acknowledgement : state.next
  const after: TcpState = {
    ...state,
    unacknowledged: acknowledgement,
    next,
    octets: state.octets.subarray(octets),
    fin: count > octets ? 'acknowledged' : state.fin,
    peerWindow: window,
    timeouts: 0,
    roundTrip: measured(state.roundTrip, acknowledgement, now),
  }
  const more: TcpEffect[] = octets > 0 ? [{ kind: 'acknowledged', octets }] : []
  const { recover } = state.congestion
  if (recover === undefined)
    return [{ ...after, congestion: grown(state.congestion, count, state.segmentSize) }, ...more]
  if (!isBefore(acknowledgement, recover))
    return [{ ...after, congestion: recovered(state.congestion) }, ...more]
  const congestion = stillRecovering(state.congestion, count, state.segmentSize)
  return [{ ...after, congestion }, ...more, retransmitFirst(after)]
}

/** A window that opens, or a duplicate that says that something is lost. */
function nothingNew(state: TcpState, { payload, flags, window }: Segment): Received {
  if (state.peerWindow === 0) {
    // What was sent into a shut window was not taken.
    const next = window > 0 ? state.unacknowledged : state.next
    return [{ ...state, peerWindow: window, next, timeouts: 0 }]
  }
  const isDuplicate =
    payload.length === 0 && (flags & tcpFlags.fin) === 0 && window === state.peerWindow && inFlight(state) > 0
  if (!isDuplicate) return [{ ...state, peerWindow: window }]
  const { congestion, segmentSize } = state
  const duplicates = congestion.duplicates + 1
  if (congestion.recover !== undefined) {
    const wider = { ...congestion, duplicates, window: congestion.window + segmentSize }
    return [{ ...state, congestion: wider }]
  }
  if (duplicates < duplicatesOfLoss) return [{ ...state, congestion: { ...congestion, duplicates } }]
  const roundTrip = unmeasured(state.roundTrip)
  const begun = { ...state, roundTrip, congestion: recovering(inFlight(state), segmentSize, state.highest) }
  return [begun, retransmitFirst(begun)]
}

/** Whether any of a segment lies where the peer may send. RFC 9293 3.4. */
export function isAcceptable(state: TcpState, { sequence, payload, flags }: Segment): boolean {
  const length = payload.length + (flags & (tcpFlags.fin | tcpFlags.syn) ? 1 : 0)
  const begin = distance(state.expected, sequence)
  const end = begin + Math.max(length, 1) - 1
  const window = windowOf(state)
  if (window === 0) return length === 0 && begin === 0
  return end >= 0 && begin < window
}

/** Takes the octets of an acceptable segment, gives those that are in order to the user. RFC 9293 3.10.7.4. */
export function taken(state: TcpState, { sequence, payload, flags }: Segment): Received {
  const room = windowOf(state) - distance(state.expected, sequence)
  const octets = payload.subarray(0, Math.max(room, 0))
  const peerEnd = advanced(sequence, payload.length)
  const known: TcpState =
    flags & tcpFlags.fin && octets.length === payload.length ? { ...state, peerEnd } : state
  return inOrder(octets.length > 0 ? { ...known, early: withPiece(known, { sequence, octets }) } : known)
}

function withPiece({ early, expected }: TcpState, piece: TcpState['early'][number]): TcpState['early'] {
  const isKnown = early.some(
    ({ sequence, octets }) => sequence === piece.sequence && octets.length >= piece.octets.length,
  )
  if (isKnown || (early.length >= mostEarly && isBefore(expected, piece.sequence))) return early
  return [...early, piece].sort((a, b) => distance(b.sequence, a.sequence))
}

function inOrder(before: TcpState): Received {
  let { expected, unconsumed, early } = before
  const effects: TcpEffect[] = []
  for (let [first] = early; first && !isBefore(expected, first.sequence); [first] = early) {
    early = early.slice(1)
    const octets = first.octets.subarray(distance(first.sequence, expected))
    if (octets.length === 0) continue
    expected = advanced(expected, octets.length)
    unconsumed += octets.length
    effects.push({ kind: 'data', octets })
  }
  const state = { ...before, expected, unconsumed, early }
  if (state.peerEnded || state.peerEnd !== expected) return [state, ...effects]
  return [{ ...state, expected: advanced(expected, 1), peerEnded: true }, ...effects, { kind: 'ended' }]
}
