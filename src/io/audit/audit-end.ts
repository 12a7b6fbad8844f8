import type { FileHandle } from 'node:fs/promises'
import { InvalidValue } from '../../core/errors.ts'
import { beforeAll, hashOf, maxLine, recordOf, type AuditPlace } from './audit-record.ts'
import { linesOf, type Line } from './lines.ts'

/** How an audit file ends. */
export interface AuditEnd {
  readonly place: AuditPlace
  /** Of the whole file, in octets. */
  readonly size: number
  /** Octets of a last line that a crash left unfinished; 0 when the last line is a record. */
  readonly torn: number
  readonly isLineEnded: boolean
}

/** Room for a whole record before whatever a crash left. */
const tailLength = 4 * maxLine

const firstOctets = '{"seq":0,"time":"'

/** Reads how a file ends; throws InvalidValue when it is no audit file, so that nothing is added to another. */
export async function readEnd(handle: FileHandle): Promise<AuditEnd> {
  const { size } = await handle.stat()
  const start = Math.max(0, size - tailLength)
  const { buffer, bytesRead } = await handle.read(new Uint8Array(size - start), 0, size - start, start)
  const lines = linesOf(buffer.subarray(0, bytesRead))
  const last = lines.at(-1)
  if (!last) return { place: beforeAll, size, torn: 0, isLineEnded: true }
  const { octets, isEnded } = last
  const place = { seq: lastSeqIn(lines), head: hashOf(octets) }
  if (place.seq < 0 && !isBeginning(octets)) throw new InvalidValue('file', 'it is no audit file')
  return { place, size, torn: recordOf(octets) ? 0 : octets.length, isLineEnded: isEnded }
}

const lastSeqIn = (lines: readonly Line[]): number =>
  lines.reduce((seq, { octets }) => recordOf(octets)?.seq ?? seq, beforeAll.seq)

/** Whether a crash may have left this of the first record. */
const isBeginning = (octets: Uint8Array): boolean =>
  firstOctets.startsWith(Buffer.from(octets.subarray(0, firstOctets.length)).toString())
