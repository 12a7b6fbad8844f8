import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { AuditEntry } from '../../core/audit.ts'
import { InvalidValue } from '../../core/errors.ts'
import type { Instant } from '../../core/units.ts'

/** SHA-256 in hexadecimal digits. */
const digest = z.string().regex(/^[0-9a-f]{64}$/)

const schema = z.strictObject({
  /** 0 for the record with which the file begins. */
  seq: z.int().min(0),
  /** UTC, ISO 8601. */
  time: z.iso.datetime(),
  /** SHA-256 of the line before, without its line feed; zeros for the first. */
  previous: digest,
  who: z.string(),
  what: z.string(),
  subject: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']),
  detail: z.record(z.string(), z.string()).optional(),
})

/** One line of an audit file. */
export type AuditRecord = z.infer<typeof schema>

/** The place after a line: what the next record continues. */
export interface AuditPlace {
  readonly seq: number
  /** SHA-256 of the last line. */
  readonly head: string
}

/** The place before the first record. */
export const beforeAll: AuditPlace = { seq: -1, head: '0'.repeat(64) }

/** Octets of a line at most; two of them are enough to find where a file ends. */
export const maxLine = 16_384

export const hashOf = (line: Uint8Array): string => createHash('sha256').update(line).digest('hex')

/** The line that follows `place`, without its line feed. Throws InvalidValue when it is longer than `maxLine`. */
export function lineAfter(place: AuditPlace, time: Instant, entry: AuditEntry): Uint8Array {
  const { who, what, subject, outcome, detail } = entry
  const record: AuditRecord = {
    seq: place.seq + 1,
    time: new Date(time).toISOString(),
    previous: place.head,
    ...{ who, what, subject, outcome },
    ...(detail && { detail }),
  }
  const line = Buffer.from(JSON.stringify(record))
  if (line.length > maxLine) throw new InvalidValue('audit record', `it is longer than ${maxLine} octets`)
  return line
}

/** The record in a line; undefined when the line holds none. */
export function recordOf(line: Uint8Array): AuditRecord | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(line).toString())).data
  } catch {
    return undefined
  }
}

/** With this a file begins. */
export const begun = (node: string): AuditEntry => ({
  who: node,
  what: 'audit begun',
  subject: node,
  outcome: 'done',
})

/** Follows a line that a crash left unfinished; nobody was told that its change was done. */
export const tornLine = (node: string, octets: number): AuditEntry => ({
  who: node,
  what: 'audit line torn',
  subject: node,
  outcome: 'failed',
  detail: { octets: String(octets) },
})

export const isTornLine = ({ what }: AuditRecord): boolean => what === 'audit line torn'
