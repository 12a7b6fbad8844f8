import { z } from 'zod'
import { extensionNames, extensionSetOf, hasExtension, type Extension } from '../../core/extension-set.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { defaultNames, rangeText, type PlmnEntry, type ProseUeIdRange } from '../../core/plmn-table.ts'
import type { KeptPeerPlmn } from '../../entities/kmf/ports.ts'
import { parsed, type Misfit } from '../administration/records.ts'
import type { ListenAddress, PlmnConfig } from '../config/network-config.ts'
import { plmnEntryOf } from '../config/nodes.ts'
import { about } from '../config/schema/about.ts'
import { peer } from '../config/schema/entity.ts'
import { fqdn, plmn } from '../config/schema/forms.ts'
import { kmf } from '../config/schema/kmf.ts'

const names = (description: string, byDefault: string) =>
  z
    .array(fqdn)
    .min(1)
    .max(16)
    .optional()
    .meta(about(description, { byDefault, clause: 'R4' }))

/** A peer PLMN as a KMF is told of it; what is left out is made of the PLMN, as in the configuration. */
export const peerPlmnRecord = z.strictObject({
  plmn: plmn.meta(about('MCC-MNC', { clause: 'TS 23.003 2.2' })),
  realm: fqdn.optional().meta(about('its Diameter realm, that of its KMFs', { clause: 'TS 23.003 19.2' })),
  bsfNames: names('domains that its B-TIDs may carry', 'bsf.mncMNC.mccMCC.pub.3gppnetwork.org'),
  kmfNames: names('names of its KMF in NAF-IDs', 'pkmf.mncMNC.mccMCC.pub.3gppnetwork.org'),
  proseUeIds: kmf.shape.proseUeIds,
  extensions: z
    .array(z.enum(extensionNames))
    .max(extensionNames.length)
    .default([])
    .meta(about('SECURITY.md; it needs the same for this one, and so do the UEs of both')),
  kmfs: z
    .array(peer.omit({ realm: true, applications: true, relayFor: true }))
    .min(1)
    .max(64)
    .meta(about('its KMFs on PC6; one without an address connects itself, or is behind a relay', { clause: 'R39' })), // prettier-ignore
})

/** One of the KMFs of a peer PLMN. */
export interface PeerKmf {
  /** Its Origin-Host. */
  readonly host: Fqdn
  readonly address?: ListenAddress | undefined
  readonly connect?: boolean | undefined
  readonly priority: number
  /** Infinity when unlimited. */
  readonly requestsPerSecond: number
}

/** A home network whose KMFs a KMF speaks with, beside those of its configuration. */
export interface PeerPlmn {
  readonly plmn: Plmn
  readonly realm: Fqdn
  readonly bsfNames: readonly Fqdn[]
  readonly kmfNames: readonly Fqdn[]
  readonly proseUeIds: readonly ProseUeIdRange[]
  readonly extensions: readonly Extension[]
  readonly kmfs: readonly PeerKmf[]
}

/** The peer PLMN in a record, or what is wrong with its form. */
export function peerPlmnIn(value: unknown): PeerPlmn | readonly Misfit[] {
  const record = parsed(peerPlmnRecord, value)
  return isMistaken(record) ? record : { ...defaultNames(record.plmn), ...given(record) }
}

const isMistaken = (value: object): value is readonly Misfit[] => Array.isArray(value)

function given({ realm, bsfNames, kmfNames, ...more }: z.output<typeof peerPlmnRecord>) {
  return { ...more, ...(realm && { realm }), ...(bsfNames && { bsfNames }), ...(kmfNames && { kmfNames }) }
}

const addressText = ({ host, port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

/** The record that says all of a peer PLMN, defaults too. */
export const recordOf = ({ kmfs, proseUeIds, ...peer }: PeerPlmn) => ({
  ...{ plmn: peer.plmn, realm: peer.realm, bsfNames: peer.bsfNames, kmfNames: peer.kmfNames },
  proseUeIds: proseUeIds.map(rangeText),
  extensions: peer.extensions,
  kmfs: kmfs.map(({ host, address, connect, priority, requestsPerSecond }) => ({
    host,
    ...(address && { address: addressText(address) }),
    ...(connect !== undefined && { connect }),
    priority,
    requestsPerSecond: requestsPerSecond === Infinity ? ('unlimited' as const) : requestsPerSecond,
  })),
})

export const keptOf = (peer: PeerPlmn): KeptPeerPlmn => ({
  ...{ plmn: peer.plmn, record: JSON.stringify(recordOf(peer)) },
})

/** Its row of the PLMN table. */
export const entryOf = ({ kmfs, extensions, ...peer }: PeerPlmn): PlmnEntry => ({
  ...{ plmn: peer.plmn, realm: peer.realm, bsfNames: peer.bsfNames, kmfNames: peer.kmfNames },
  ...{ proseUeIds: peer.proseUeIds, kmfHosts: kmfs.map(({ host }) => host) },
  extensions: extensionSetOf(extensions),
})

/** A peer PLMN of the configuration in the same form. */
export function peerPlmnOf(config: PlmnConfig, extensions: number): PeerPlmn {
  const { plmn, realm, bsfNames, kmfNames, proseUeIds } = plmnEntryOf(config, extensions)
  return {
    ...{ plmn, realm, bsfNames, kmfNames, proseUeIds },
    extensions: extensionNames.filter((name) => hasExtension(extensions, name)),
    kmfs: config.kmf.instances.map(({ diameter: { originHost, listen } }) => ({
      ...{ host: originHost, priority: 0, requestsPerSecond: Infinity },
      ...(listen.port !== 0 && { address: listen }),
    })),
  }
}
