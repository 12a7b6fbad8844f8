import { readAvps, type Avp, type AvpDefinition } from './avp.ts'
import { gppAvps } from './avps-3gpp.ts'
import { baseAvps } from './avps-base.ts'
import { decodeHeader, headerLength, type Header } from './header.ts'

/** A whole message: header, AVPs as views, and the octets they are views of. */
export interface DiameterMessage {
  readonly header: Header
  readonly avps: readonly Avp[]
  readonly octets: Uint8Array
}

const byVendor = new Map<number, Map<number, AvpDefinition<string, unknown>>>()
for (const row of [...baseAvps, ...gppAvps]) {
  const rows = byVendor.get(row.vendorId) ?? new Map<number, AvpDefinition<string, unknown>>()
  byVendor.set(row.vendorId, rows.set(row.code, row))
}

/** The row of (code, vendor) in the AVP tables; vendor 0 are those of RFC 6733. */
export const findAvp = (code: number, vendorId: number): AvpDefinition<string, unknown> | undefined =>
  byVendor.get(vendorId)?.get(code)

/** Total and in linear time; throws MalformedDiameter with the Result-Code of the answer. */
export function decodeMessage(octets: Uint8Array): DiameterMessage {
  const header = decodeHeader(octets)
  return { header, avps: readAvps(octets, headerLength, octets.length, findAvp), octets }
}
