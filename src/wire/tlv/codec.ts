import { concat, writeUint } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import type { Fields, JsonValue } from '../../core/tap.ts'
import { delimit, MalformedElement, type Delimited, type Slice } from './delimit.ts'
import {
  formatOf,
  headerSizes,
  type MessageOf,
  type MessageRow,
  type MessageTable,
  type Row,
  type Rows,
} from './message.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * The message of `octets`: octet 1 its type, then its rows. Throws MalformedElement; one that is `answerable` is
 * thrown only when nothing else is wrong.
 */
export function decodeMessage<Table extends MessageTable>(
  table: Table,
  octets: Uint8Array,
): MessageOf<Table> {
  const found = delimit(table, octets)
  if ('fault' in found) throw found.fault
  const values: Record<string, unknown> = { type: found.type }
  for (const answerable of [false, true]) readRows(found, octets, answerable, values)
  return values as MessageOf<Table>
}

/** Reads the rows that are, or are not, answerable into `values`. */
function readRows(
  found: Delimited,
  octets: Uint8Array,
  answerable: boolean,
  values: Record<string, unknown>,
): void {
  const faults: MalformedElement[] = []
  const fail = (field: string, offset: number, reason: string, cause?: unknown) =>
    faults.push(
      new MalformedElement(field, offset, reason, {
        messageType: found.type,
        clause: found.message.clause,
        answerable,
        cause,
        read: answerable ? values : {},
      }),
    )
  for (const [field, row] of Object.entries(found.message.fields)) {
    if (row.answerable !== answerable) continue
    const slice = found.slices.find((candidate) => candidate.field === field)
    if (!slice) {
      if (row.presence === 'required') fail(field, octets.length, 'missing')
    } else if (row.presence === 'refused') fail(field, slice.from, 'not allowed here')
    else {
      const value = readValue(slice, octets)
      if (value instanceof InvalidValue) fail(field, slice.from, value.message, value)
      else values[field] = value
    }
  }
  if (faults[0]) throw faults[0]
}

export function readValue({ row, valueFrom, to }: Slice, octets: Uint8Array): unknown {
  try {
    return row.codec.read(octets.subarray(valueFrom, to))
  } catch (error) {
    if (error instanceof InvalidValue) return error
    throw error
  }
}

/** Octets of a message; throws InvalidValue when a value does not fit its row. */
export function encodeMessage<Table extends MessageTable>(
  table: Table,
  message: MessageOf<Table>,
): Uint8Array {
  const definition = rowOf(table, message.type)
  return concat(Uint8Array.of(definition.type), encodeRows(definition.fields, message))
}

/** Octets of these rows in their order, IEI and length included; throws InvalidValue. */
export const encodeRows = (rows: Rows, values: Values): Uint8Array =>
  concat(...Object.entries(rows).map(([field, row]) => encodeRow(field, row, values[field])))

function encodeRow(field: string, row: Row<unknown>, value: unknown): Uint8Array {
  if (value === undefined) {
    if (row.presence === 'mandatory' || row.presence === 'required')
      throw new InvalidValue(field, 'the message is not complete without it')
    return new Uint8Array()
  }
  const octets = row.codec.write(value)
  if (octets.length < row.codec.min || octets.length > row.codec.max)
    throw new InvalidValue(
      field,
      `${row.codec.min} to ${row.codec.max} octets are needed, not ${octets.length}`,
    )
  const [, lengthSize] = headerSizes[formatOf(row)]
  const iei = row.iei === undefined ? [] : [row.iei]
  return concat(Uint8Array.from(iei), writeUint(octets.length, lengthSize), octets)
}

/** What a reader needs to know of a message: its fields without octets that nobody reads. */
export function describeMessage<Table extends MessageTable>(table: Table, message: MessageOf<Table>): Fields {
  const values: Values = message
  const shown: Record<string, JsonValue> = {}
  for (const [field, row] of Object.entries(rowOf(table, message.type).fields)) {
    const value = values[field]
    if (value !== undefined) shown[field] = row.codec.show(value)
  }
  return shown
}

function rowOf(table: MessageTable, type: string): MessageRow {
  const row = table[type]
  if (!row) throw new InvalidValue('message type', `the table has no ${type}`)
  return row
}
