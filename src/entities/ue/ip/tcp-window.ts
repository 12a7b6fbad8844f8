import { distance } from './sequence.ts'
import type { TcpState } from './tcp.ts'

/** The largest window without scaling. */
export const receiveCapacity = 0xffff

/** Octets that the peer may send now: RCV.WND. What was promised once is not taken back. RFC 9293 3.8.6. */
export const windowOf = ({ unconsumed, expected, promised }: TcpState): number =>
  Math.max(receiveCapacity - unconsumed, distance(expected, promised), 0)

/** Room worth telling of. RFC 9293 3.8.6.2.2. */
export const isWorthTelling = (state: TcpState): boolean =>
  windowOf(state) - distance(state.expected, state.promised) >=
  Math.min(2 * state.segmentSize, receiveCapacity / 2)
