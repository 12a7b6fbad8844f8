import type { Timers } from '../../core/environment.ts'
import { TemporaryFailure } from '../../core/errors.ts'
import { inMilliseconds, type Seconds } from '../../core/units.ts'

/** What `promise` gives, or TemporaryFailure once `limit` has passed: what comes later is given to `forget`. profile 8.1. */
export function within<Value>(
  timers: Timers,
  limit: Seconds,
  promise: Promise<Value>,
  forget: (late: Value) => void = () => undefined,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const stop = timers.after(inMilliseconds(limit), () => {
      isLate = true
      reject(new TemporaryFailure(`no answer within ${limit} s`))
    })
    promise.finally(stop).then((value) => (isLate ? forget(value) : resolve(value)), reject)
  })
}
