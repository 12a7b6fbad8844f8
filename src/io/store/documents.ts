import { z } from 'zod'
import { fromUtf8, utf8 } from '../../core/bytes.ts'
import { seconds } from '../../core/units.ts'
import { parseGuss, parseUssList, type Guss, type Uss } from '../../wire/user-security-settings.ts'
import { RecordNotAuthentic } from './errors.ts'

const uss = z.object({
  id: z.string(),
  type: z.number(),
  uids: z.array(z.string()),
  flags: z.array(z.number()),
})
const ussList = z.array(uss)
const guss = z.object({
  id: z.string(),
  uiccType: z.enum(['GBA', 'GBA_U']),
  lifetime: z.number().optional(),
  ussList,
})

/** As it came on Zh or Zn: so it is in rows that were written before documents were kept as JSON. */
const isXml = (octets: Uint8Array): boolean => octets[0] === 0x3c

/** Throws RecordNotAuthentic. */
function jsonOf<Document>(octets: Uint8Array, form: z.ZodType<Document>, what: string): Document {
  try {
    return form.parse(JSON.parse(fromUtf8(octets)))
  } catch {
    // Its cause would repeat parts of the row.
    throw new RecordNotAuthentic(`a row keeps no ${what} that was written`)
  }
}

/** The step of a schema to it: its tables stay as they are, programs of before cannot read what is written since. */
export const documentsInJson = 'select 1'

const keptAs = (document: unknown): Uint8Array => utf8(JSON.stringify(document))

/** GUSS as a row keeps it: JSON, thirty times cheaper to read than XML, and it is read with every key. */
export const keptGuss: (document: Guss) => Uint8Array = keptAs

/** USS list as a row keeps it. */
export const keptUssList: (document: readonly Uss[]) => Uint8Array = keptAs

/** Throws RecordNotAuthentic, of XML MalformedMessage. */
export function gussIn(octets: Uint8Array): Guss {
  if (isXml(octets)) return parseGuss(octets)
  const { lifetime, ...kept } = jsonOf(octets, guss, 'GUSS')
  return { ...kept, lifetime: lifetime === undefined ? undefined : seconds(lifetime) }
}

/** Throws RecordNotAuthentic, of XML MalformedMessage. */
export const ussListIn = (octets: Uint8Array): readonly Uss[] =>
  isXml(octets) ? parseUssList(octets) : jsonOf(octets, ussList, 'USS list')
