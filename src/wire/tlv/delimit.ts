import { readUint } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'
import { layoutsOf, type Element, type Layout } from './layout.ts'
import type { MessageRow, MessageTable, Row } from './message.ts'

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
  /** Among the rows of the message. */
  readonly index: number
  readonly field: string
  readonly row: Row<unknown>
  readonly from: number
  readonly valueFrom: number
  readonly to: number
}

export interface Delimited {
  readonly type: string
  readonly message: MessageRow
  readonly elements: readonly Element[]
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
  const layout = layoutsOf(table).get(octets[0] ?? -1)
  if (!layout) {
    const reason = octets.length === 0 ? 'no octets' : `unknown type ${octets[0] ?? 0}`
    const fault = new MalformedElement('message type', 0, reason)
    return { fault, type: undefined, message: undefined, slices: [] }
  }
  const { type, message, elements } = layout
  const slices: Slice[] = []
  const fault = collect(layout, octets, slices)
  if (fault === undefined) return { type, message, elements, slices }
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

function collect(layout: Layout, octets: Uint8Array, slices: Slice[]): Fault | undefined {
  const { message, leading, byIei } = layout
  let at = 1
  let reached = -1
  for (const element of leading) {
    const slice = sliceAt(element, octets, at)
    if ('reason' in slice) return slice
    slices.push(slice)
    at = slice.to
    reached = element.index
  }
  while (at < octets.length) {
    const iei = octets[at] ?? 0
    const element = byIei.get(iei)
    if (!element) return { field: 'IEI', offset: at, reason: `${iei} is unknown in ${message.name}` }
    if (element.row.presence !== 'refused') {
      if (element.index <= reached)
        return { field: element.field, offset: at, reason: 'repeated or out of order' }
      reached = element.index
    }
    const slice = sliceAt(element, octets, at)
    if ('reason' in slice) return slice
    slices.push(slice)
    at = slice.to
  }
  return message.notBoth && exclusive(message.notBoth, slices)
}

function sliceAt(element: Element, octets: Uint8Array, from: number): Slice | Fault {
  const { index, field, row, ieiSize, lengthSize } = element
  const valueFrom = from + ieiSize + lengthSize
  if (valueFrom > octets.length) return { field, offset: octets.length, reason: 'cut short' }
  const { min, max } = row.codec
  const length = lengthSize === 0 ? min : readUint(octets, from + ieiSize, lengthSize)
  if (length < min || length > max)
    return { field, offset: from, reason: `${length} octets, ${min} to ${max} are allowed` }
  const to = valueFrom + length
  if (to > octets.length) return { field, offset: octets.length, reason: 'cut short' }
  return { index, field, row, from, valueFrom, to }
}

function exclusive(fields: readonly string[], slices: readonly Slice[]): Fault | undefined {
  const there = slices.filter(({ field }) => fields.includes(field))
  const second = there[1]
  return second && { field: second.field, offset: second.from, reason: 'two forms of one element' }
}
