import type { HttpFields } from '../../reference-points/ub/exchange.ts'

/** Names and values that Node gives one after the other. */
export const fieldsAsSent = (raw: readonly string[]): HttpFields =>
  raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as const] : []))
