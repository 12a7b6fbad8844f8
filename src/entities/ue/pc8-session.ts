import type { Timers } from '../../core/environment.ts'
import { Pc8IdentityRefused, TemporaryFailure } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { nafIdOf, uaIds, type UaId } from '../../core/identities/naf-id.ts'
import { seconds } from '../../core/units.ts'
import type { BTidMemory } from './b-tid-memory.ts'
import type { Bootstrapping } from './bootstrapping.ts'
import { within } from './deadline.ts'
import type { Pc8Association, Pc8Port, UeBootstrap } from './ports.ts'

const openDeadline = seconds(10)

export interface Pc8SessionPorts {
  readonly kmf: Fqdn
  readonly pc8: Pc8Port
  readonly timers: Timers
  readonly bootstrapping: Bootstrapping
  readonly memory: BTidMemory
}

/** The connection of a UE to its own KMF. CR 33.303 6.X.3.2 step 0, TS 33.303 5.3.3.2. */
export class Pc8Session {
  readonly #ports: Pc8SessionPorts
  #opening: Promise<void> | undefined

  constructor(ports: Pc8SessionPorts) {
    this.#ports = ports
  }

  /**
   * Opens PC8 unless it is open; bootstraps first when no B-TID is valid, and again when the KMF refuses the one given.
   * Throws TemporaryFailure, or BootstrappingFailed when Ub refuses.
   */
  async open(context?: string): Promise<void> {
    if (this.#ports.pc8.isOpen) return
    this.#opening ??= this.#connect(context).finally(() => (this.#opening = undefined))
    await this.#opening
  }

  /** Opens PC8 under a B-TID made now: the KMF took the present one no longer. Throws as `open`. */
  async renew(context?: string): Promise<void> {
    await this.#ports.pc8.close()
    await this.#ports.bootstrapping.run(context)
    await this.open(context)
  }

  async #connect(context?: string): Promise<void> {
    const { bootstrapping } = this.#ports
    try {
      await this.#openWith(await bootstrapping.validOrNew(context))
    } catch (error) {
      if (!(error instanceof Pc8IdentityRefused)) throw error
      await this.#openWith(await bootstrapping.run(context)).catch(asTemporary)
    }
  }

  async #openWith(bootstrap: UeBootstrap): Promise<void> {
    const { pc8, kmf, memory, timers } = this.#ports
    await within(timers, openDeadline, pc8.open(await pc8Association(bootstrap, kmf)))
    memory.markUsed(bootstrap.btid, kmf)
  }
}

/** Both keys of PC8 and the identity they go with. TS 33.222 5.4. */
export async function pc8Association({ btid, ks }: UeBootstrap, kmf: Fqdn): Promise<Pc8Association> {
  const keyFor = (uaId: UaId) => ks.nafKey(nafIdOf(kmf, uaId))
  return { kmf, btid, tls13Key: await keyFor(uaIds.tls13), tls12Key: await keyFor(uaIds.tls12DhePsk) }
}

/** A B-TID refused right after its bootstrapping: the network is not ready, the UE can do no more now. */
function asTemporary(error: unknown): never {
  if (!(error instanceof Pc8IdentityRefused)) throw error
  throw new TemporaryFailure('the KMF refused a B-TID twice', 'TS 33.222 5.4', { cause: error })
}
