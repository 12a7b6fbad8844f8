import type { Plmn } from '../../core/identities/plmn.ts'
import { defaultNames, PlmnTable, type PlmnEntry } from '../../core/plmn-table.ts'
import { seenBy } from './replicas.ts'
import type { NetworkConfig, PlmnConfig, SubscriberConfig, UeConfig } from './network-config.ts'

/** What a node name such as `kmf1` or `ue2` stands for, with the home network it belongs to. */
export type ConfiguredNode =
  | { readonly kind: 'hss' | 'bsf' | 'kmf'; readonly name: string; readonly plmn: PlmnConfig }
  | {
      readonly kind: 'ue'
      readonly name: string
      readonly plmn: PlmnConfig
      readonly ue: UeConfig
      readonly subscriber: SubscriberConfig
    }

/** HSS, BSF and KMF of each PLMN in the order of the file, each before its replicas, then the UEs. */
export function configuredNodes(config: NetworkConfig): readonly ConfiguredNode[] {
  const entities = config.plmns.flatMap((plmn) =>
    (['hss', 'bsf', 'kmf'] as const).flatMap((kind) =>
      plmn[kind].instances.map(({ name }) => ({ kind, name, plmn: seenBy(plmn, name) })),
    ),
  )
  const ues = config.ues.flatMap((ue) =>
    config.plmns.flatMap((plmn) =>
      plmn.subscribers
        .filter(({ imsi }) => imsi === ue.imsi)
        .map((subscriber) => ({ kind: 'ue' as const, name: ue.name, plmn, ue, subscriber })),
    ),
  )
  return [...entities, ...ues]
}

export const findNode = (config: NetworkConfig, name: string): ConfiguredNode | undefined =>
  configuredNodes(config).find((node) => node.name === name)

/** A PLMN of the configuration as its row of the PLMN table. */
export function plmnEntryOf({ plmn, realm, bsf, kmf }: PlmnConfig, extensions: number): PlmnEntry {
  const { bsfNames } = defaultNames(plmn)
  return {
    plmn,
    realm,
    bsfNames: bsf.fqdn === bsfNames[0] ? bsfNames : [bsf.fqdn],
    kmfNames: [kmf.fqdn],
    kmfHosts: kmf.instances.map(({ diameter }) => diameter.originHost),
    proseUeIds: kmf.proseUeIds,
    extensions,
  }
}

/** The PLMN table of the nodes of `plmn`: itself, then the PC6 peers of its KMF (R4). */
export function plmnTableFor(config: NetworkConfig, plmn: Plmn): PlmnTable {
  const own = config.plmns.filter((entry) => entry.plmn === plmn)
  const peers = own.flatMap(({ kmf }) => config.plmns.filter((entry) => kmf.pc6Peers.includes(entry.plmn)))
  const [home] = own
  return new PlmnTable(
    [...own, ...peers].map((entry) => plmnEntryOf(entry, home?.extensions.get(entry.plmn) ?? 0)),
  )
}

/** All PLMNs of the file. */
export const allPlmns = ({ plmns }: NetworkConfig): PlmnTable =>
  new PlmnTable(plmns.map((entry) => plmnEntryOf(entry, 0)))
