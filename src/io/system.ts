import { randomFillSync } from 'node:crypto'
import type { Clock, Random, Timers } from '../core/environment.ts'
import { Instant, milliseconds, type Milliseconds } from '../core/units.ts'

/** UTC at the start of the process, carried on by the monotonic clock: a step of the wall clock does not move it (R47). */
export const systemClock: Clock = {
  now: () => Instant(Math.floor(performance.timeOrigin + performance.now())),
}

/** Time since the start of the process, with fractions. */
export const stopwatch = (): Milliseconds => milliseconds(performance.now())

/** How far the wall clock has stepped away from `systemClock` since the process started (R47). */
export const wallClockStep = (): Milliseconds => milliseconds(Date.now() - systemClock.now())

/** Timers do not keep the process alive: its servers and sockets do. */
export const systemTimers: Timers = {
  after(delay, expire) {
    const timer = setTimeout(expire, delay)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Resolves after so long; it does not keep the process alive. */
export const elapsed = (delay: Milliseconds): Promise<void> =>
  new Promise((resolve) => void systemTimers.after(delay, resolve))

const poolSize = 4096

/** Octets of the operating system, drawn 4 kB at a time; none is given twice and none stays in the pool. */
export function pooledRandom(): Random {
  const pool = new Uint8Array(poolSize)
  let used = poolSize
  return {
    octets(count) {
      if (count > poolSize) return randomFillSync(new Uint8Array(count))
      if (used + count > poolSize) {
        randomFillSync(pool)
        used = 0
      }
      const drawn = pool.slice(used, used + count)
      pool.fill(0, used, used + count)
      used += count
      return drawn
    },
  }
}

export const systemRandom: Random = pooledRandom()
