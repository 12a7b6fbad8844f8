import type { Clock, Random, Timers } from '../../core/environment.ts'
import { TemporaryFailure } from '../../core/errors.ts'
import type { Milliseconds } from '../../core/units.ts'
import { stopwatch, systemClock, systemRandom, systemTimers } from '../../io/system.ts'
import { systemCarriers, type Carriers } from '../../nodes/carriers.ts'
import type { Service } from '../../nodes/config/listeners.ts'
import type { Instance, ListenAddress, NetworkConfig } from '../../nodes/config/network-config.ts'
import { addressesOf } from '../processes/addressed-config.ts'
import { Tally, type TallyFigures } from './tally.ts'

/** What all UEs and peers of a load share. */
export interface LoadWorld {
  readonly config: NetworkConfig
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly now: () => Milliseconds
  readonly carriers: Carriers
  readonly exchanges: Exchanges
  /** Where the file says that a node serves. */
  readonly addressOf: (node: string, service: Service) => ListenAddress
  /** Of several instances those that were there when the load began; all, where none was. */
  readonly there: <One extends Instance>(instances: readonly One[]) => readonly One[]
}

/** How long single exchanges took, within transactions of any kind; counted from when they were sent. */
export class Exchanges {
  readonly #now: () => Milliseconds
  #tally: Tally | undefined

  constructor(now: () => Milliseconds) {
    this.#now = now
  }

  /** Counts from now on. */
  begin(): void {
    this.#tally = new Tally()
  }

  get figures(): TallyFigures['kinds'] {
    return this.#tally?.figures.kinds ?? {}
  }

  async timed<Value>(name: string, exchange: Promise<Value>): Promise<Value> {
    const from = this.#now()
    try {
      const value = await exchange
      this.#tally?.answer(name, this.#now() - from)
      return value
    } catch (error) {
      this.#tally?.fail(name, error)
      throw error
    }
  }
}

/** Of this machine, and the network that the file describes. */
/** Nodes named in `away` take no part. */
export function loadWorld(config: NetworkConfig, away: ReadonlySet<string> = new Set()): LoadWorld {
  const placed = addressesOf(config)
  return {
    ...{ config, clock: systemClock, timers: systemTimers, random: systemRandom, now: stopwatch },
    carriers: systemCarriers(config),
    exchanges: new Exchanges(stopwatch),
    addressOf(node, service) {
      const address = placed(node, service)
      if (!address) throw new TemporaryFailure(`${node} serves no ${service}`)
      return address
    },
    there(instances) {
      const found = instances.filter(({ name }) => !away.has(name))
      return found.length > 0 ? found : instances
    },
  }
}
