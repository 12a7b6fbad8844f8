import { readFileSync } from 'node:fs'
import { LocalFault } from '../../core/errors.ts'
import { verifyAudit, type VerifiedAudit } from './verify-audit.ts'

/** An audit file that is not there, or may not be read. */
export class AuditUnreadable extends LocalFault {
  readonly code = 'ERR_AUDIT_UNREADABLE'
}

/** What a file holds, and whether its chain is whole. Throws AuditUnreadable. */
export function readAudit(file: string): VerifiedAudit {
  try {
    return verifyAudit(readFileSync(file))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AuditUnreadable(`${file} cannot be read: ${reason}`, undefined, { cause })
  }
}
