import type { Audit } from '../../core/audit.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { HssAdministrationPorts } from '../../entities/hss/administration.ts'
import type { SubscriberStore } from '../../entities/hss/ports.ts'
import type { KmfAdministrationPorts } from '../../entities/kmf/administration.ts'
import { PlmnTable } from '../../core/plmn-table.ts'
import type { KmfStore } from '../../io/store/kmf-store.ts'
import type { NetworkConfig, PlmnConfig } from '../config/network-config.ts'
import { allPlmns } from '../config/nodes.ts'
import { peersIn, type PeerPlmnPorts } from '../peer-plmns/administration.ts'
import { fixedBy } from '../peer-plmns/fitting.ts'
import { entryOf, peerPlmnOf } from '../peer-plmns/record.ts'

/** What the configuration says of itself: its file seeds the stores at each start, so its subscribers are changed there. */
function keptInFile(file: string, config: NetworkConfig): (imsi: Imsi) => string | undefined {
  const places = new Map(
    config.plmns.flatMap(({ subscribers }, plmn) =>
      subscribers.map(({ imsi }, at) => [imsi, `${file}, plmns[${plmn}].subscribers[${at}]`] as const),
    ),
  )
  return (imsi) => places.get(imsi)
}

/** `file`: the name of the configuration as its owner knows it. */
export interface AdministeredPlmn {
  readonly config: NetworkConfig
  readonly plmn: PlmnConfig
  readonly file: string
}

/** What subscribers of this PLMN are checked by. */
export const checksOf = ({ config, plmn, file }: AdministeredPlmn) => ({
  ...{
    home: plmn.plmn,
    plmns: allPlmns(config),
    keptIn: keptInFile(file, config),
    ueIds: plmn.kmf.proseUeIds,
  },
})

export const hssPorts = (
  of: AdministeredPlmn,
  subscribers: SubscriberStore,
  audit: Audit,
): HssAdministrationPorts => ({ ...checksOf(of), subscribers, audit })

/** What a node that runs does about changes of its peers. */
export type PeerActions = Pick<PeerPlmnPorts, 'changed' | 'connections'>

/** Those of a store whose nodes look at it by themselves. */
export const nobodyActs: PeerActions = { changed: () => Promise.resolve(), connections: () => ({}) }

export function kmfPorts(
  of: AdministeredPlmn,
  { authorisations, peers }: Pick<KmfStore, 'authorisations' | 'peers'>,
  audit: Audit,
  actions: PeerActions,
): KmfAdministrationPorts & { readonly peers: PeerPlmnPorts } {
  const { config, plmn, file } = of
  const inFile = config.plmns.filter((peer) => plmn.kmf.pc6Peers.includes(peer.plmn))
  return {
    ...{ ...checksOf(of), authorisations, audit },
    plmns: async () => {
      const kept = peersIn((await peers.read()).peers)
      return new PlmnTable([...allPlmns(config).entries, ...kept.map(entryOf)])
    },
    peers: {
      ...{ ...actions, peers, audit, fixed: fixedBy(config, plmn, file) },
      inFile: inFile.map((peer) => peerPlmnOf(peer, plmn.extensions.get(peer.plmn) ?? 0)),
    },
  }
}
