import { concat, writeUint } from '../../core/bytes.ts'
import { extensionSetOf } from '../../core/extension-set.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { proseUeIdFromHex, UserInfoId, type ProseUeId } from '../../core/identities/prose.ts'
import { impiOfImsi } from '../../core/identities/subscriber.ts'
import { defaultNames, freeUeIds, nextUeId } from '../../core/plmn-table.ts'
import type {
  AdminConfig,
  AkaFiles,
  PlmnConfig,
  StoreConfig,
  SubscriberConfig,
  UeConfig,
} from './network-config.ts'
import { withReplicas, type InstanceShape, type ResolveFile } from './replicas.ts'
import type { PlmnShape, SubscriberShape, UeShape } from './schema/network.ts'

type StoreShape = Pick<PlmnShape['hss'], 'store' | 'storeFile' | 'storeUrlFile' | 'storeKeyFile'>

function storeOf(name: string, shape: StoreShape, file: ResolveFile): StoreConfig {
  const keyFile = file(shape.storeKeyFile ?? `secrets/${name}.key`)
  return shape.store === 'sqlite'
    ? { engine: shape.store, file: file(shape.storeFile ?? `stores/${name}.db`), keyFile }
    : { engine: shape.store, urlFile: file(shape.storeUrlFile ?? `secrets/${name}.url`), keyFile }
}

function adminOf(
  name: string,
  { admin, diameter }: Pick<PlmnShape['hss'], 'admin'> & InstanceShape,
  file: ResolveFile,
): AdminConfig {
  const { socketFile, auditFile, listen, certificateFile, certificateKeyFile, trustedCaFile, roles } = admin
  return {
    socketFile: file(socketFile ?? `admin/${name}.sock`),
    auditFile: file(auditFile ?? `admin/${name}.audit`),
    ...(listen && { listen }),
    certificateFile: file(certificateFile ?? diameter.certificateFile ?? `certs/${name}.pem`),
    certificateKeyFile: file(certificateKeyFile ?? diameter.certificateKeyFile ?? `certs/${name}.key`),
    ...(trustedCaFile !== undefined && { trustedCaFile: file(trustedCaFile) }),
    roles: new Map(Object.entries(roles)),
  }
}

function akaOf(shape: SubscriberShape['aka'], file: ResolveFile): AkaFiles {
  if (shape.algorithm === 'TUAK') {
    const { algorithm, kFile, topcFile, keccakIterations } = shape
    return { algorithm, kFile: file(kFile), topcFile: file(topcFile), keccakIterations }
  }
  return {
    algorithm: shape.algorithm,
    kFile: file(shape.kFile),
    ...(shape.opcFile === undefined ? {} : { opcFile: file(shape.opcFile) }),
    ...(shape.opFile === undefined ? {} : { opFile: file(shape.opFile) }),
  }
}

/** Identities that the entry names; empty when the lowest free one is wanted. */
export const namedUeIds = (shape: SubscriberShape): readonly ProseUeId[] => {
  const { ueId, ueIds = [] } = shape.prose ?? {}
  return ueId === undefined ? ueIds : [ueId, ...ueIds]
}

function subscriberOf(
  home: Plmn,
  shape: SubscriberShape,
  ueIds: readonly ProseUeId[],
  file: ResolveFile,
): SubscriberConfig {
  const { imsi, impi, aka, gba, ksLifetimeSeconds, prose } = shape
  return {
    imsi,
    impi: impi ?? impiOfImsi(imsi, home),
    aka: akaOf(aka, file),
    amf: aka.amf,
    gba,
    ...(ksLifetimeSeconds === undefined ? {} : { ksLifetime: ksLifetimeSeconds }),
    ...(prose && {
      prose: {
        ueIds,
        permissions: prose.permissions,
        publicSafety: prose.publicSafety,
        mayLinkWith: prose.mayLinkWith,
      },
    }),
  }
}

function subscribersOf(shape: PlmnShape, file: ResolveFile): readonly SubscriberConfig[] {
  const taken = new Set(shape.subscribers.flatMap(namedUeIds))
  const free = freeUeIds(shape.kmf.proseUeIds, (id) => taken.has(id))
  return shape.subscribers.map((subscriber) => {
    const named = namedUeIds(subscriber)
    return subscriberOf(
      shape.plmn,
      subscriber,
      subscriber.prose && named.length === 0 ? nextUeId(free) : named,
      file,
    )
  })
}

const extensionsOf = ({ plmn, kmf, extensions }: PlmnShape): PlmnConfig['extensions'] =>
  new Map([plmn, ...kmf.pc6Peers].map((peer) => [peer, extensionSetOf(extensions[peer] ?? [])]))

/** The PLMN at `index` (from 0) of the file with its defaults: nodes are numbered from 1. */
export function completePlmn(shape: PlmnShape, index: number, file: ResolveFile): PlmnConfig {
  const names = defaultNames(shape.plmn)
  const realm = shape.realm ?? names.realm
  const { bsf, kmf } = shape
  const named = (kind: 'hss' | 'bsf' | 'kmf') => ({ name: `${kind}${index + 1}`, realm, file })
  return {
    plmn: shape.plmn,
    realm,
    extensions: extensionsOf(shape),
    hss: {
      ...withReplicas(named('hss'), shape.hss, (own, name) => ({ admin: adminOf(name, own, file) })),
      store: storeOf(named('hss').name, shape.hss, file),
    },
    bsf: {
      ...withReplicas(named('bsf'), bsf, ({ ubListen }: (typeof bsf.replicas)[number]) => ({ ubListen })),
      store: storeOf(named('bsf').name, bsf, file),
      fqdn: bsf.fqdn ?? names.bsfNames[0],
      ksLifetime: bsf.ksLifetimeSeconds,
      challengesPerMinute: bsf.challengesPerMinute,
      pushesPerMinute: bsf.pushesPerMinute,
      nafs: bsf.nafs.map((naf) => ({ ...naf, realm: naf.realm ?? realm })),
      tmpi: bsf.tmpi,
    },
    kmf: {
      ...withReplicas(named('kmf'), kmf, (own: (typeof kmf.replicas)[number], name) => ({
        pc8: { listen: own.pc8.listen, tls: kmf.pc8.tls },
        admin: adminOf(name, own, file),
      })),
      store: storeOf(named('kmf').name, kmf, file),
      fqdn: kmf.fqdn ?? names.kmfNames[0],
      nafKeyMaxAge: kmf.nafKeyMaxAgeSeconds,
      pdkLifetime: kmf.issue.pdkLifetimeSeconds,
      proseUeIds: kmf.proseUeIds,
      ownProseSettings: kmf.ownProseSettings,
      traceParentToBsf: kmf.traceParentToBsf,
      pc6Peers: kmf.pc6Peers,
      limits: kmf.limits,
    },
    subscribers: subscribersOf(shape, file),
  }
}

function tunOf({ tun }: UeShape): UeConfig['tun'] {
  if (!tun) return undefined
  const { name, remoteUePrefix, forwardBetweenLinks, ipv4 } = tun
  const peers = Object.entries(ipv4?.peers ?? {}).map(
    ([id, address]) => [proseUeIdFromHex(id), address] as const,
  )
  return {
    ...{ name, forwardBetweenLinks },
    ...(remoteUePrefix && { remoteUePrefix }),
    ...(ipv4 && { ipv4: { own: ipv4.own, peers: new Map(peers) } }),
  }
}

/** The UE with its defaults; `proseUeIds` are those of its subscriber entry. */
export function completeUe(name: string, shape: UeShape, proseUeIds: readonly ProseUeId[]): UeConfig {
  const enabled = (kind: 'EEA' | 'EIA') => (id: number) =>
    !shape.disabledAlgorithms.some((algorithm) => algorithm === `128-${kind}${id}`)
  return {
    ...shape,
    name,
    eea: shape.eea.filter(enabled('EEA')),
    eia: shape.eia.filter(enabled('EIA')),
    // A User Info ID that nobody gave: three zero octets and the Layer-2 ID.
    userInfoId: shape.userInfoId ?? UserInfoId(concat(new Uint8Array(3), writeUint(proseUeIds[0] ?? 0, 3))),
    proseUeIds,
    tun: tunOf(shape),
  }
}
