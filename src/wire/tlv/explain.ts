import { InvalidValue } from '../../core/errors.ts'
import { stoppedBy, textOf, type ByteRange, type Explanation } from '../explanation.ts'
import { isOfParts, partsInside } from '../inside.ts'
import { readValue } from './codec.ts'
import { delimit } from './delimit.ts'
import { formatOf, type MessageTable } from './message.ts'

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
      ...(isOfParts(codec.form)
        ? { parts: partsInside(codec.form, octets.subarray(slice.valueFrom, slice.to), slice.valueFrom) }
        : {}),
    })
  }
  return { name: message.name, clause: message.clause, ranges, ...stopped }
}
