import type { MalformedMessage } from '../../core/errors.ts'
import { InvalidValue } from '../../core/errors.ts'
import type { JsonValue } from '../../core/tap.ts'
import { readValue } from './codec.ts'
import { delimit } from './delimit.ts'
import { formatOf, type Format, type MessageTable } from './message.ts'

/** Octets [from, to) and what they say; the value itself starts at `valueFrom`. */
export interface ByteRange {
  /** Name in the specification. */
  readonly name: string
  readonly from: number
  readonly valueFrom: number
  readonly to: number
  readonly format?: Format
  readonly text: string
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

/** Never throws: malformed octets are explained up to where reading stops. */
export function explainMessage(table: MessageTable, octets: Uint8Array): Explanation {
  const found = delimit(table, octets)
  const { message, slices } = found
  const stopped = 'fault' in found ? stoppedBy(found.fault) : {}
  if (!message) return { name: 'unknown', ranges: [], ...stopped }
  const ranges: ByteRange[] = [{ name: 'Message type', from: 0, valueFrom: 0, to: 1, text: message.name }]
  for (const slice of slices) {
    const { codec } = slice.row
    const value = readValue(slice, octets)
    ranges.push({
      name: codec.name,
      from: slice.from,
      valueFrom: slice.valueFrom,
      to: slice.to,
      format: formatOf(slice.row),
      text: value instanceof InvalidValue ? `not valid: ${value.message}` : textOf(codec.show(value)),
    })
  }
  return { name: message.name, clause: message.clause, ranges, ...stopped }
}
