import { MalformedMessage } from '../../core/errors.ts'
import { csvCells, csvLine, type CsvCell } from '../../wire/csv.ts'

type Tree = Readonly<Record<string, unknown>>

/** A column of the import and export form: where its value stands in a record, and how it is written. */
interface Column {
  readonly name: string
  readonly path: readonly [string] | readonly [string, string]
  readonly form: 'text' | 'number' | 'boolean' | 'list'
  /** Left out of an export without keys. */
  readonly isSecret?: true
}

/** In the order of an export. */
const columns: readonly Column[] = [
  { name: 'imsi', path: ['imsi'], form: 'text' },
  { name: 'impi', path: ['impi'], form: 'text' },
  { name: 'algorithm', path: ['aka', 'algorithm'], form: 'text' },
  { name: 'k', path: ['aka', 'k'], form: 'text', isSecret: true },
  { name: 'opc', path: ['aka', 'opc'], form: 'text', isSecret: true },
  { name: 'op', path: ['aka', 'op'], form: 'text', isSecret: true },
  { name: 'topc', path: ['aka', 'topc'], form: 'text', isSecret: true },
  { name: 'keccakIterations', path: ['aka', 'keccakIterations'], form: 'number' },
  { name: 'amf', path: ['aka', 'amf'], form: 'text' },
  { name: 'gba', path: ['gba'], form: 'text' },
  { name: 'ksLifetimeSeconds', path: ['ksLifetimeSeconds'], form: 'number' },
  { name: 'ueIds', path: ['prose', 'ueIds'], form: 'list' },
  { name: 'publicSafety', path: ['prose', 'publicSafety'], form: 'boolean' },
  { name: 'permissions', path: ['prose', 'permissions'], form: 'list' },
  { name: 'mayLinkWith', path: ['prose', 'mayLinkWith'], form: 'list' },
]

export const columnNames: readonly string[] = columns.map(({ name }) => name)

/** What a text that is no such value becomes stays a text: the schema of the record then says what is needed. */
function valueOf(text: string, form: Column['form']): unknown {
  if (form === 'list') return text.split(' ').filter((word) => word !== '')
  if (form === 'number') return /^\d{1,9}$/.test(text) ? Number(text) : text
  if (form === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

/** The columns of a file in its order, from its first line. Throws MalformedMessage. */
export function columnsIn(line: string): readonly Column[] {
  const wrong = (cell: CsvCell, reason: string) => new MalformedMessage('CSV', cell.column - 1, reason)
  const cells = csvCells(line)
  return cells.map((cell, at) => {
    const column = columns.find(({ name }) => name === cell.text)
    if (!column) throw wrong(cell, `no such column; there are ${columnNames.join(', ')}`)
    if (cells.findIndex(({ text }) => text === cell.text) < at)
      throw wrong(cell, 'this column stands here twice')
    return column
  })
}

export interface CsvRecord {
  readonly record: Tree
  /** Where the value of a field such as `aka.k` begins, in characters from 1. */
  readonly columnOf: (field: string) => number | undefined
}

/** The record in a line; an empty value is one that is not there. Throws MalformedMessage. */
export function recordIn(line: string, of: readonly Column[]): CsvRecord {
  const cells = csvCells(line)
  if (cells.length !== of.length)
    throw new MalformedMessage('CSV', 0, `${of.length} values are needed, not ${cells.length}`)
  const record: Record<string, unknown> = {}
  of.forEach(({ path: [first, second], form }, at) => {
    const text = cells[at]?.text ?? ''
    if (text === '') return
    const value = valueOf(text, form)
    if (second === undefined) record[first] = value
    else record[first] = { ...(record[first] as Tree | undefined), [second]: value }
  })
  return {
    record,
    columnOf(field) {
      const at = of.findIndex(({ path }) => field.startsWith(path.join('.')))
      return cells[at]?.column
    },
  }
}

/** The columns of an export. */
export const exportedColumns = (withKeys: boolean): readonly Column[] =>
  columns.filter(({ isSecret = false }) => withKeys || !isSecret)

export const headerOf = (of: readonly Column[]): string => csvLine(of.map(({ name }) => name))

/** The line of a record. */
export const lineOf = (record: Tree, of: readonly Column[]): string =>
  csvLine(
    of.map(({ path: [first, second] }) =>
      written(second === undefined ? record[first] : (record[first] as Tree | undefined)?.[second]),
    ),
  )

function written(value: unknown): string {
  if (Array.isArray(value)) return value.join(' ')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}
