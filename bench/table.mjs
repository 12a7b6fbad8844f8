const shown = (value) => (Array.isArray(value) ? value.join('-') : String(value ?? ''))

/** Lines of columns: each row is an object, its first column the ratio. */
export function table(rows) {
  const names = Object.keys(rows[0])
  const lines = [names, ...rows.map((row) => names.map((name) => shown(row[name])))]
  const widths = names.map((_, at) => Math.max(...lines.map((line) => line[at].length)))
  const text = (line) => line.map((cell, at) => cell.padEnd(widths[at])).join('  ')
  return lines.map((line) => `${text(line).trimEnd()}\n`).join('')
}
