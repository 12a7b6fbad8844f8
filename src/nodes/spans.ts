import { ProseError } from '../core/errors.ts'
import { isRead, type TapSpan } from '../core/tap.ts'
import { spanOf, traceOf, within } from '../core/traceparent.ts'
import { spanIdOf } from '../crypto/trace.ts'
import type { NodeContext } from './node.ts'

type Named = Pick<TapSpan, 'side' | 'point' | 'name'>

/**
 * Does `work` and tells the tap how long it took and how it ended. The work gets the context of its own span.
 * `causeIn` finds the cause in a value that is not what was asked for.
 */
export type Spans = (<Value>(
  named: Named,
  context: string | undefined,
  work: (context: string | undefined) => Promise<Value>,
  causeIn?: (value: Value) => string | undefined,
) => Promise<Value>) & {
  /** Nobody reads them: they only number the contexts that go to others. */
  readonly unheard?: true
}

/** For one node, once: its spans are numbered. */
export function spansOf(node: string, { tap, clock, stopwatch }: NodeContext): Spans {
  const start = clock.now()
  let spans = 0
  const ownOf = (context: string | undefined) =>
    context === undefined ? undefined : within(context, spanIdOf(`${node} ${start} ${++spans}`))
  if (!isRead('span', tap))
    return Object.assign(
      <Value>(
        _named: Named,
        context: string | undefined,
        work: (own: string | undefined) => Promise<Value>,
      ) => work(ownOf(context)),
      { unheard: true as const },
    )
  return async (named, context, work, causeIn) => {
    const began = stopwatch()
    const own = ownOf(context)
    const place =
      context === undefined || own === undefined
        ? {}
        : { context: traceOf(context), span: spanOf(own), parent: spanOf(context) }
    const tell = (cause: string | undefined) =>
      tap({
        ...{ kind: 'span', time: clock.now(), node, ...named, ms: stopwatch() - began, ...place },
        ...(cause === undefined ? {} : { cause }),
      })
    try {
      const value = await work(own)
      tell(causeIn?.(value))
      return value
    } catch (error) {
      tell(error instanceof ProseError ? error.code : 'ERR_INTERNAL')
      throw error
    }
  }
}

/** The store with each of its methods told, itself where nobody hears of them. */
export const storeSpans = <Store extends object>(table: string, store: Store, spans: Spans): Store => {
  if (spans.unheard) return store
  const told = new Map<string, unknown>()
  const tellingMethod = (name: string, method: (...args: readonly unknown[]) => unknown) => {
    const named = { side: 'store', name: `${table}.${name}` } as const
    return (...args: readonly unknown[]) =>
      spans(named, undefined, () => Promise.resolve(Reflect.apply(method, store, args)))
  }
  for (const [name, value] of Object.entries(store) as [string, unknown][])
    told.set(name, typeof value === 'function' ? tellingMethod(name, value as () => unknown) : value)
  return Object.fromEntries(told) as Store
}
