import type { Audit, AuditEntry } from './audit.ts'
import { LocalFault, ProseError, Refused } from './errors.ts'

/** Each may what those before it may: look; give and withdraw permissions; subscribers and their keys (R46). */
export const adminRoles = ['viewer', 'operator', 'security'] as const
export type AdminRole = (typeof adminRoles)[number]

/** Mistakes that one change tells at most. */
export const mistakesTold = 50

/** What is wrong with one record of a change; the value itself is never repeated (R31). */
export interface RecordMistake {
  /** Counts the records from 0. */
  readonly at: number
  /** For example `aka.k`; empty for the whole record. */
  readonly field: string
  readonly reason: string
}

const written = (mistakes: readonly RecordMistake[]): string =>
  mistakes.map(({ field, reason }) => (field === '' ? reason : `${field}: ${reason}`)).join('; ')

/** Records that are wrong by themselves; nothing was changed. */
export class InvalidRecords extends LocalFault {
  readonly code = 'ERR_INVALID_RECORD'
  readonly mistakes: readonly RecordMistake[]

  constructor(mistakes: readonly RecordMistake[]) {
    super(written(mistakes))
    this.mistakes = mistakes
  }
}

/** Records that cannot stand beside what is kept; nothing was changed. */
export class ConflictingRecords extends Refused {
  readonly code = 'ERR_CONFLICT'
  readonly mistakes: readonly RecordMistake[]

  constructor(mistakes: readonly RecordMistake[]) {
    super(written(mistakes))
    this.mistakes = mistakes
  }
}

/** Nothing of that name is kept. */
export class NotFound extends Refused {
  readonly code = 'ERR_NOT_FOUND'
}

/** The configuration says it, at every start anew: it is changed there. */
export class KeptInFile extends Refused {
  readonly code = 'ERR_KEPT_IN_FILE'
}

/** The role of who asks does not include it (R46). */
export class NotPermitted extends Refused {
  readonly code = 'ERR_NOT_PERMITTED'
}

/** Does `work`, and has one record made of what became of it before anybody learns that (R46). */
export async function audited<Result>(
  audit: Audit,
  entry: () => Omit<AuditEntry, 'outcome'>,
  work: () => Promise<Result>,
): Promise<Result> {
  let result: Result
  try {
    result = await work()
  } catch (error) {
    const told = entry()
    const isRefused = error instanceof Refused || error instanceof LocalFault
    const code = error instanceof ProseError ? error.code : 'ERR_INTERNAL'
    await audit.record({
      ...told,
      outcome: isRefused ? 'refused' : 'failed',
      detail: { ...told.detail, code },
    })
    throw error
  }
  await audit.record({ ...entry(), outcome: 'done' })
  return result
}
