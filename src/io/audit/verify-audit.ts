import { beforeAll, hashOf, isTornLine, recordOf, type AuditPlace, type AuditRecord } from './audit-record.ts'
import { linesOf } from './lines.ts'

/** The first line that is not as it was written. */
export interface BrokenAudit {
  /** From 1. */
  readonly line: number
  readonly reason: string
}

/** What an audit file holds, and whether its records follow each other. */
export interface VerifiedAudit {
  /** Those before the first that is broken, each with the SHA-256 of its line. */
  readonly records: readonly (AuditRecord & { readonly hash: string })[]
  readonly broken?: BrokenAudit
  /** The number of a last line that a crash left unfinished; its change was not acknowledged. */
  readonly tornLine?: number
}

/**
 * Follows the chain from the first record. A change of any record but the last breaks it. That the end was cut off, or all of
 * it written anew, only shows to those who kept the hash of an earlier record.
 */
export function verifyAudit(octets: Uint8Array): VerifiedAudit {
  const records: (AuditRecord & { hash: string })[] = []
  let place: AuditPlace = beforeAll
  let torn: number | undefined
  for (const [index, line] of linesOf(octets).entries()) {
    const number = index + 1
    const record = recordOf(line.octets)
    const hash = hashOf(line.octets)
    if (!record) torn ??= number
    else {
      const broken = whyBroken(record, number, place, torn)
      if (broken) return { records, broken }
      torn = undefined
      records.push({ ...record, hash })
    }
    place = { seq: record?.seq ?? place.seq, head: hash }
  }
  return { records, ...(torn === undefined ? {} : { tornLine: torn }) }
}

function whyBroken(
  record: AuditRecord,
  line: number,
  place: AuditPlace,
  torn: number | undefined,
): BrokenAudit | undefined {
  if (torn !== undefined && !isTornLine(record)) return { line: torn, reason: 'it is no record' }
  if (record.seq !== place.seq + 1)
    return { line, reason: `record ${record.seq} stands where record ${place.seq + 1} belongs` }
  if (record.previous === place.head) return undefined
  return line === 1
    ? { line, reason: 'it claims a record before it' }
    : { line: line - 1, reason: 'the next record holds another hash of it' }
}
