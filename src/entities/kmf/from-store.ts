import { ProseError, TemporaryFailure } from '../../core/errors.ts'

/** What a store answers; a store that cannot answer is an outage, never a no and never a yes. */
export const fromStore = <Value>(answer: Promise<Value>): Promise<Value> => answer.catch(asOutage)

function asOutage(cause: unknown): never {
  if (cause instanceof ProseError) throw cause
  throw new TemporaryFailure('the store is away', undefined, { cause })
}
