import type { Timers } from '../../core/environment.ts'
import { TemporaryFailure } from '../../core/errors.ts'
import { inMilliseconds, type Seconds } from '../../core/units.ts'

/** What `promise` gives, or TemporaryFailure once `limit` has passed. profile 8.1. */
export function within<Value>(timers: Timers, limit: Seconds, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = timers.after(inMilliseconds(limit), () => {
      reject(new TemporaryFailure(`no answer within ${limit} s`))
    })
    promise.finally(stop).then(resolve, reject)
  })
}
