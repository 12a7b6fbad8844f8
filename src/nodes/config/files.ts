import { join } from 'node:path'
import type { ConfigMistake } from '../../core/invalid-config.ts'
import { Opc, K, Topc } from '../../core/keys.ts'
import { fromUtf8 } from '../../core/bytes.ts'
import { opcFromOp } from '../../crypto/milenage.ts'
import type { AkaSecrets } from '../../entities/hss/ports.ts'
import {
  checkFiles,
  notMadeBy,
  prepareLab,
  type HostFiles,
  type LabEnvironment,
  type NeededFiles,
} from '../../io/lab/lab.ts'
import { readSecret, type SecretFile } from '../../io/lab/secret-file.ts'
import { pathOfInstance } from './listeners.ts'
import type { StorePlace } from '../../io/store/store.ts'
import type { NetworkConfig, PlmnConfig, SubscriberConfig } from './network-config.ts'
import { configuredNodes, type ConfiguredNode } from './nodes.ts'
import { pathText } from './yaml-source.ts'

export type EntityKind = 'hss' | 'bsf' | 'kmf'

const placeOf = (config: NetworkConfig, { plmn }: PlmnConfig) =>
  `plmns[${config.plmns.findIndex((entry) => entry.plmn === plmn)}]`

/** The key of the store of an HSS, BSF or KMF, and the one before it while that is replaced (R32). */
export const storeKeyFile = (config: NetworkConfig, plmn: PlmnConfig, kind: EntityKind): SecretFile => ({
  path: `${placeOf(config, plmn)}.${kind}.storeKeyFile`,
  file: plmn[kind].store.keyFile,
  what: 'store key',
  octets: [32, 64],
  form: 'octets',
})

/** The URL of a store in PostgreSQL, with its password (R31). */
const storeUrlFile = (
  config: NetworkConfig,
  plmn: PlmnConfig,
  kind: EntityKind,
  file: string,
): SecretFile => ({
  path: `${placeOf(config, plmn)}.${kind}.storeUrlFile`,
  file,
  what: 'store URL',
  octets: [],
  form: 'line',
})

/** Where the store of an HSS, BSF or KMF is; throws InvalidConfig. */
export function storePlace(config: NetworkConfig, plmn: PlmnConfig, kind: EntityKind): StorePlace {
  const { store } = plmn[kind]
  if (store.engine === 'sqlite') return store.file
  const url = readSecret(config.file, storeUrlFile(config, plmn, kind, store.urlFile))
  return fromUtf8(url).trim()
}

/** K, then the operator constant of a subscriber. */
function akaFiles(config: NetworkConfig, plmn: PlmnConfig, { aka, imsi }: SubscriberConfig) {
  const at = plmn.subscribers.findIndex((subscriber) => subscriber.imsi === imsi)
  const path = `${placeOf(config, plmn)}.subscribers[${at}].aka`
  const secret = (name: string, file: string, what: string, ...octets: readonly number[]): SecretFile => ({
    path: `${path}.${name}`,
    file,
    what,
    octets,
    form: 'hex',
  })
  if (aka.algorithm === 'TUAK')
    return [secret('kFile', aka.kFile, 'K', 16, 32), secret('topcFile', aka.topcFile, 'TOPc', 32)] as const
  const constant =
    aka.opcFile === undefined
      ? secret('opFile', aka.opFile ?? '', 'OP', 16)
      : secret('opcFile', aka.opcFile, 'OPc', 16)
  return [secret('kFile', aka.kFile, 'K', 16), constant] as const
}

/** What AKA of a subscriber needs, read from its files; throws InvalidConfig. */
export function readAkaSecrets(
  config: NetworkConfig,
  plmn: PlmnConfig,
  subscriber: SubscriberConfig,
): AkaSecrets {
  const [kFile, constantFile] = akaFiles(config, plmn, subscriber)
  const k = K(readSecret(config.file, kFile))
  const constant = readSecret(config.file, constantFile)
  if (subscriber.aka.algorithm === 'TUAK')
    return { algorithm: 'TUAK', k, topc: Topc(constant), keccakIterations: subscriber.aka.keccakIterations }
  return {
    algorithm: 'MILENAGE',
    k,
    opc: subscriber.aka.opcFile === undefined ? opcFromOp(k, constant) : Opc(constant),
  }
}

function secretsOf(config: NetworkConfig, node: ConfiguredNode): readonly SecretFile[] {
  if (node.kind === 'ue') return akaFiles(config, node.plmn, node.subscriber)
  const ofSubscribers = node.kind === 'hss' ? node.plmn.subscribers : []
  const { store } = node.plmn[node.kind]
  return [
    storeKeyFile(config, node.plmn, node.kind),
    ...(store.engine === 'postgresql' ? [storeUrlFile(config, node.plmn, node.kind, store.urlFile)] : []),
    ...ofSubscribers.flatMap((subscriber) => akaFiles(config, node.plmn, subscriber)),
  ]
}

function hostsOf(config: NetworkConfig, node: ConfiguredNode): readonly HostFiles[] {
  if (node.kind === 'ue' || config.diameter.unsafePlainTcp) return []
  const { originHost, certificateFile, certificateKeyFile } = node.plmn[node.kind].diameter
  const at = node.plmn[node.kind].instances.findIndex(({ name }) => name === node.name)
  const path = `${placeOf(config, node.plmn)}.${pathText(pathOfInstance(node.kind, at))}.diameter`
  return [{ path, host: originHost, certificateFile, certificateKeyFile }]
}

/** A NAF at a BSF of a lab: its certificate is made, and is its own to use. */
const nafsOf = ({ lab, diameter }: NetworkConfig, node: ConfiguredNode): readonly HostFiles[] =>
  !lab || diameter.unsafePlainTcp || node.kind !== 'bsf'
    ? []
    : node.plmn.bsf.nafs.map(({ originHost: host }) => ({
        ...{ path: 'nafs', host, certificateFile: join(lab.directory, 'certs', `${host}.pem`) },
        certificateKeyFile: join(lab.directory, 'certs', `${host}.key`),
      }))

/** The files that these nodes need. */
function neededFiles(config: NetworkConfig, nodes: readonly ConfiguredNode[]): NeededFiles {
  const secrets = nodes.flatMap((node) => secretsOf(config, node))
  const hosts = nodes.flatMap((node) => hostsOf(config, node))
  const trustedCa = { path: 'diameter.trustedCaFile', file: config.diameter.trustedCaFile }
  return {
    config: config.file,
    ...(hosts.length > 0 && { trustedCa }),
    hosts,
    secrets: [...new Map(secrets.map((secret) => [secret.file, secret])).values()],
  }
}

/**
 * Sees that the nodes (all when not given) have their files: makes missing ones in a lab, then checks every one.
 * Throws InvalidConfig with every file that is missing or cannot be used.
 */
export async function prepareFiles(
  config: NetworkConfig,
  environment: LabEnvironment,
  nodes: readonly ConfiguredNode[] = configuredNodes(config),
): Promise<void> {
  const needed = neededFiles(config, nodes)
  const hosts = [...needed.hosts, ...nodes.flatMap((node) => nafsOf(config, node))]
  if (config.lab) await prepareLab(config.lab, { ...needed, hosts }, environment)
  checkFiles(needed, environment.clock.now())
}

/**
 * Looks at the files of these nodes and makes nothing; what a lab makes at the start may be missing. Throws InvalidConfig as
 * `prepareFiles` does; gives what is worth a warning.
 */
export function checkFilesOf(
  config: NetworkConfig,
  nodes: readonly ConfiguredNode[],
  { clock }: Pick<LabEnvironment, 'clock'>,
): readonly ConfigMistake[] {
  const needed = neededFiles(config, nodes)
  return checkFiles(config.lab ? notMadeBy(config.lab, needed) : needed, clock.now())
}
