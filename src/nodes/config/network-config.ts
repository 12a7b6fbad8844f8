import type { AdminRole } from '../../core/administration.ts'
import type { Amf } from '../../core/aka.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { UaId } from '../../core/identities/naf-id.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import type {
  DiscoveryGroupId,
  ProseUeId,
  RelayServiceCode,
  UserInfoId,
} from '../../core/identities/prose.ts'
import type { Impi, Imsi } from '../../core/identities/subscriber.ts'
import type { ProseUeIdRange } from '../../core/plmn-table.ts'
import type { Seconds } from '../../core/units.ts'
import type { ProsePermission } from '../../entities/hss/ports.ts'
import type { IpSettings } from '../../entities/ue/ip/ip-link.ts'
import type { Pc5Profile } from '../../reference-points/pc5/pdcp.ts'
import type { NetworkShape } from './schema/network.ts'

/** A checked configuration: all defaults filled in, all file names absolute, all values typed. */
export interface NetworkConfig {
  /** Name of the YAML file as it was given. */
  readonly file: string
  readonly lab?: LabConfig
  readonly diameter: DiameterSecurity
  /** Where spans of set-ups go, as OTLP over HTTP. */
  readonly tracing?: { readonly otlpUrl: string }
  readonly plmns: readonly PlmnConfig[]
  readonly ues: readonly UeConfig[]
  readonly pc5Bearer: Pc5BearerConfig
  /** The file as its schema read it, to compare it with another one. */
  readonly shape: NetworkShape
}

export interface LabConfig {
  readonly directory: string
  readonly createMissingSecrets: boolean
}

/** What all Diameter connections of the file share. */
export interface DiameterSecurity {
  /** PEM; certificates of peers must come from it. */
  readonly trustedCaFile: string
  /** True: Diameter without TLS, for measuring and teaching only. */
  readonly unsafePlainTcp: boolean
}

/** One PLMN; a node has its own instance where it stands itself, all others have the first. */
export interface PlmnConfig {
  readonly plmn: Plmn
  readonly realm: Fqdn
  /** Extension set of set-ups with UEs of each PLMN; 0 for one that is not here. */
  readonly extensions: ReadonlyMap<Plmn, number>
  readonly hss: HssConfig
  readonly bsf: BsfConfig
  readonly kmf: KmfConfig
  readonly subscribers: readonly SubscriberConfig[]
}

/** Where a server listens; port 0 draws a free one. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

export const diameterApplications = ['Zh', 'Zn', 'Zpn', 'PC6'] as const
export type DiameterApplication = (typeof diameterApplications)[number]

/** What a node is told of a Diameter peer beyond what the file says by itself. */
export interface PeerConfig {
  readonly host: Fqdn
  readonly realm: Fqdn
  /** Instead of where the file has it. */
  readonly address?: ListenAddress | undefined
  /** True: this node opens the connection; undefined: as without this entry, for a node of no PLMN here if it has an address. */
  readonly connect?: boolean | undefined
  /** Of those that lead to one destination, the available one with the lowest number is asked. */
  readonly priority: number
  /** New requests that it may bring, and as many at once; Infinity when unlimited. */
  readonly requestsPerSecond: number
  /** Undefined: all that this node has. */
  readonly applications?: readonly DiameterApplication[] | undefined
  /** Hosts and realms; given: it is a relay or proxy, by which they are reached. */
  readonly relayFor?: readonly Fqdn[] | undefined
}

export interface DiameterConfig {
  readonly originHost: Fqdn
  readonly listen: ListenAddress
  readonly peers: readonly PeerConfig[]
  /** PEM. */
  readonly certificateFile: string
  /** PEM, PKCS #8. */
  readonly certificateKeyFile: string
}

export type StoreConfig = {
  /** 32 octets, AES-256 (R32). */
  readonly keyFile: string
} & (
  | { readonly engine: 'sqlite'; readonly file: string }
  /** The file holds a URL, and with it a password. */
  | { readonly engine: 'postgresql'; readonly urlFile: string }
)

/** Metrics and readiness of one node, over HTTP. */
export interface WatchConfig {
  readonly listen: ListenAddress
}

/** How an HSS or KMF is administered (R46). */
export interface AdminConfig {
  readonly socketFile: string
  readonly auditFile: string
  /** Given: also here, by mutual TLS. */
  readonly listen?: ListenAddress
  /** PEM; the key PKCS #8. */
  readonly certificateFile: string
  readonly certificateKeyFile: string
  /** That of Diameter when absent. */
  readonly trustedCaFile?: string
  /** By a name in the certificate of who asks. */
  readonly roles: ReadonlyMap<string, AdminRole>
}

/** What sets one instance of an HSS, BSF or KMF apart from the others; all else, and the store, they share. */
export interface Instance {
  /** Node name such as `hss1`; of its replicas `hss1-2`, `hss1-3`. */
  readonly name: string
  readonly watch: WatchConfig | undefined
  readonly diameter: DiameterConfig
}

export interface BsfInstance extends Instance {
  readonly ubListen: ListenAddress
}

export interface HssInstance extends Instance {
  readonly admin: AdminConfig
}

export interface KmfInstance extends Instance {
  readonly admin: AdminConfig
  readonly pc8: { readonly listen: ListenAddress; readonly tls: readonly TlsVersion[] }
}

export interface HssConfig extends HssInstance {
  readonly store: StoreConfig
  /** All of them, the first one included. */
  readonly instances: readonly HssInstance[]
}

export interface BsfConfig extends BsfInstance {
  /** All of them, the first one included. */
  readonly instances: readonly BsfInstance[]
  readonly fqdn: Fqdn
  readonly ksLifetime: Seconds
  /** For each (IMPI, client address); Infinity when unlimited. */
  readonly challengesPerMinute: number
  /** For each (Origin-Host of a NAF, IMPI); Infinity when unlimited. */
  readonly pushesPerMinute: number
  /** Those beside the KMF. */
  readonly nafs: readonly NafConfig[]
  /** UEs may come under a TMPI. */
  readonly tmpi: boolean
  readonly store: StoreConfig
}

/** What one NAF may ask of a BSF (R5). */
export interface NafConfig {
  /** Its Diameter identity, which its certificate must bear. */
  readonly originHost: Fqdn
  readonly realm: Fqdn
  /** Its names toward UEs. */
  readonly fqdns: readonly Fqdn[]
  readonly uaIds: readonly UaId[]
  /** GSIDs whose user security settings it may have. */
  readonly gsids: readonly string[]
  /** May have GBA push. */
  readonly push: boolean
  /** May know the private identity behind a B-TID. */
  readonly discloseImpi: boolean
}

export type TlsVersion = '1.2' | '1.3'

export interface KmfConfig extends KmfInstance {
  /** All of them, the first one included. */
  readonly instances: readonly KmfInstance[]
  readonly fqdn: Fqdn
  /** An older NAF key is replaced by GBA push. */
  readonly nafKeyMaxAge: Seconds
  readonly pdkLifetime: Seconds
  readonly proseUeIds: readonly ProseUeIdRange[]
  /** Where the BSF gives no ProSe USS, the subscribers of the file say what they may. */
  readonly ownProseSettings: boolean
  /** Says on Zn and Zpn which set-up a request is of. */
  readonly traceParentToBsf: boolean
  readonly pc6Peers: readonly Plmn[]
  /** Token buckets, burst equal to the number (R45); Infinity when unlimited. */
  readonly limits: {
    readonly keyRequestsPerUe2PerMinute: number
    readonly keyRequestsPerUe1PerMinute: number
    readonly keyRequestsPerPeerPerSecond: number
    readonly pushesPerImsiPerMinute: number
  }
  readonly store: StoreConfig
}

/** Hex files of K and the operator constant; exactly one of `opcFile` and `opFile` for MILENAGE. */
export type AkaFiles =
  | {
      readonly algorithm: 'MILENAGE'
      readonly kFile: string
      readonly opcFile?: string
      readonly opFile?: string
    }
  | {
      readonly algorithm: 'TUAK'
      readonly kFile: string
      readonly topcFile: string
      readonly keccakIterations: number
    }

export type GbaType = 'GBA_ME' | 'GBA_U'

export interface SubscriberConfig {
  readonly imsi: Imsi
  readonly impi: Impi
  readonly aka: AkaFiles
  readonly amf: Amf
  readonly gba: GbaType
  readonly ksLifetime?: Seconds
  readonly prose?: {
    /** 1 to 8. */
    readonly ueIds: readonly ProseUeId[]
    readonly permissions: readonly ProsePermission[]
    readonly publicSafety: boolean
    readonly mayLinkWith: readonly (Plmn | '*')[]
  }
}

export const algorithmNames = [
  '128-EEA1',
  '128-EEA2',
  '128-EEA3',
  '128-EIA1',
  '128-EIA2',
  '128-EIA3',
] as const
export type AlgorithmName = (typeof algorithmNames)[number]

export interface UeConfig {
  /** Node name: the key under `ues`. */
  readonly name: string
  readonly imsi: Imsi
  readonly gba: GbaType
  /** Identities of EEA and EIA in order of choice, disabled ones left out. */
  readonly eea: readonly number[]
  readonly eia: readonly number[]
  readonly allowEea0: boolean
  readonly disabledAlgorithms: readonly AlgorithmName[]
  /** That of every UE it talks to. */
  readonly pc5Profile: Pc5Profile
  readonly imsiOverPc5: 'seed' | 'never'
  /** Infinity when unlimited. */
  readonly imsiOverPc5PerHour: number
  /** Names itself on Ub by a TMPI where the BSF takes one. */
  readonly tmpi: boolean
  /** Opens PC8 as soon as it has bootstrapped. */
  readonly openPc8: boolean
  readonly requireVerifiedPeer: boolean
  readonly discovery: 'none' | 'model-a' | 'model-b'
  readonly discoveryGroup: DiscoveryGroupId
  /** Those that it serves as a relay. */
  readonly relayServiceCodes: readonly RelayServiceCode[]
  /** It asks UE-2 for a link as its relay. */
  readonly wantedRelayServiceCode?: RelayServiceCode | undefined
  /** IP over its links, by a TUN device of this machine. */
  readonly tun?: TunConfig | undefined
  readonly watch?: WatchConfig | undefined
  readonly userInfoId: UserInfoId
  /** Of its subscriber entry; the first is its Layer-2 ID. */
  readonly proseUeIds: readonly ProseUeId[]
}

/** What a network device may be called here. */
export const tunName = /^[a-z][a-z0-9-]{0,14}$/

export interface TunConfig extends IpSettings {
  /** Of the device, 1 to 15 characters. */
  readonly name: string
}

export interface Pc5BearerConfig {
  readonly group: string
  /** SL-SCH; SL-DCH uses the next one. */
  readonly port: number
  readonly interface: string
  /** Instead of multicast. */
  readonly peers: readonly ListenAddress[]
}
