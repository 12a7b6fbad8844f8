import { firstColumns } from './rows.mjs'

const words = { true: 'yes', false: 'no' }

const shown = (value) =>
  Array.isArray(value) ? value.join('-') : typeof value === 'boolean' ? words[value] : String(value ?? '')

/** The names of all columns that some row has; that lower is better stands beside `must`. */
export function columnsOf(rows) {
  const names = new Set(rows.flatMap(Object.keys))
  names.delete('lower')
  return [
    ...firstColumns.filter((name) => names.has(name)),
    ...[...names].filter((name) => !firstColumns.includes(name)),
  ]
}

/** What stands in a column of a row. */
export const cellOf = (row, name) =>
  name === 'must' && row.lower && row.must !== undefined ? `at most ${row.must}` : shown(row[name])

/** Lines of columns: each row is an object, its first column the ratio. */
export function table(rows, names = columnsOf(rows)) {
  const lines = [names, ...rows.map((row) => names.map((name) => cellOf(row, name)))]
  const widths = names.map((_, at) => Math.max(...lines.map((line) => line[at].length)))
  const text = (line) => line.map((cell, at) => cell.padEnd(widths[at])).join('  ')
  return lines.map((line) => `${text(line).trimEnd()}\n`).join('')
}
