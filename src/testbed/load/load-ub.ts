import { nafIdOf, uaIds, type NafId } from '../../core/identities/naf-id.ts'
import type { Rand } from '../../core/aka.ts'
import { bTidOf, type BTid } from '../../core/identities/b-tid.ts'
import { keyOctets, wipe, type KsNaf } from '../../core/keys.ts'
import { hours, later } from '../../core/units.ts'
import { gbaOver } from '../../entities/ue/gba/bootstrap.ts'
import { pc8Association } from '../../entities/ue/pc8-session.ts'
import type { GbaPort, Pc8Association, UeBootstrap, Usim } from '../../entities/ue/ports.ts'
import { connectUb } from '../../io/https/ub-client.ts'
import type { Instance, PlmnConfig } from '../../nodes/config/network-config.ts'
import type { HeldBTid, UeTable } from './ue-table.ts'
import type { LoadWorld } from './world.ts'

/** Runs on Ub of the UEs of a table, each over a connection of its own, as real ones are. */
export class LoadUb {
  /** Root of the PDK. */
  readonly nafId: NafId
  readonly #plmn: PlmnConfig
  readonly #table: UeTable
  readonly #world: LoadWorld
  readonly #instances: readonly Instance[]

  constructor(plmn: PlmnConfig, table: UeTable, world: LoadWorld) {
    this.nafId = nafIdOf(plmn.kmf.fqdn, uaIds.prose)
    this.#plmn = plmn
    this.#table = table
    this.#world = world
    this.#instances = world.there(plmn.bsf.instances)
  }

  /** One run, whose B-TID the table then holds; throws as `GbaPort.bootstrap`. */
  async bootstrap(ue: number): Promise<HeldBTid> {
    const bootstrap = await this.gba(ue).bootstrap()
    try {
      return await this.hold(ue, bootstrap)
    } finally {
      bootstrap.ks.erase()
    }
  }

  /** One run, and what PC8 of that UE is opened with. */
  async associate(ue: number): Promise<Pc8Association> {
    const bootstrap = await this.gba(ue).bootstrap()
    try {
      return await pc8Association(bootstrap, this.#plmn.kmf.fqdn)
    } finally {
      bootstrap.ks.erase()
    }
  }

  async hold(ue: number, { btid, ks, created, expires }: UeBootstrap): Promise<HeldBTid> {
    const held = { btid, created, expires, ksNaf: await ks.nafKey(this.nafId) }
    this.#table.hold(ue, held)
    return held
  }

  /** A B-TID of this BSF that it never gave. */
  unknownBTid(): BTid {
    return bTidOf(this.#world.random.octets(16) as Rand, this.#plmn.bsf.fqdn)
  }

  /** A bootstrapping that only the UE believes in. */
  unknownBootstrap(): UeBootstrap {
    const { clock, random } = this.#world
    const nafKey = () => Promise.resolve(keyOctets(random.octets(32)) as KsNaf)
    const created = clock.now()
    return {
      ...{ btid: this.unknownBTid(), created, expires: later(created, hours(1)) },
      ks: { isThere: true, nafKey, erase: () => undefined },
    }
  }

  /** With the card of the table, or the one that is given. */
  gba(ue: number, card?: Usim): GbaPort {
    return {
      bootstrap: async (context) => {
        if (card) return await this.#run(ue, card, context)
        const { usim, putBack } = this.#table.usim(ue)
        try {
          return await this.#run(ue, usim, context)
        } finally {
          putBack()
        }
      },
    }
  }

  #run(ue: number, usim: Usim, context: string | undefined): Promise<UeBootstrap> {
    const { clock, random, timers, addressOf, exchanges } = this.#world
    const { fqdn } = this.#plmn.bsf
    const instances = this.#instances
    const { name } = instances[ue % instances.length] ?? this.#plmn.bsf
    const { host: address, port } = addressOf(name, 'ub')
    const gba = gbaOver(fqdn, {
      ...{ usim, tmpi: false, clock, random, timers, report: () => undefined },
      connect: () => connectUb({ address, port, timers }),
    })
    return exchanges.timed('Ub bootstrapping', gba.bootstrap(context))
  }
}

/** Erases what an association holds. */
export const forget = ({ tls13Key, tls12Key }: Pc8Association): void => wipe(tls13Key, tls12Key)
