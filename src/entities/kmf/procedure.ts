import { refusalFields } from '../../core/refusal.ts'
import { tell, type Fields, type Step } from '../../core/tap.ts'
import { later, seconds, type Instant } from '../../core/units.ts'
import type { BsfCall, KmfPorts } from './ports.ts'

type ProcedurePorts = Pick<KmfPorts, 'report' | 'count' | 'clock'>

/** All that the BSF is asked in one step 7, or in one handshake of PC8, has an answer by then. */
export const bsfPatience = seconds(8)

/** What a decision says. */
export interface Told {
  readonly fields: Fields
  readonly keys?: Readonly<Record<string, string>>
}

/** One run of a procedure: the step it is at, and what it decides on the way. */
export class Procedure {
  step: Step
  readonly context: string | undefined
  readonly #ports: ProcedurePorts
  #bsfUntil: Instant | undefined

  constructor(ports: ProcedurePorts, step: Step, context: string | undefined) {
    this.#ports = ports
    this.step = step
    this.context = context
  }

  /** The wait for the BSF begins with the first question. */
  get bsfCall(): BsfCall {
    const until = (this.#bsfUntil ??= later(this.#ports.clock.now(), bsfPatience))
    return { until, ...(this.context !== undefined && { context: this.context }) }
  }

  /** `told` is asked for the fields and the fingerprints of keys only where somebody hears of it. */
  decided(what: string, told: () => Told): void {
    const { step, context } = this
    tell(this.#ports.report, () => ({ step, what, ...told(), ...(context !== undefined && { context }) }))
  }

  /** The true reason, for this node only (R10). */
  refused(error: unknown): void {
    const fields = refusalFields(error, 'KMF')
    this.#ports.count(`kmf-${fields.code}`)
    this.decided('refused', () => ({ fields }))
  }
}
