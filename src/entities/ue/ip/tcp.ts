import type { Instant, Milliseconds } from '../../../core/units.ts'
import type { TcpSegment } from '../../../wire/tcp-segment.ts'
import type { Congestion } from './congestion.ts'
import type { RoundTrip } from './round-trip.ts'

/** What goes between two ports, which who sends it adds. */
export type Segment = Omit<TcpSegment, 'fromPort' | 'toPort'>

/** Why a connection ended otherwise than by FIN from both ends. */
export type TcpFailure = 'refused' | 'reset' | 'timed-out'

/** One TCP connection at one end. RFC 9293 3.3.1. */
export interface TcpState {
  /** `open` is everything from ESTABLISHED to LAST-ACK: the fields say which ends have finished. */
  readonly phase: 'syn-sent' | 'syn-received' | 'open' | 'time-wait' | 'closed'

  /** SND.UNA, SND.NXT, and the highest SND.NXT there was: after a timeout SND.NXT goes back. */
  readonly unacknowledged: number
  readonly next: number
  readonly highest: number
  /** From `unacknowledged` on (in `syn-*` from the first octet on): sent or not. */
  readonly octets: Uint8Array
  /** Own FIN: it follows the last octet once the user has ended. */
  readonly fin: 'none' | 'wanted' | 'acknowledged'
  /** The peer had ended before the user did, so that no FIN of the peer needs to be waited for. */
  readonly closesLast: boolean
  /** SND.WND */
  readonly peerWindow: number
  /** Octets a segment, what both ends can take. */
  readonly segmentSize: number
  readonly congestion: Congestion
  readonly roundTrip: RoundTrip
  /** Timeouts since the peer was heard last. */
  readonly timeouts: number

  /** RCV.NXT */
  readonly expected: number
  /** Octets that the user has and did not say to have consumed. */
  readonly unconsumed: number
  /** The end of the window that the peer knows. */
  readonly promised: number
  /** Came before what precedes them; by sequence number. */
  readonly early: readonly { readonly sequence: number; readonly octets: Uint8Array }[]
  /** Sequence number of the peer's FIN, once one came. */
  readonly peerEnd?: number
  /** FIN and everything before it came. */
  readonly peerEnded: boolean
}

export type TcpTimer = 'retransmission' | 'time-wait'

export type TcpEvent =
  | { readonly kind: 'segment'; readonly segment: Segment }
  | { readonly kind: 'write'; readonly octets: Uint8Array }
  /** Nothing more will be written. */
  | { readonly kind: 'end' }
  /** The user has done with so many octets: there is room for others. */
  | { readonly kind: 'consumed'; readonly octets: number }
  | { readonly kind: 'abort' }
  | { readonly kind: 'expired'; readonly timer: TcpTimer }

export type TcpEffect =
  | { readonly kind: 'transmit'; readonly segment: Segment }
  /** Starts the timer, anew when it runs. */
  | { readonly kind: 'start'; readonly timer: TcpTimer; readonly after: Milliseconds }
  | { readonly kind: 'stop'; readonly timer: TcpTimer }
  | { readonly kind: 'data'; readonly octets: Uint8Array }
  /** The peer writes nothing more. */
  | { readonly kind: 'ended' }
  /** The peer has so many octets more. */
  | { readonly kind: 'acknowledged'; readonly octets: number }
  /** The user has no more to do with it. */
  | { readonly kind: 'closed'; readonly failure?: TcpFailure }

export type TcpStep = readonly [TcpState, ...TcpEffect[]]

export interface TcpEnv {
  readonly now: Instant
}
