import { Fqdn } from '../../core/identities/fqdn.ts'
import type { DiameterConfig, PlmnConfig, WatchConfig } from './network-config.ts'
import type { PlmnShape } from './schema/network.ts'

/** The absolute form of a file name of the configuration. */
export type ResolveFile = (name: string) => string

interface Named {
  /** Of the first instance, such as `bsf1`. */
  readonly name: string
  readonly realm: Fqdn
  readonly file: ResolveFile
}

type DiameterShape = PlmnShape['hss']['diameter']
/** What the file says of one instance of an entity. */
export interface InstanceShape {
  readonly diameter: Omit<DiameterShape, 'peers'>
  readonly watch?: WatchConfig | undefined
}

const diameterOf = (
  { name, realm, file }: Named,
  own: InstanceShape['diameter'],
  peers: DiameterConfig['peers'],
): DiameterConfig => ({
  originHost: own.originHost ?? Fqdn(`${name}.${realm}`),
  listen: own.listen,
  peers,
  certificateFile: file(own.certificateFile ?? `certs/${name}.pem`),
  certificateKeyFile: file(own.certificateKeyFile ?? `certs/${name}.key`),
})

/** The first instance of an entity, with all: itself and its replicas `bsf1-2`, `bsf1-3`, …. `more` is what else sets one apart. */
export function withReplicas<Shape extends InstanceShape, More>(
  named: Named,
  entity: Shape & { readonly diameter: DiameterShape; readonly replicas: readonly Shape[] },
  more: (shape: Shape, name: string) => More,
) {
  const peers = entity.diameter.peers.map((peer) => ({ ...peer, realm: peer.realm ?? named.realm }))
  const instance = (name: string, shape: Shape) => ({
    name,
    diameter: diameterOf({ ...named, name }, shape.diameter, peers),
    watch: shape.watch,
    ...more(shape, name),
  })
  const first = instance(named.name, entity)
  const others = entity.replicas.map((shape, at) => instance(`${named.name}-${at + 2}`, shape))
  return { ...first, instances: [first, ...others] }
}

/** `plmn` as its HSS, BSF or KMF of this name sees it: with itself where the first instance stands. */
export function seenBy(plmn: PlmnConfig, name: string): PlmnConfig {
  const own = <Instance extends { readonly name: string }>(instances: readonly Instance[]) =>
    instances.find((instance) => instance.name === name)
  return {
    ...plmn,
    hss: { ...plmn.hss, ...own(plmn.hss.instances) },
    bsf: { ...plmn.bsf, ...own(plmn.bsf.instances) },
    kmf: { ...plmn.kmf, ...own(plmn.kmf.instances) },
  }
}
