import type { Clock, Timers } from '../../core/environment.ts'
import { ubTimers } from '../../reference-points/ub/timers.ts'
import { within } from './deadline.ts'
import type { BTidMemory } from './b-tid-memory.ts'
import type { GbaPort, UeBootstrap } from './ports.ts'

/** Runs on Ub for everything in the UE that needs one; whoever asks while a run goes on shares it. */
export class Bootstrapping {
  readonly #ports: { readonly gba: GbaPort; readonly clock: Clock; readonly timers: Timers }
  readonly #memory: BTidMemory
  #running: Promise<UeBootstrap> | undefined

  constructor(
    ports: { readonly gba: GbaPort; readonly clock: Clock; readonly timers: Timers },
    memory: BTidMemory,
  ) {
    this.#ports = ports
    this.#memory = memory
  }

  /** Step 1: a new B-TID, kept from then on. Throws BootstrappingFailed or TemporaryFailure. */
  async run(context?: string): Promise<UeBootstrap> {
    this.#running ??= this.#ask(context).finally(() => (this.#running = undefined))
    return this.#running
  }

  /** The valid bootstrapping if there is one, else a new one; throws as `run`. */
  async validOrNew(context?: string): Promise<UeBootstrap> {
    return this.#memory.valid(this.#ports.clock.now()) ?? (await this.run(context))
  }

  async #ask(context?: string): Promise<UeBootstrap> {
    const { gba, timers } = this.#ports
    const bootstrap = await within(timers, ubTimers.run, gba.bootstrap(context), ({ ks }) => ks.erase())
    this.#memory.replace(bootstrap)
    return bootstrap
  }
}
