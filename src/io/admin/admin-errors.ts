import { z } from 'zod'
import { ConflictingRecords, InvalidRecords } from '../../core/administration.ts'
import { InvalidValue, Outage, ProseError, Refused } from '../../core/errors.ts'

/** What every refusal of the API looks like. */
export const adminError = z.strictObject({
  code: z.string(),
  reason: z.string(),
  mistakes: z
    .array(z.strictObject({ at: z.int(), field: z.string(), reason: z.string() }))
    .describe('each by the record it is in, counted from 0, and its field'),
})
export type AdminError = z.output<typeof adminError>

const statusOf: Readonly<Record<string, number>> = {
  ERR_NOT_IDENTIFIED: 401,
  ERR_NOT_PERMITTED: 403,
  ERR_NOT_FOUND: 404,
  ERR_TOO_MANY_REQUESTS: 429,
}

/** Of requests that came to no handler; Fastify's own words may repeat what was sent. */
const byStatus: Readonly<Record<number, AdminError>> = {
  400: { code: 'ERR_MALFORMED_REQUEST', reason: 'the request or its JSON is malformed', mistakes: [] },
  404: { code: 'ERR_NOT_FOUND', reason: 'there is no such resource', mistakes: [] },
  413: { code: 'ERR_TOO_LARGE', reason: 'the body is too large', mistakes: [] },
  415: { code: 'ERR_MEDIA_TYPE', reason: 'the body must be application/json or, for import, application/x-ndjson', mistakes: [] }, // prettier-ignore
}

/** The status and the body that answer an error; undefined for a fault of ours. */
export function answerTo(error: unknown): { readonly status: number; readonly body: AdminError } | undefined {
  if (error instanceof ProseError) {
    const { code, message: reason } = error
    const mistakes = error instanceof InvalidRecords || error instanceof ConflictingRecords ? [...error.mistakes] : [] // prettier-ignore
    const status = statusOf[code] ?? classStatus(error)
    return status === undefined ? undefined : { status, body: { code, reason, mistakes } }
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  const body = byStatus[status]
  return body && { status, body }
}

function classStatus(error: ProseError): number | undefined {
  if (error instanceof InvalidRecords || error instanceof InvalidValue) return 400
  if (error instanceof Refused) return 409
  return error instanceof Outage ? 503 : undefined
}

export const notFound = byStatus[404]
export const fault: AdminError = { code: 'ERR_INTERNAL', reason: 'a fault of this node', mistakes: [] }
