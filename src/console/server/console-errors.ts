import { InvalidValue, LocalFault, Outage, ProseError, Refused } from '../../core/errors.ts'

/** The CLI's error, as a page shows it beside a button. */
export interface ConsoleError {
  readonly code: string
  readonly message: string
  readonly at?: readonly string[]
  readonly hint?: string
}

/** There is no such run, node or page. */
export class NoSuchThing extends Refused {
  readonly code = 'ERR_NOT_FOUND'
}

const statusOf: Readonly<Record<string, number>> = {
  ERR_NOT_FOUND: 404,
  ERR_FOREIGN_REQUEST: 403,
  ERR_NOT_IDENTIFIED: 401,
  ERR_NOT_PERMITTED: 403,
  ERR_TOO_MANY_REQUESTS: 429,
}

/** Of requests that came to no handler; Fastify's own words may repeat what was sent. */
const byStatus: Readonly<Record<number, ConsoleError>> = {
  400: { code: 'ERR_MALFORMED_REQUEST', message: 'the request or its JSON is malformed' },
  404: { code: 'ERR_NOT_FOUND', message: 'there is no such resource' },
  413: { code: 'ERR_TOO_LARGE', message: 'the body is too large' },
  414: { code: 'ERR_TOO_LARGE', message: 'the address is too long' },
  415: { code: 'ERR_MEDIA_TYPE', message: 'the body must be application/json' },
}

export interface ErrorAnswer {
  readonly status: number
  readonly body: { readonly error: ConsoleError }
}

/** What answers an error; undefined for a fault of ours. */
export function answerTo(error: unknown): ErrorAnswer | undefined {
  if (error instanceof ProseError) return { status: statusFor(error), body: { error: told(error) } }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  const known = byStatus[status]
  return known && { status, body: { error: known } }
}

export const notFound: ErrorAnswer['body'] = {
  error: { code: 'ERR_NOT_FOUND', message: 'there is no such resource' },
}
export const fault: ErrorAnswer['body'] = {
  error: { code: 'ERR_INTERNAL', message: 'a fault of the console', hint: 'report what its terminal prints' },
}

function statusFor(error: ProseError): number {
  const known = statusOf[error.code]
  if (known !== undefined) return known
  if (error instanceof Outage) return 503
  return error instanceof InvalidValue || error instanceof LocalFault ? 400 : 409
}

function told(error: ProseError): ConsoleError {
  const [message = '', ...places] = error.message.split('\n')
  const at = error.clause === undefined ? places : [...places, error.clause]
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined
  return { code: error.code, message, ...(at.length > 0 && { at }), ...(hint !== undefined && { hint }) }
}
