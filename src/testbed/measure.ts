import type { Step, TapEvent, TapMessage } from '../core/tap.ts'
import type { Branch } from './result.ts'

/** Messages of steps 0 and 1, and of 2 to 14. */
export interface Measures {
  readonly branch: Branch | null
  readonly bootstrapMessages: number
  readonly messages: number
  readonly octets: number
  readonly roundTrips: number
}

const branches: readonly Branch[] = ['7a', '7b', '7c', '7d']

/** Counts what a set-up cost, from the one stream of events. */
export class Measure {
  #branch: Branch | null = null
  #bootstrapMessages = 0
  #messages = 0
  #octets = 0
  #oneWay = 0
  #counting = true

  /** User data and what follows it are not part of the set-up. */
  setUpIsOver(): void {
    this.#counting = false
  }

  add(event: TapEvent): void {
    if (event.kind === 'message') this.#addMessage(event)
    else if (event.kind === 'state' && event.what === 'branch') this.#addBranch(event.fields['branch'])
  }

  get result(): Measures {
    return {
      branch: this.#branch,
      bootstrapMessages: this.#bootstrapMessages,
      messages: this.#messages,
      octets: this.#octets,
      roundTrips: Math.floor((this.#messages - this.#oneWay) / 2),
    }
  }

  #addMessage({ step, heartbeat, bytes }: TapMessage): void {
    if (heartbeat || !this.#counting) return
    if (isBootstrap(step)) {
      this.#bootstrapMessages++
      return
    }
    this.#messages++
    this.#octets += bytes.length
    if (step === '2') this.#oneWay++
  }

  #addBranch(value: unknown): void {
    this.#branch = branches.find((branch) => branch === value) ?? this.#branch
  }
}

const isBootstrap = (step: Step | undefined): boolean => step === '0' || step === '1'
