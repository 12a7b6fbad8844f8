import { readUint } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'
import { formatOf, headerSizes, type MessageRow, type MessageTable, type Row } from './message.ts'

/** What makes octets no message of the table, and whether the sender may be told of it. */
export class MalformedElement extends MalformedMessage {
  /**
   * True when every element is well delimited and all is right but for the absence or content of an answerable
   * one; false when the message is to be dropped.
   */
  readonly answerable: boolean
  /** Name of the message's row, undefined when the type is unknown. */
  readonly messageType: string | undefined
  /** The values of an answerable message that could be read. */
  readonly read: Readonly<Record<string, unknown>>

  constructor(
    field: string,
    offset: number,
    reason: string,
    more: {
      readonly messageType?: string | undefined
      readonly answerable?: boolean
      readonly read?: Readonly<Record<string, unknown>>
      readonly clause?: string
      readonly cause?: unknown
    } = {},
  ) {
    super(field, offset, reason, {
      ...(more.clause === undefined ? {} : { clause: more.clause }),
      ...(more.cause === undefined ? {} : { cause: more.cause }),
    })
    this.answerable = more.answerable ?? false
    this.messageType = more.messageType
    this.read = more.read ?? {}
  }
}

/** Where one element stands: [from, to) with IEI and length, [valueFrom, to) its value. */
export interface Slice {
  readonly field: string
  readonly row: Row<unknown>
  readonly from: number
  readonly valueFrom: number
  readonly to: number
}

export interface Delimited {
  readonly type: string
  readonly message: MessageRow
  readonly slices: readonly Slice[]
}

/** Why reading stopped, with what was delimited before. */
export interface Stopped {
  readonly fault: MalformedElement
  readonly type: string | undefined
  readonly message: MessageRow | undefined
  readonly slices: readonly Slice[]
}

/**
 * Finds the elements of a message without reading their values. One pass; an unknown, repeated or misplaced IEI,
 * a length that does not fit and a missing octet stop it. TS 24.007 11.2, TS 24.334 11.4.
 */
export function delimit(table: MessageTable, octets: Uint8Array): Delimited | Stopped {
  const found = Object.entries(table).find(([, row]) => row.type === octets[0])
  if (!found) {
    const reason = octets.length === 0 ? 'no octets' : `unknown type ${octets[0] ?? 0}`
    const fault = new MalformedElement('message type', 0, reason)
    return { fault, type: undefined, message: undefined, slices: [] }
  }
  const [type, message] = found
  const slices: Slice[] = []
  const fault = collect(message, octets, slices)
  if (fault === undefined) return { type, message, slices }
  return {
    fault: new MalformedElement(fault.field, fault.offset, fault.reason, {
      messageType: type,
      clause: message.clause,
    }),
    type,
    message,
    slices,
  }
}

interface Fault {
  readonly field: string
  readonly offset: number
  readonly reason: string
}

function collect(message: MessageRow, octets: Uint8Array, slices: Slice[]): Fault | undefined {
  const rows = Object.entries(message.fields)
  let at = 1
  let reached = -1
  for (const [index, [field, row]] of rows.entries()) {
    if (row.iei !== undefined) break
    const slice = sliceAt(field, row, octets, at)
    if ('reason' in slice) return slice
    slices.push(slice)
    at = slice.to
    reached = index
  }
  while (at < octets.length) {
    const index = rows.findIndex(([, row]) => row.iei === octets[at])
    const [field, row] = rows[index] ?? []
    if (field === undefined || row === undefined)
      return { field: 'IEI', offset: at, reason: `${octets[at] ?? 0} is unknown in ${message.name}` }
    if (row.presence !== 'refused') {
      if (index <= reached) return { field, offset: at, reason: 'repeated or out of order' }
      reached = index
    }
    const slice = sliceAt(field, row, octets, at)
    if ('reason' in slice) return slice
    slices.push(slice)
    at = slice.to
  }
  return exclusive(message, slices)
}

function sliceAt(field: string, row: Row<unknown>, octets: Uint8Array, from: number): Slice | Fault {
  const [ieiSize, lengthSize] = headerSizes[formatOf(row)]
  const valueFrom = from + ieiSize + lengthSize
  if (valueFrom > octets.length) return { field, offset: octets.length, reason: 'cut short' }
  const { min, max } = row.codec
  const length = lengthSize === 0 ? min : readUint(octets, from + ieiSize, lengthSize)
  if (length < min || length > max)
    return { field, offset: from, reason: `${length} octets, ${min} to ${max} are allowed` }
  const to = valueFrom + length
  if (to > octets.length) return { field, offset: octets.length, reason: 'cut short' }
  return { field, row, from, valueFrom, to }
}

function exclusive(message: MessageRow, slices: readonly Slice[]): Fault | undefined {
  const there = slices.filter(({ field }) => message.notBoth?.includes(field))
  const second = there[1]
  return second && { field: second.field, offset: second.from, reason: 'two forms of one element' }
}
