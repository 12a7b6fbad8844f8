// A result beside an earlier one.
import { rowsOf } from './rows.mjs'
import { rounded } from './statistics.mjs'

/** Less than this is noise of a shared machine. */
const noise = 0.25

const reached = ({ ratio, value }) => ratio ?? value
const spreadOf = (row) => row.spread ?? [reached(row), reached(row)]
const nameOf = ({ group, what }) => `${group} ${what}`

/** Whether two spreads have nothing in common. */
const areApart = ([lowest, highest], [otherLowest, otherHighest]) =>
  highest < otherLowest || otherHighest < lowest

function verdictOn(now, before, change) {
  if (Math.abs(change - 1) <= noise || !areApart(spreadOf(now), spreadOf(before))) return 'same'
  return change > 1 === (now.lower ?? false) ? 'worse' : 'better'
}

/** A row for each that both results have. */
export function comparison(result, earlier) {
  const known = new Map(rowsOf(earlier).map((row) => [nameOf(row), row]))
  return rowsOf(result).flatMap((row) => {
    const before = known.get(nameOf(row))
    const change = before && rounded(reached(row) / reached(before))
    if (!Number.isFinite(change)) return []
    const verdict = verdictOn(row, before, change)
    return [{ change, verdict, now: reached(row), before: reached(before), group: row.group, what: row.what }]
  })
}
