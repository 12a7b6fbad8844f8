import { readAudit } from '../../io/audit/read-audit.ts'
import type { VerifiedAudit } from '../../io/audit/verify-audit.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import { counted } from '../../ladder/names.ts'
import { tableOf } from '../table.ts'
import { note, type Terminal } from '../terminal.ts'

/** The changes that an audit file tells, oldest first; 1 when the file is not as it was written. */
export function auditList(file: string, { json, quiet }: SharedFlags, terminal: Terminal): ExitCode {
  const { records, broken } = readAudit(file)
  if (json) for (const record of records) terminal.out(JSON.stringify({ event: 'row', schema: 1, ...record }))
  else {
    const rows = records.map(({ seq, time, who, what, subject, outcome, detail = {} }) => {
      const more = Object.entries(detail).map(([name, value]) => `${name}=${value}`)
      return [String(seq), time, who, what, subject, outcome, more.join(' ')]
    })
    for (const line of tableOf(['seq', 'time', 'who', 'what', 'subject', 'outcome', 'detail'], rows))
      terminal.out(line)
  }
  if (!broken) return exitCodes.done
  if (!quiet) note(terminal, `${file} is broken at line ${broken.line}: ${broken.reason}`)
  return exitCodes.otherOutcome
}

export interface VerifyFlags extends SharedFlags {
  /** `sha256:` and 64 hex digits. */
  readonly head?: string
}

/** Whether each record follows the one before, and whether one of them has the hash that was noted earlier. */
export function auditVerify(file: string, flags: VerifyFlags, terminal: Terminal): ExitCode {
  const wanted = flags.head === undefined ? undefined : hashIn(flags.head)
  const verified = readAudit(file)
  const isWhole = !verified.broken
  const hasHead = wanted === undefined || verified.records.some(({ hash }) => hash === wanted)
  const told = { file, ...summaryOf(verified), ...(wanted === undefined ? {} : { hasHead }) }
  if (flags.json)
    terminal.out(JSON.stringify({ event: 'result', schema: 1, valid: isWhole && hasHead, ...told }))
  else for (const line of wordsOf(file, verified, wanted === undefined || hasHead, flags)) terminal.out(line)
  return isWhole && hasHead ? exitCodes.done : exitCodes.otherOutcome
}

/** So written a hash is not taken for a key, which no argument may be (R46). */
function hashIn(head: string): string {
  const hash = /^sha256:([0-9a-f]{64})$/.exec(head)?.[1]
  if (hash === undefined) throw new WrongUsage('--head is sha256: and 64 hex digits, as verify prints it')
  return hash
}

function summaryOf({ records, broken, tornLine }: VerifiedAudit) {
  const last = records.at(-1)
  return {
    records: records.length,
    head: last ? `sha256:${last.hash}` : null,
    ...(broken && { broken }),
    ...(tornLine === undefined ? {} : { tornLine }),
  }
}

function wordsOf(
  file: string,
  verified: VerifiedAudit,
  hasHead: boolean,
  { head, quiet }: VerifyFlags,
): string[] {
  const { records, broken, tornLine } = verified
  const [first, last] = [records.at(0), records.at(-1)]
  if (broken) return [`${file} is broken at line ${broken.line}: ${broken.reason}`]
  if (!hasHead) return [`${file} has no record with that hash: its end was cut off, or it was written anew`]
  if (!first || !last) return [`${file} has no record`]
  const whole = `${file} is whole: ${counted(records.length, 'record')} of ${first.subject} from ${first.time} to ${last.time}`
  if (quiet) return [whole]
  return [
    whole,
    ...(tornLine === undefined
      ? []
      : [`line ${tornLine} is unfinished: a crash; its change was not acknowledged`]),
    `head sha256:${last.hash}`,
    ...(head === undefined
      ? ['keep it elsewhere: only --head shows that the last record was changed or the end cut off']
      : []),
  ]
}
