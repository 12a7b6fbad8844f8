import type { Step, TapEvent, TapMessage, TapState } from '../core/tap.ts'
import type { Branch, Decider } from './result.ts'

/** Messages of steps 0 and 1, and of 2 to 14. */
export interface Measures {
  readonly branch: Branch | null
  readonly decidedBy: Decider | null
  readonly bootstrapMessages: number
  readonly messages: number
  readonly octets: number
  readonly roundTrips: number
}

const branches: readonly Branch[] = ['7a', '7b', '7c', '7d']

/** Counts what a set-up cost, from the one stream of events. */
export class Measure {
  #branch: Branch | null = null
  #refusals: Decider[] = []
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
    else if (event.kind === 'state') this.#addDecision(event)
  }

  get result(): Measures {
    return {
      branch: this.#branch,
      decidedBy: this.#refusals.find(({ code }) => code !== 'ERR_NO_ANSWER') ?? this.#refusals[0] ?? null,
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

  /** An attempt begins with the choice of the identity of UE-1. */
  #addDecision({ what, node, step, fields }: TapState): void {
    if (what === 'identity') this.#refusals = []
    else if (what === 'branch') this.#addBranch(fields['branch'])
    else if (what === 'refused' && step !== undefined) {
      const { code, reason } = fields
      if (typeof code === 'string' && typeof reason === 'string')
        this.#refusals.push({ node, step, code, reason })
    }
  }

  #addBranch(value: unknown): void {
    this.#branch = branches.find((branch) => branch === value) ?? this.#branch
  }
}

const isBootstrap = (step: Step | undefined): boolean => step === '0' || step === '1'
