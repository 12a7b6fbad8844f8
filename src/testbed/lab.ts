import type { Clock } from '../core/environment.ts'
import { Instant, inMilliseconds, type Seconds } from '../core/units.ts'
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

/** A clock that a lab can put forward. */
export class LabClock implements Clock {
  readonly #clock: Clock
  #ahead = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): Instant {
    return Instant(this.#clock.now() + this.#ahead)
  }

  putForward(duration: Seconds): void {
    this.#ahead += inMilliseconds(duration)
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
