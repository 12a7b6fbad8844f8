import { ProseError, TemporaryFailure } from '../../core/errors.ts'

/** What a store answers; a store that cannot answer is an outage, never a no and never a yes. */
export async function fromStore<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer
  } catch (cause) {
    if (cause instanceof ProseError) throw cause
    throw new TemporaryFailure('the store is away', undefined, { cause })
  }
}
