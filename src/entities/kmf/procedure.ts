import { ProseError } from '../../core/errors.ts'
import type { Fields, Step } from '../../core/tap.ts'
import type { KmfPorts } from './ports.ts'

/** One run of a procedure: the step it is at, and what it decides on the way. */
export class Procedure {
  step: Step
  readonly context: string | undefined
  readonly #ports: Pick<KmfPorts, 'report' | 'count'>

  constructor(ports: Pick<KmfPorts, 'report' | 'count'>, step: Step, context: string | undefined) {
    this.#ports = ports
    this.step = step
    this.context = context
  }

  decided(what: string, fields: Fields, keys?: Readonly<Record<string, string>>): void {
    const { step, context } = this
    this.#ports.report({
      ...{ step, what, fields },
      ...(keys && { keys }),
      ...(context !== undefined && { context }),
    })
  }

  /** The true reason, for this node only (R10). */
  refused(error: unknown): void {
    const code = error instanceof ProseError ? error.code : 'ERR_INTERNAL'
    const reason = error instanceof ProseError ? error.message : 'a fault of this KMF'
    this.#ports.count(`kmf-${code}`)
    this.decided('refused', { code, reason })
  }
}
