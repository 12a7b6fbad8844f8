import {
  BTidUnknown,
  IdentityUnknown,
  MalformedMessage,
  NotAuthorised,
  Outage,
  ProseError,
} from '../../core/errors.ts'
import type { ProseDirectKeyResponse } from './exchange.ts'
import { InvalidKeyRequest } from './messages.ts'

/** The key of the connection is no longer valid, or nobody's (R38). */
export class NotAuthenticated extends ProseError {
  readonly code = 'ERR_NOT_AUTHENTICATED'
}

type WithoutTransaction<Response> = Response extends unknown ? Omit<Response, 'transactionId'> : never

/** What the UE is told of an error: a response document, or the HTTP status of what never became a request. */
export type Pc8Cause =
  | WithoutTransaction<Exclude<ProseDirectKeyResponse, { outcome: 'key' }>>
  | { readonly status: 400 | 401 | 500 }

/** The only place where an error becomes an error-code or an HTTP status of PC8. No text goes with it (R10). */
export function causeOf(error: unknown): Pc8Cause {
  if (error instanceof BTidUnknown) return { outcome: 'bootstrapping-renegotiation' }
  if (error instanceof InvalidKeyRequest) return { outcome: 'error', code: 1 }
  if (error instanceof NotAuthorised || error instanceof IdentityUnknown) return { outcome: 'error', code: 2 }
  if (error instanceof Outage) return { outcome: 'error', code: 3 }
  if (error instanceof NotAuthenticated) return { status: 401 }
  if (error instanceof MalformedMessage) return { status: 400 }
  if (error instanceof ProseError) return { outcome: 'error', code: 4 }
  return { status: 500 }
}
