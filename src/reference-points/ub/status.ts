import { IdentityUnknown, NotAuthorised, ProseError } from '../../core/errors.ts'

/**
 * What the UE learns of an error: 403 for an identity that is unknown or not allowed, one like the other (B51), 503
 * for the rest, which is never the UE's fault. An error that is not of the system is thrown on. TS 24.109 4.3.
 */
export function statusOf(error: unknown): 403 | 503 {
  if (error instanceof IdentityUnknown || error instanceof NotAuthorised) return 403
  if (error instanceof ProseError) return 503
  throw error
}
