import { BTidUnknown, TemporaryFailure } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { InvalidConfig } from '../../core/invalid-config.ts'
import { inMilliseconds, milliseconds, seconds } from '../../core/units.ts'
import { DiameterNode } from '../../io/diameter/node.ts'
import type { Route } from '../../io/diameter/requests.ts'
import type { DiameterSecurity } from '../../io/diameter/security.ts'
import { fileMistake } from '../../io/lab/secret-file.ts'
import { elapsed } from '../../io/system.ts'
import { prepareFiles } from '../../nodes/config/files.ts'
import type { DiameterConfig, Instance, PlmnConfig } from '../../nodes/config/network-config.ts'
import { findNode } from '../../nodes/config/nodes.ts'
import type { Exchange } from '../../wire/diameter/command.ts'
import { WrongLoad } from './mix.ts'
import type { LoadWorld } from './world.ts'

/** How long a peer is waited for, and an answer. */
const patience = { peer: inMilliseconds(seconds(5)), answer: inMilliseconds(seconds(11)) } as const
/** Requests of the load without an answer; more would end as temporary failures. */
const outstanding = 100_000

/** Many subscribers behind one Diameter peer: a node of the file, played by the load. */
export class DiameterPeer {
  readonly #node: DiameterNode
  readonly #realm: Fqdn
  readonly #hosts: readonly Fqdn[]
  readonly #world: LoadWorld

  private constructor(node: DiameterNode, realm: Fqdn, hosts: readonly Fqdn[], world: LoadWorld) {
    this.#node = node
    this.#realm = realm
    this.#hosts = hosts
    this.#world = world
  }

  /**
   * Connected to all instances as `as`, whose certificate it shows. Throws WrongLoad, InvalidConfig for its files, or
   * TemporaryFailure when they do not take it.
   */
  static async connect(
    as: string,
    { realm }: PlmnConfig,
    all: readonly Instance[],
    applications: readonly number[],
    world: LoadWorld,
  ): Promise<DiameterPeer> {
    const { config, clock, timers, random, addressOf } = world
    const own = findNode(config, as)
    if (!own || own.kind === 'ue') throw new WrongLoad(`${config.file} has no HSS, BSF or KMF ${as}`)
    if (all.some(({ name }) => name === as)) throw new WrongLoad(`${as} is what the load goes to`)
    if (config.lab) await prepareFiles(config, { clock, random }, [own])
    const instances = world.there(all)
    const { diameter } = own.plmn[own.kind]
    const identity = {
      ...{ originHost: diameter.originHost, originRealm: own.plmn.realm, applications },
      ...{ hostIpAddresses: [diameter.listen.host], productName: 'Sidelock' },
      originStateId: Math.floor(clock.now() / 1000),
    }
    const node = new DiameterNode({
      ...{ identity, clock, timers, random, security: securityOf(diameter, world) },
      limits: { outstanding },
      intervals: { reconnect: milliseconds(1000) },
    })
    for (const { name, diameter } of instances)
      node.addPeer({ host: diameter.originHost, realm, applications, address: addressOf(name, 'diameter') })
    const hosts = instances.map(({ diameter }) => diameter.originHost)
    const ready = node.whenAvailable(...hosts).then(() => true)
    if (await Promise.race([ready, elapsed(patience.peer).then(() => false)]))
      return new DiameterPeer(node, realm, hosts, world)
    await node.close()
    const names = instances.map(({ name }) => name).join(', ')
    throw new TemporaryFailure(
      `${names} took no connection of ${as} within ${patience.peer / 1000} s: is ${as} connected itself?`,
    )
  }

  /** To the instance that falls to this UE. Throws what the exchange makes of the result; 5403 is an answer too. */
  ask<Request, Answer>(
    ue: number,
    exchange: Exchange<Request, Answer>,
    request: Request,
  ): Promise<Answer | 'unknown-b-tid'> {
    const host = this.#hosts[ue % this.#hosts.length]
    const route: Route = {
      ...{ destinationRealm: this.#realm, deadline: patience.answer },
      ...(host !== undefined && this.#hosts.length > 1 && { destinationHost: host }),
    }
    const [name] = exchange.command.names
    const answer = this.#node.request(exchange, request, route).catch((error: unknown) => {
      if (error instanceof BTidUnknown) return 'unknown-b-tid' as const
      throw error
    })
    return this.#world.exchanges.timed(name, answer)
  }

  close(): Promise<void> {
    return this.#node.close()
  }
}

/** Throws InvalidConfig for files that cannot be read. */
function securityOf(own: DiameterConfig, { config, carriers }: LoadWorld): DiameterSecurity {
  try {
    return carriers.diameter(own)
  } catch (cause) {
    const file = cause instanceof Error && 'path' in cause ? String(cause.path) : own.certificateFile
    throw new InvalidConfig(config.file, [fileMistake('certificate of the load', file, cause)], { cause })
  }
}
