import type { ProseUeId } from '../../core/identities/prose.ts'
import { Bootstrapping } from '../../entities/ue/bootstrapping.ts'
import { BTidMemory } from '../../entities/ue/b-tid-memory.ts'
import { KeyRetrievals } from '../../entities/ue/key-retrieval.ts'
import { Pc8Session } from '../../entities/ue/pc8-session.ts'
import type { Pc8Association, Pc8Port } from '../../entities/ue/ports.ts'
import { createPc8Client } from '../../io/https/pc8-client.ts'
import type { PlmnConfig } from '../../nodes/config/network-config.ts'
import { WrongLoad } from './mix.ts'
import type { LoadSubscribers } from './subscribers.ts'
import type { TargetSetting } from './target.ts'
import type { LoadWorld } from './world.ts'

/** PC8 of the `nth` UE-2, to the instance of its KMF that falls to it. */
export function pc8Of(nth: number, { kmf }: PlmnConfig, world: LoadWorld): Pc8Port {
  const instances = world.there(kmf.instances)
  const { name, pc8 } = instances[nth % instances.length] ?? kmf
  const { host: address, port } = world.addressOf(name, 'pc8')
  const { timers, carriers } = world
  const client = createPc8Client({
    ...{ address, port, timers, versions: pc8.tls, security: carriers.pc8('load', pc8.tls) },
  })
  return {
    get isOpen() {
      return client.isOpen
    },
    open: (association: Pc8Association) => world.exchanges.timed('PC8 connection', client.open(association)),
    requestKey: (request, context) =>
      world.exchanges.timed('PC8 key request', client.requestKey(request, context)),
    close: () => client.close(),
  }
}

/** A UE-2 that keeps PC8 open. */
export interface Ue2Station {
  readonly ue2Id: ProseUeId
  readonly session: Pc8Session
  readonly keys: KeyRetrievals
  readonly close: () => Promise<void>
}

/** The `nth` UE-2 of a load. Throws WrongLoad for one without a ProSe UE ID. */
export function ue2Station(nth: number, { ue2, world }: TargetSetting): Ue2Station {
  const { clock, timers } = world
  const ue = ue2.first + nth
  const memory = new BTidMemory()
  const pc8 = pc8Of(nth, ue2.plmn, world)
  const bootstrapping = new Bootstrapping({ gba: ue2.ub.gba(ue), clock, timers }, memory)
  const session = new Pc8Session({ kmf: ue2.plmn.kmf.fqdn, pc8, timers, bootstrapping, memory })
  return {
    ue2Id: proseUeIdOf(ue, ue2.table.subscribers),
    session,
    keys: new KeyRetrievals({ pc8, session, clock, timers }),
    async close() {
      memory.close()
      await pc8.close()
    },
  }
}

/** Its ProSe UE ID, which is its Layer-2 ID too; throws WrongLoad for one without. */
export function proseUeIdOf(ue: number, subscribers: LoadSubscribers): ProseUeId {
  const ue2Id = subscribers.ueId(ue)
  if (ue2Id === undefined) throw new WrongLoad('a UE without a ProSe UE ID')
  return ue2Id
}
