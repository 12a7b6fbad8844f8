import { fromUtf8 } from '../core/bytes.ts'
import type { Radio } from '../core/environment.ts'
import type { Count } from '../core/tap.ts'
import type { AkaSecrets } from '../entities/hss/ports.ts'
import type { DiameterSecurity } from '../io/diameter/security.ts'
import { readGiven, type Access } from '../io/lab/given.ts'
import { pc8Tls, type Pc8Security } from '../io/https/pc8-security.ts'
import { openUdpRadio } from '../io/radio/udp-multicast.ts'
import type { BsfStore } from '../io/store/bsf-store.ts'
import type { HssStore } from '../io/store/hss-store.ts'
import type { KmfStore } from '../io/store/kmf-store.ts'
import { tcp, type Streams } from '../io/streams.ts'
import { readAkaSecrets } from './config/files.ts'
import type {
  DiameterConfig,
  NetworkConfig,
  PlmnConfig,
  SubscriberConfig,
  TlsVersion,
} from './config/network-config.ts'
import type { ConfiguredNode } from './config/nodes.ts'
import { openConfiguredBsfStore, openSeededHssStore, openSeededKmfStore } from './config/stores.ts'
import type { NodeContext } from './node.ts'
import { systemWatch, type Watch } from './watch.ts'

/** What nodes take from the machine they run on; a simulation gives its own. */
export interface Carriers {
  /** Under Ub, Diameter and PC8 of this node. */
  streams(node: string): Streams
  /** What secures the Diameter connections of an entity; throws the error of its files. */
  diameter(own: DiameterConfig): DiameterSecurity
  /** What secures PC8 of this node; `onKeyLog` gets lines of the NSS key log format. */
  pc8(node: string, versions: readonly TlsVersion[], onKeyLog?: (line: string) => void): Pc8Security
  /** The sidelink of a UE; throws the error of its sockets. */
  radio(ue: string, count: Count): Promise<Radio>
  /** With the subscribers of the configuration in it. Stores throw InvalidConfig, StoreUnusable. */
  hssStore(plmn: PlmnConfig): Promise<HssStore>
  bsfStore(plmn: PlmnConfig): Promise<BsfStore>
  /** With the permissions of the configuration in it. */
  kmfStore(plmn: PlmnConfig): Promise<KmfStore>
  /** What watches a node besides the tap; undefined where nothing does. */
  watch(node: ConfiguredNode, context: NodeContext): Promise<Watch | undefined>
  /** What is on the USIM of a subscriber; throws InvalidConfig. */
  akaSecrets(plmn: PlmnConfig, subscriber: SubscriberConfig): AkaSecrets
}

/** Sockets, stores and files of this machine, as the configuration names them. */
export const systemCarriers = (config: NetworkConfig): Carriers => ({
  streams: () => tcp,
  diameter({ certificateFile, certificateKeyFile }) {
    if (config.diameter.unsafePlainTcp) return { unsafePlainTcp: true }
    const read = (name: string, access: Access) => fromUtf8(readGiven(name, access))
    return {
      ca: read(config.diameter.trustedCaFile, 'public'),
      cert: read(certificateFile, 'public'),
      key: read(certificateKeyFile, 'private'),
    }
  },
  pc8: (_node, versions, onKeyLog) => pc8Tls(versions, onKeyLog),
  radio(_ue, count) {
    const { group, interface: address, port, peers } = config.pc5Bearer
    return openUdpRadio({ interface: address, port, ...(peers.length > 0 ? { peers } : { group }), count })
  },
  hssStore: (plmn) => openSeededHssStore(config, plmn),
  bsfStore: (plmn) => openConfiguredBsfStore(config, plmn),
  kmfStore: (plmn) => openSeededKmfStore(config, plmn),
  watch: systemWatch,
  akaSecrets: (plmn, subscriber) => readAkaSecrets(config, plmn, subscriber),
})
