import type { z } from 'zod'
import type { AdminRole } from '../../core/administration.ts'

/** A request that was let in. */
export interface AdminCall {
  /** For example `user root`, `certificate operator1`. */
  readonly who: string
  /** What the path and the query say, in the form of `parameters`. */
  readonly parameters: unknown
  /** JSON of a route with `body: 'json'`; checked by who handles it. */
  readonly body: unknown
  /** Records of a route with `body: 'records'`, one JSON value a line. */
  readonly records: AsyncIterable<unknown>
}

export interface AdminReply {
  readonly status: 200 | 201 | 204
  readonly body?: unknown
}

/** One row of the administration API: server, client and OpenAPI are made of it. */
export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** For example `/subscribers/:imsi`. */
  readonly path: string
  readonly summary: string
  /** The least role that may do it (R46). */
  readonly role: AdminRole
  /** Names of the path are required, others come in the query. */
  readonly parameters: z.ZodObject
  readonly body?: { readonly form: 'json' | 'records'; readonly schema: z.ZodType }
  /** What status 200 and 201 bring. */
  readonly answer?: z.ZodType
  handle(call: AdminCall): Promise<AdminReply>
}
