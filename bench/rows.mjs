// What a group gives: rows. Each says `what` was measured, with `ratio` and `spread` in comparison `to` something else of the
// same run, or with `value`, its `spread` and its `unit`. `must` is the least it may be, or the most where `lower` is true:
// lower is better. Further properties are columns of their group, shown as they are.

/** Columns that come first in every table. */
export const firstColumns = ['ratio', 'value', 'unit', 'spread', 'must', 'met', 'what', 'to']

function isMet({ ratio, value, must, lower = false }) {
  const reached = ratio ?? value
  return lower ? reached <= must : reached >= must
}

/** The row with its columns in order, and whether it is what it must be. */
export function judged(row) {
  const known = row.must === undefined ? row : { ...row, met: isMet(row) }
  const names = [...firstColumns, ...Object.keys(row).filter((name) => !firstColumns.includes(name))]
  return Object.fromEntries(
    names.filter((name) => known[name] !== undefined).map((name) => [name, known[name]]),
  )
}

/** Rows of all groups of a result, each with the name of its group. */
export const rowsOf = ({ groups }) =>
  Object.entries(groups).flatMap(([group, rows]) => rows.map((row) => ({ group, ...row })))

export const notMet = (result) => rowsOf(result).filter(({ met }) => met === false)
