import type { LatencyFigures } from '../../testbed/load/latencies.ts'
import type { LoadProgress } from '../../testbed/load/load.ts'
import type { LoadResult } from '../../testbed/load/start-load.ts'
import type { KindFigures } from '../../testbed/load/tally.ts'
import { spaced } from '../progress.ts'
import { tableOf } from '../table.ts'

/** `load ub 12 s of 60 s, 498/s, 12 in flight, 0 errors, p50 3.1 ms, p99 9.8 ms`. */
export function progressText(
  point: string,
  now: LoadProgress,
  before: LoadProgress,
  duration: number | undefined,
): string {
  const between = now.seconds - before.seconds
  const rate = between > 0 ? Math.round((now.answered - before.answered) / between) : 0
  const of = duration === undefined ? '' : ` of ${duration} s`
  const waiting = now.waiting > 0 ? `, ${spaced(now.waiting)} waiting` : ''
  return (
    `load ${point} ${Math.floor(now.seconds)} s${of}, ${spaced(rate)}/s, ${spaced(now.inFlight)} in flight${waiting}, ` +
    `${spaced(now.errors)} errors, p50 ${inMs(now.p50)}, p99 ${inMs(now.p99)}`
  )
}

/** Three digits that count. */
function inMs(milliseconds: number): string {
  const digits = milliseconds >= 100 ? 0 : milliseconds >= 10 ? 1 : 2
  return `${milliseconds.toFixed(digits)} ms`
}

const latencyCells = ({ p50, p90, p99, p999, max }: LatencyFigures): readonly string[] =>
  [p50, p90, p99, p999, max].map(inMs)

const rowOf = (name: string, { sent, answered, errors, latency }: KindFigures): readonly string[] => [
  ...[name, spaced(sent), spaced(answered), spaced(errors)],
  ...latencyCells(latency),
]

/** The figures of a load for people. */
export function figuresLines(result: LoadResult): readonly string[] {
  const { kinds, exchanges, classes, seconds, rate, due, notBegun, mostInFlight, begun } = result
  const head = (first: string) => [first, 'sent', 'answered', 'errors', 'p50', 'p90', 'p99', 'p99.9', 'max']
  const rows = Object.entries(kinds).map(([name, kind]) => rowOf(name, kind))
  const whole = rows.length > 1 ? [rowOf('all', result)] : []
  return [
    ...tableOf(head('transaction'), [...rows, ...whole]),
    ...tableOf(head('exchange'), Object.entries(exchanges).map(([name, kind]) => rowOf(name, kind))), // prettier-ignore
    ...tableOf(
      ['error', 'transaction', 'count', 'reason'],
      classes.map(({ code, kind, count, reason }) => [code, kind, spaced(count), reason]),
    ),
    `${rate.toFixed(1)}/s answered over ${seconds.toFixed(1)} s, ${spaced(due)} due, ${spaced(notBegun)} not begun, at most ${spaced(mostInFlight)} in flight`,
    `begun p50 ${inMs(begun.p50)}, p99 ${inMs(begun.p99)} after they were due`,
  ]
}
