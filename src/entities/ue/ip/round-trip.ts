import { milliseconds, type Instant, type Milliseconds } from '../../../core/units.ts'
import { isBefore } from './sequence.ts'

/** What is known of the time a segment and its acknowledgement take. RFC 6298. */
export interface RoundTrip {
  /** SRTT and RTTVAR in milliseconds; absent before the first measurement. */
  readonly smoothed?: { readonly mean: number; readonly variation: number }
  /** A segment whose acknowledgement is waited for; none that was sent twice. */
  readonly measuring?: { readonly end: number; readonly sent: Instant }
}

/** RFC 6298 2.1, 2.4, 5.5; the least is that of Linux. */
const timeouts = { first: 1_000, least: 200, longest: 60_000 } as const

/** RTO after so many timeouts in a row. */
export function retransmissionTimeout({ smoothed }: RoundTrip, inARow: number): Milliseconds {
  const usual = smoothed ? Math.max(smoothed.mean + 4 * smoothed.variation, timeouts.least) : timeouts.first
  return milliseconds(Math.min(usual * 2 ** inARow, timeouts.longest))
}

/** RFC 6298 2.2, 2.3. */
export function measured(roundTrip: RoundTrip, acknowledged: number, now: Instant): RoundTrip {
  const { smoothed, measuring } = roundTrip
  if (!measuring || isBefore(acknowledged, measuring.end)) return roundTrip
  const time = now - measuring.sent
  if (!smoothed) return { smoothed: { mean: time, variation: time / 2 } }
  const variation = 0.75 * smoothed.variation + 0.25 * Math.abs(smoothed.mean - time)
  return { smoothed: { mean: 0.875 * smoothed.mean + 0.125 * time, variation } }
}

/** Something goes out a second time: its acknowledgement would tell nothing. RFC 6298 3. */
export const unmeasured = ({ smoothed }: RoundTrip): RoundTrip => (smoothed ? { smoothed } : {})
