/** Trace id of a set-up (32 hex digits) as the W3C header that carries it; its first half names the parent span. */
export const traceparentOf = (context: string): string => `00-${context}-${context.slice(0, 16)}-01`

/** The trace id of a W3C `traceparent`; undefined for text that is none. */
export function contextOf(traceparent: string): string | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent)
  return match?.[1] === '0'.repeat(32) ? undefined : match?.[1]
}
