import { MalformedMessage } from '../core/errors.ts'

/** One value of a line and where it begins, in characters from 1. */
export interface CsvCell {
  readonly text: string
  readonly column: number
}

/** Values of a line at most. */
const mostCells = 64

const malformed = (column: number, reason: string) =>
  new MalformedMessage('CSV', column - 1, reason, { clause: 'RFC 4180' })

/** What a spreadsheet would take for a formula gets an apostrophe before it, which reading takes off again. */
const formula = /^'*[=+\-@]/

/**
 * The values of a line of printable ASCII. Strict: quotes around a whole value or not at all, doubled inside one. Throws MalformedMessage, whose offset counts characters. RFC 4180 2.
 */
export function csvCells(line: string): readonly CsvCell[] {
  const other = /[^ -~]/.exec(line)
  if (other) throw malformed(other.index + 1, otherNames[other[0]] ?? 'not printable ASCII')
  const cells: CsvCell[] = []
  let at = 0
  do {
    if (cells.length === mostCells) throw malformed(at + 1, `more than ${mostCells} values`)
    const cell = line[at] === '"' ? quoted(line, at) : plain(line, at)
    cells.push({ text: unguarded(cell.text), column: at + 1 })
    at = cell.end + 1
  } while (at <= line.length)
  return cells
}

const unguarded = (text: string): string =>
  text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text

const otherNames: Readonly<Record<string, string>> = {
  '\r': 'a carriage return: lines end with a line feed alone',
  '\0': 'a NUL',
  '\ufeff': 'a byte order mark: save as UTF-8 without it',
}

interface Extent {
  readonly text: string
  /** Index of the comma after it, or of the end. */
  readonly end: number
}

function plain(line: string, start: number): Extent {
  const comma = line.indexOf(',', start)
  const end = comma < 0 ? line.length : comma
  const text = line.slice(start, end)
  const quote = text.indexOf('"')
  if (quote >= 0) throw malformed(start + quote + 1, 'a quote inside a value that has none around it')
  return { text, end }
}

function quoted(line: string, start: number): Extent {
  let text = ''
  for (let at = start + 1; ;) {
    const quote = line.indexOf('"', at)
    if (quote < 0) throw malformed(start + 1, 'the quote is not closed on this line')
    text += line.slice(at, quote)
    if (line[quote + 1] !== '"') {
      const end = quote + 1
      if (end < line.length && line[end] !== ',')
        throw malformed(end + 1, 'a comma is needed after the quote')
      return { text, end }
    }
    text += '"'
    at = quote + 2
  }
}

/** A line without its line feed, which no spreadsheet takes for formulas. RFC 4180 2. */
export const csvLine = (values: readonly string[]): string => values.map(written).join(',')

function written(value: string): string {
  const safe = formula.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
