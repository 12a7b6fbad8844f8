import { imsiOfImpi, type Impi, type Imsi } from '../core/identities/subscriber.ts'
import type { Tmpi } from '../core/identities/tmpi.ts'
import type { Layer2Id } from '../core/identities/prose.ts'
import type { NetworkConfig } from './config/network-config.ts'
import { configuredNodes, type ConfiguredNode } from './config/nodes.ts'

/** What the nodes of a network are called on screens and in the tap, found by the identities they use. */
export interface NodeNames {
  /** In the order of the file: `hss1`, `bsf1`, `kmf1`, …, `ue1`, …. */
  readonly all: readonly string[]
  /** By an Origin-Host, or the FQDN of a BSF or KMF. */
  ofHost(host: string): string | undefined
  ofImsi(imsi: Imsi): string | undefined
  ofImpi(impi: Impi): string | undefined
  /** By the TMPI under which a UE of this process came last. */
  ofTmpi(tmpi: Tmpi): string | undefined
  learnTmpi(ue: string, tmpi: Tmpi): void
  ofLayer2Id(id: Layer2Id): string | undefined
}

function hostsOf(node: ConfiguredNode): readonly string[] {
  switch (node.kind) {
    case 'hss':
      return [node.plmn.hss.diameter.originHost]
    case 'bsf':
    case 'kmf': {
      const { name, instances, fqdn, diameter } = node.plmn[node.kind]
      return [diameter.originHost, ...(name === instances[0]?.name ? [fqdn] : [])]
    }
    case 'ue':
      return []
  }
}

export function nodeNames(config: NetworkConfig): NodeNames {
  const nodes = configuredNodes(config)
  const ues = nodes.flatMap((node) => (node.kind === 'ue' ? [node] : []))
  const hosts = new Map(nodes.flatMap((node) => hostsOf(node).map((host) => [host, node.name])))
  const imsis = new Map<Imsi, string>(ues.map((node) => [node.ue.imsi, node.name]))
  const impis = new Map<Impi, string>(ues.map((node) => [node.subscriber.impi, node.name]))
  const layer2Ids = new Map<Layer2Id, string>(
    ues.flatMap((node) => node.ue.proseUeIds.map((id) => [id, node.name])),
  )
  const tmpis = new Map<string, Tmpi>()
  return {
    all: nodes.map((node) => node.name),
    ofHost: (host) => hosts.get(host),
    ofImsi: (imsi) => imsis.get(imsi),
    ofImpi(impi) {
      const imsi = imsiOfImpi(impi)
      return impis.get(impi) ?? (imsi && imsis.get(imsi))
    },
    ofTmpi: (tmpi) => [...tmpis].find(([, known]) => known === tmpi)?.[0],
    learnTmpi: (ue, tmpi) => void tmpis.set(ue, tmpi),
    ofLayer2Id: (id) => layer2Ids.get(id),
  }
}
