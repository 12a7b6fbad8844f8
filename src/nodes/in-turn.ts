import { TemporaryFailure } from '../core/errors.ts'

/** The instances of one entity: one that does not answer is followed by the next, which is asked first from then on. */
export class InTurn<Instance> {
  readonly #instances: readonly Instance[]
  #at = 0

  constructor(instances: readonly Instance[]) {
    this.#instances = instances
  }

  /** What the first of them gives whose `ask` is no TemporaryFailure; throws the last one when all are. */
  async ask<Value>(ask: (instance: Instance) => Promise<Value>): Promise<Value> {
    let failure: TemporaryFailure | undefined
    const from = this.#at
    for (let tried = 0; tried < this.#instances.length; tried++) {
      const at = (from + tried) % this.#instances.length
      const instance = this.#instances[at]
      if (instance === undefined) break
      try {
        return await ask(instance)
      } catch (error) {
        if (!(error instanceof TemporaryFailure)) throw error
        failure = error
        this.#at = (at + 1) % this.#instances.length
      }
    }
    throw failure ?? new TemporaryFailure('there is nobody to ask')
  }
}
