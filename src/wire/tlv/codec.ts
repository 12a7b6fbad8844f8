import { InvalidValue } from '../../core/errors.ts'
import { written, type OctetWriter } from '../../core/octet-writer.ts'
import type { Fields, JsonValue } from '../../core/tap.ts'
import { delimit, MalformedElement, type Delimited, type Slice } from './delimit.ts'
import { elementsOf, layoutsOf, type Element } from './layout.ts'
import type { MessageOf, MessageRow, MessageTable, Rows } from './message.ts'

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
  const slices = firstSlices(found)
  readRows(found, slices, octets, false, values)
  readRows(found, slices, octets, true, values)
  return values as MessageOf<Table>
}

/** Which message of the table octet 1 says it is; throws InvalidValue. */
export function typeOf<Table extends MessageTable>(table: Table, octets: Uint8Array): keyof Table & string {
  const layout = layoutsOf(table).get(octets[0] ?? -1)
  if (!layout) throw new InvalidValue('message type', 'the table has no such message')
  return layout.type
}

/** The first slice of each row. */
function firstSlices({ elements, slices }: Delimited): readonly (Slice | undefined)[] {
  const first = new Array<Slice | undefined>(elements.length).fill(undefined)
  for (const slice of slices) first[slice.index] ??= slice
  return first
}

/** Reads the rows that are, or are not, answerable into `values`. */
function readRows(
  found: Delimited,
  slices: readonly (Slice | undefined)[],
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
  for (const { index, field, row } of found.elements) {
    if (row.answerable !== answerable) continue
    const slice = slices[index]
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
  return written((into) => {
    into.uint(definition.type, 1)
    writeRows(into, definition.fields, message)
  })
}

/** Octets of these rows in their order, IEI and length included; throws InvalidValue. */
export const encodeRows = (rows: Rows, values: Values): Uint8Array =>
  written((into) => writeRows(into, rows, values))

function writeRows(into: OctetWriter, rows: Rows, values: Values): void {
  for (const element of elementsOf(rows)) {
    const { field, row } = element
    const value = values[field]
    if (value !== undefined) writeElement(into, element, value)
    else if (row.presence === 'mandatory' || row.presence === 'required')
      throw new InvalidValue(field, 'the message is not complete without it')
  }
}

function writeElement(into: OctetWriter, { field, row, lengthSize }: Element, value: unknown): void {
  const { codec, iei } = row
  if (iei !== undefined) into.uint(iei, 1)
  const lengthAt = into.length
  into.zeros(lengthSize)
  codec.write(value, into)
  const length = into.length - lengthAt - lengthSize
  if (length < codec.min || length > codec.max)
    throw new InvalidValue(field, `${codec.min} to ${codec.max} octets are needed, not ${length}`)
  into.uintAt(lengthAt, length, lengthSize)
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
