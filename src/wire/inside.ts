import { fromAscii, hex, readUint } from '../core/bytes.ts'
import { InvalidValue } from '../core/errors.ts'
import { gpiParts } from '../core/gpi-parts.ts'
import type { ByteRange } from './explanation.ts'
import type { Form, Part } from './tlv/field.ts'

/** A form of several parts. */
export type PartsForm = Extract<Form, { readonly parts: unknown }>

/** Of a NAF_Id, wherever one stands. TS 33.220 annex H. */
export const nafIdForm: PartsForm = {
  parts: [
    { name: 'FQDN', form: 'text' },
    { name: 'Ua security protocol identifier', form: 'hex', size: 5 },
  ],
  shown: 'FQDN',
}

/** Of a GPI, wherever one stands. TS 33.223 5.2.1. */
export const gpiForm: PartsForm = { parts: Object.values(gpiParts) }

export const isOfParts = (form: Form): form is PartsForm => typeof form === 'object' && 'parts' in form

/** The parts of octets that begin at octet `at` of a message, as far as they are there. */
export function partsInside({ parts }: PartsForm, octets: Uint8Array, at: number): readonly ByteRange[] {
  const ranges: ByteRange[] = []
  let from = 0
  for (const [index, part] of parts.entries()) {
    const { lengthSize = 0 } = part
    const valueFrom = from + lengthSize
    const behind = parts.slice(index + 1).reduce((sum, { size = 0 }) => sum + size, 0)
    const length =
      part.size ?? (lengthSize > 0 ? readUint(octets, from, lengthSize) : octets.length - from - behind)
    const to = valueFrom + length
    if (length < 0 || to > octets.length) break
    const text = partText(part, octets.subarray(valueFrom, to))
    ranges.push({ name: part.name, from: at + from, valueFrom: at + valueFrom, to: at + to, text })
    from = to
  }
  return ranges
}

function partText({ form }: Part, octets: Uint8Array): string {
  if (form === 'text') return asciiOr(octets)
  if (typeof form === 'object' && 'names' in form) return form.names[octets[0] ?? 0] ?? hex(octets)
  return hex(octets)
}

function asciiOr(octets: Uint8Array): string {
  try {
    return fromAscii(octets)
  } catch (error) {
    if (error instanceof InvalidValue) return hex(octets)
    throw error
  }
}
