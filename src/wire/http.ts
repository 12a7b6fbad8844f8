/** Header fields in order; a name may come more than once. */
export type HttpFields = readonly (readonly [name: string, value: string])[]

/** One HTTP/1.1 request as it is sent. */
export interface HttpRequest {
  readonly method: string
  /** Request target, origin form. */
  readonly target: string
  readonly fields: HttpFields
  readonly body: Uint8Array
}

/** One HTTP/1.1 response as it is sent. `Connection: close` among the fields ends the connection. */
export interface HttpResponse {
  readonly status: number
  readonly fields: HttpFields
  readonly body: Uint8Array
}

/** One connection: requests go in, one after the other, and responses come back. */
export interface HttpConnection {
  /** `context` is the trace id of the set-up. On the side of the client, throws TemporaryFailure. */
  exchange(request: HttpRequest, context?: string): Promise<HttpResponse>
  close(): void
}

/** The values of a header field in order; names are compared without case. */
export const fieldValues = (fields: HttpFields, name: string): readonly string[] =>
  fields.filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase()).map(([, value]) => value)

/** The value of a header field that came exactly once. */
export function fieldValue(fields: HttpFields, name: string): string | undefined {
  const values = fieldValues(fields, name)
  return values.length === 1 ? values[0] : undefined
}
