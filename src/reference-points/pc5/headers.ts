import { hex, readUint } from '../../core/bytes.ts'
import type { Form } from '../../wire/tlv/field.ts'
import { sduTypes } from './pdcp.ts'

/** A field of a header of fixed length: octets [from, to) of it, of which `mask` leaves the bits. */
export interface HeaderRow {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly mask?: number
  readonly form: Form
}

/** Of the MAC PDU on SL-SCH. TS 36.321 6.2.4. */
export const frameHeader = {
  version: { name: 'V', from: 0, to: 1, mask: 0xf0, form: { names: { 3: '24-bit addresses' } } },
  source: { name: 'SRC', from: 1, to: 4, form: 'hex' },
  destination: { name: 'DST', from: 4, to: 7, form: 'hex' },
  lcid: { name: 'LCID', from: 7, to: 8, mask: 0x1f, form: 'number' },
} as const satisfies Record<string, HeaderRow>

const sduTypeNames = Object.fromEntries(Object.entries(sduTypes).map(([name, value]) => [value, name]))

/** Of the PDCP PDU. TS 36.323 6.2.10. */
export const pdcpHeader = {
  sduType: { name: 'SDU Type', from: 0, to: 1, mask: 0xe0, form: { names: sduTypeNames } },
  kdSessId: { name: 'KD-sess ID', from: 1, to: 3, form: 'hex' },
  sn: { name: 'PDCP SN', from: 3, to: 5, form: 'number' },
} as const satisfies Record<string, HeaderRow>

/** What a field of a header of these octets says. */
export function headerText({ from, to, mask, form }: HeaderRow, octets: Uint8Array): string {
  if (form === 'hex') return hex(octets.subarray(from, to))
  const whole = readUint(octets, from, to - from)
  const value = mask === undefined ? whole : (whole & mask) / (mask & -mask)
  const meaning = typeof form === 'object' && 'names' in form ? form.names[value] : undefined
  return meaning ?? String(value)
}
