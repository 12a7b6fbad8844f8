/**
 * Where work belongs, in one text: the trace id of a set-up (32 hex digits), then, once the work is part of a span, `-` and
 * the id of that (16). The trace id alone stands for the whole attempt of UE-1, whose span has the first half as its id, so
 * that both UEs know it from Nonce_1.
 */
export const traceOf = (context: string): string => context.slice(0, traceLength)

/** The span that work in this context is part of. */
export const spanOf = (context: string): string =>
  context.length > traceLength ? context.slice(traceLength + 1) : context.slice(0, spanLength)

/** The context of what is done within a span of the same set-up. */
export const within = (context: string, span: string): string => `${traceOf(context)}-${span}`

/** UE-2's part of a set-up: a span within that of UE-1, with the complement of its id. */
export const ue2Context = (trace: string): string =>
  within(trace, (allOnes ^ BigInt(`0x${spanOf(trace)}`)).toString(16).padStart(spanLength, '0'))

const traceLength = 32
const spanLength = 16
const allOnes = 2n ** 64n - 1n

/** The context as the W3C header that carries it. */
export const traceparentOf = (context: string): string => `00-${traceOf(context)}-${spanOf(context)}-01`

/** The context that a W3C `traceparent` gives; undefined for text that is none. */
export function contextOf(traceparent: string): string | undefined {
  const [, trace, span] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(traceparent) ?? []
  if (trace === undefined || span === undefined || isZero(trace) || isZero(span)) return undefined
  return within(trace, span)
}

const isZero = (digits: string): boolean => /^0*$/.test(digits)
