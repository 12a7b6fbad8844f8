import type { ConfigMistake } from '../../core/invalid-config.ts'
import { overlap, rangeText, type PlmnEntry } from '../../core/plmn-table.ts'
import type { Misfit } from '../administration/records.ts'
import type { NetworkConfig, PlmnConfig } from '../config/network-config.ts'
import { plmnTableFor } from '../config/nodes.ts'
import { originHostsOf } from '../config/peer-mistakes.ts'
import { pathText } from '../config/yaml-source.ts'
import { entryOf, type PeerPlmn } from './record.ts'

/** A row of the PLMN table and where it is kept. */
export interface PlacedEntry {
  readonly place: string
  readonly entry: PlmnEntry
}

/** What the configuration says of a KMF that no peer PLMN of its store may say otherwise. */
export interface Fixed {
  /** Its PLMN table, the own PLMN first. */
  readonly entries: readonly PlacedEntry[]
  /** Where an Origin-Host stands otherwise. */
  readonly hosts: ReadonlyMap<string, string>
}

/** `file`: the name of the configuration as its owner knows it. */
export function fixedBy(config: NetworkConfig, { plmn, ...own }: PlmnConfig, file: string): Fixed {
  const at = (name: string) => config.plmns.findIndex((entry) => entry.plmn === name)
  const placed = (...rest: readonly (string | number)[]) =>
    `${file}, ${pathText(['plmns', at(plmn), ...rest])}`
  const hosts = [
    ...originHostsOf({ plmn, ...own }).map(({ path, value }) => [value, placed(...path)] as const),
    ...own.kmf.diameter.peers.map(
      ({ host }, nth) => [host, placed('kmf', 'diameter', 'peers', nth)] as const,
    ),
  ]
  return {
    entries: plmnTableFor(config, plmn).entries.map((entry) => ({
      ...{ entry, place: `${file}, plmns[${at(entry.plmn)}]` },
    })),
    hosts: new Map(hosts.reverse()),
  }
}

/** The place of a peer PLMN that a store keeps. */
export const placedPeer = (peer: PeerPlmn): PlacedEntry => ({
  ...{ place: `peer ${peer.plmn} of this store`, entry: entryOf(peer) },
})

const namesOf = ({ bsfNames, kmfNames }: PlmnEntry): readonly string[] => [...bsfNames, ...kmfNames]

/** Where a name stands: in the same list before, or in a row of the table. */
function nameMisfits(
  field: string,
  names: readonly string[],
  found: (name: string) => string | undefined,
): readonly Misfit[] {
  return names.flatMap((name, at) => {
    const place = names.indexOf(name) < at ? `${field}[${names.indexOf(name)}]` : found(name)
    return place === undefined ? [] : [{ field: `${field}[${at}]`, reason: `the name is that of ${place}` }]
  })
}

/** R2: the ProSe UE ID has no PLMN part, so one ID must not be in two ranges. */
const rangeMisfits = ({ proseUeIds }: PeerPlmn, entries: readonly PlacedEntry[]): readonly Misfit[] =>
  proseUeIds.flatMap((range, at) => {
    const own = proseUeIds.slice(0, at).map((other, nth) => ({ other, place: `proseUeIds[${nth}]` }))
    const others = entries.flatMap(({ entry, place }) => entry.proseUeIds.map((other) => ({ other, place })))
    const met = [...own, ...others].find(({ other }) => overlap(range, other))
    if (!met) return []
    const reason = `overlaps ${rangeText(met.other)} of ${met.place}: one ID would name two UEs`
    return [{ field: `proseUeIds[${at}]`, reason }]
  })

/** What of a peer PLMN cannot stand beside the configuration and the other rows of the table; each with both places (R2, R4). */
export function misfitsOf(
  peer: PeerPlmn,
  { entries, hosts }: Fixed,
  others: readonly PlacedEntry[],
): readonly Misfit[] {
  const all = [...entries, ...others]
  const placeOf = (is: (entry: PlmnEntry) => boolean) => all.find(({ entry }) => is(entry))?.place
  const same = placeOf(({ plmn }) => plmn === peer.plmn)
  if (same !== undefined) return [{ field: 'plmn', reason: `this PLMN stands at ${same} already` }]
  const realm = placeOf((entry) => entry.realm === peer.realm)
  const named = (name: string) => placeOf((entry) => namesOf(entry).includes(name))
  const speaking = (host: string) =>
    hosts.get(host) ?? placeOf(({ kmfHosts }) => kmfHosts.some((other) => other === host))
  return [
    ...(realm === undefined ? [] : [{ field: 'realm', reason: `the realm is that of ${realm}` }]),
    ...nameMisfits('bsfNames', peer.bsfNames, named),
    ...nameMisfits('kmfNames', peer.kmfNames, (name) =>
      peer.bsfNames.some((other) => other === name) ? 'bsfNames' : named(name),
    ),
    ...rangeMisfits(peer, all),
    ...nameMisfits('kmfs', peer.kmfs.map(({ host }) => host), speaking).map(({ field, reason }) => ({ field: `${field}.host`, reason })), // prettier-ignore
    ...peer.kmfs.flatMap(({ connect, address }, at) =>
      connect === true && !address
        ? [{ field: `kmfs[${at}].connect`, reason: 'to connect, an address is needed' }]
        : [],
    ),
  ]
}

/** What the configuration says now and a peer PLMN of the store says too: a node does not start like that (R2). */
export const mistakesBeside = (
  peers: readonly PeerPlmn[],
  fixed: Fixed,
  { file, plmns }: NetworkConfig,
  { plmn }: PlmnConfig,
): readonly ConfigMistake[] =>
  peers.flatMap((peer) =>
    misfitsOf(peer, fixed, []).map(({ field, reason }) => ({
      ...{ file, path: `plmns[${plmns.findIndex((entry) => entry.plmn === plmn)}].kmf` },
      message: `its store has the peer ${peer.plmn}, ${field}: ${reason}; npx sidelock peer remove ${peer.plmn} --plmn ${plmn}`,
    })),
  )
