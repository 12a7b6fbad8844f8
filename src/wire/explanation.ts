import type { MalformedMessage } from '../core/errors.ts'
import type { JsonValue } from '../core/tap.ts'

/** Octets [from, to) and what they say; the value itself starts at `valueFrom`. */
export interface ByteRange {
  /** Name in the specification. */
  readonly name: string
  readonly from: number
  readonly valueFrom: number
  readonly to: number
  /** How name and length stand before the value: `TLV` and so on (TS 24.007 11.2.1.1), or the type of an AVP. */
  readonly format?: string
  readonly text: string
  /** What stands within, in order. */
  readonly parts?: readonly ByteRange[]
}

/** What every octet of a message says, as far as it could be read. */
export interface Explanation {
  /** Name of the message, `unknown` for an unknown type. */
  readonly name: string
  readonly clause?: string
  readonly ranges: readonly ByteRange[]
  /** Where and why reading stopped; octets from `offset` on have no range. */
  readonly stopped?: { readonly field: string; readonly offset: number; readonly reason: string }
}

export const textOf = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

export const stoppedBy = ({ field, offset, reason }: MalformedMessage) => ({
  stopped: { field, offset, reason },
})

/** The same range `by` octets further on. */
export const movedRange = ({ parts, ...range }: ByteRange, by: number): ByteRange => ({
  ...range,
  from: range.from + by,
  valueFrom: range.valueFrom + by,
  to: range.to + by,
  ...(parts ? { parts: parts.map((part) => movedRange(part, by)) } : {}),
})

/** `inner` as a part that starts `by` octets into the whole. */
export const moved = ({ stopped, ranges, ...inner }: Explanation, by: number): Explanation => ({
  ...inner,
  ranges: ranges.map((range) => movedRange(range, by)),
  ...(stopped ? { stopped: { ...stopped, offset: stopped.offset + by } } : {}),
})
