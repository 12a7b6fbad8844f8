import type { Clock, Timers } from '../core/environment.ts'
import { Instant, inMilliseconds, milliseconds, type Milliseconds, type Seconds } from '../core/units.ts'
import type { Node } from '../nodes/node.ts'

/** What a scenario may do to the network while it runs; UE-1 is the first UE of the configuration. */
export interface Lab {
  /** From now on UE-1 does not reach its BSF. */
  blockUb(): void
  /** All nodes are so much later at once. */
  pass(duration: Seconds): void
  /** BSF and KMF of UE-1 forget every B-TID. */
  forgetBTids(): Promise<void>
  /** The HSS, BSF or KMF of UE-1 is gone. */
  end(kind: 'hss' | 'bsf' | 'kmf'): Promise<void>
}

interface LabTimer {
  readonly due: Instant
  readonly expire: () => void
  stop: () => void
}

/** A clock that a lab can put forward. Timers go with it: those that fall due then expire at once, in their order. */
export class LabClock implements Clock, Timers {
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #running = new Set<LabTimer>()
  #ahead = 0

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock
    this.#timers = timers
  }

  now(): Instant {
    return Instant(this.#clock.now() + this.#ahead)
  }

  after(delay: Milliseconds, expire: () => void): () => void {
    const timer: LabTimer = { due: Instant(this.now() + delay), expire, stop: () => undefined }
    this.#running.add(timer)
    this.#start(timer)
    return () => {
      this.#running.delete(timer)
      timer.stop()
    }
  }

  putForward(duration: Seconds): void {
    this.#ahead += inMilliseconds(duration)
    for (const timer of [...this.#running].sort((one, other) => one.due - other.due)) {
      timer.stop()
      this.#start(timer)
    }
  }

  #start(timer: LabTimer): void {
    timer.stop = this.#timers.after(milliseconds(Math.max(0, timer.due - this.now())), () => {
      this.#running.delete(timer)
      timer.expire()
    })
  }
}

/** The nodes of UE-1's home network, by kind. */
export type HomeNodes = Readonly<Record<'hss' | 'bsf' | 'kmf', () => Node | undefined>>

export function labOf(clock: LabClock, home: HomeNodes, blockUb: () => void): Lab {
  return {
    blockUb,
    pass: (duration) => clock.putForward(duration),
    async forgetBTids() {
      await home.bsf()?.forgetBTids?.()
      await home.kmf()?.forgetBTids?.()
    },
    async end(kind) {
      await home[kind]()?.stop()
    },
  }
}
