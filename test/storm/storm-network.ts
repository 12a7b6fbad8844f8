import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { shortBTid } from '../../src/core/identities/b-tid.ts'
import { maskedImsi } from '../../src/core/identities/subscriber.ts'
import { sqnHex } from '../../src/core/sequence-number.ts'
import { systemClock, systemRandom } from '../../src/io/system.ts'
import { nextSqn } from '../../src/entities/hss/sequence.ts'
import { prepareFiles } from '../../src/nodes/config/files.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import type { NetworkConfig } from '../../src/nodes/config/network-config.ts'
import { configuredNodes } from '../../src/nodes/config/nodes.ts'
import {
  openConfiguredBsfStore,
  openConfiguredHssStore,
  openConfiguredKmfStore,
} from '../../src/nodes/config/stores.ts'
import { addressedConfigFile } from '../../src/testbed/processes/addressed-config.ts'
import { labFile, type Change } from '../testbed/lab-network.ts'
import type { History } from './history.ts'

const kinds = ['hss', 'bsf', 'kmf'] as const
const plmns = ['001-01', '001-02'] as const

/** The n-th subscriber of a PLMN, both from 0; the last two digits of the IMSI tell them apart where it is masked. */
function subscriber(plmn: number, n: number) {
  const name = `ue${plmn + 1}-${n + 1}`
  const imsi = `0010${plmn + 1}${String(n + 1).padStart(10, '0')}`
  const ueId = (plmn * 0x080000 + 0x100 + n).toString(16).padStart(6, '0')
  return {
    name,
    imsi,
    entry: {
      imsi,
      aka: { algorithm: 'MILENAGE', kFile: `secrets/${name}.k`, opcFile: `secrets/${name}.opc` },
      prose: { ueId, permissions: ['one-to-one'], mayLinkWith: [plmns[1 - plmn]] },
    },
  }
}

const unlimited: readonly Change[] = [0, 1].flatMap((plmn) =>
  [
    ['bsf', 'challengesPerMinute'],
    ['bsf', 'pushesPerMinute'],
    ['kmf', 'limits', 'keyRequestsPerUe1PerMinute'],
    ['kmf', 'limits', 'keyRequestsPerUe2PerMinute'],
    ['kmf', 'limits', 'pushesPerImsiPerMinute'],
  ].map((path): Change => [['plmns', plmn, ...path], 'unlimited']),
)

/**
 * Two home networks, each with two instances of HSS, BSF and KMF on PostgreSQL and so many subscribers with UEs, all files
 * made. `urlOf` names an empty place for a store.
 */
export async function stormConfig(
  directory: string,
  subscribers: number,
  urlOf: () => Promise<string>,
): Promise<NetworkConfig> {
  const numbers = Array.from({ length: subscribers }, (_, n) => n)
  const ofPlmn = (plmn: number): readonly Change[] => [
    [['plmns', plmn, 'subscribers'], numbers.map((n) => subscriber(plmn, n).entry)],
    ...kinds.flatMap((kind): readonly Change[] => [
      [['plmns', plmn, kind, 'replicas'], [{}]],
      [['plmns', plmn, kind, 'store'], 'postgresql'],
      [['plmns', plmn, kind, 'storeUrlFile'], `secrets/${kind}${plmn + 1}.url`],
    ]),
  ]
  const ues = [0, 1].flatMap((plmn) =>
    numbers.map((n) => {
      const { name, imsi } = subscriber(plmn, n)
      return [name, { imsi, imsiOverPc5PerHour: 'unlimited' }]
    }),
  )
  const changes: readonly Change[] = [
    ...[0, 1].flatMap(ofPlmn),
    ...unlimited,
    [['ues'], Object.fromEntries(ues)],
  ]
  for (const name of kinds.flatMap((kind) => [`${kind}1`, `${kind}2`])) {
    const file = join(directory, 'lab/secrets', `${name}.url`)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, await urlOf(), { mode: 0o600 })
  }
  const given = loadNetworkConfig(labFile(directory, changes))
  await prepareFiles(given, { clock: systemClock, random: systemRandom })
  return loadNetworkConfig(await addressedConfigFile(given))
}

/** Names of the network functions, and whom each has a Diameter connection with. */
export function functionsOf(config: NetworkConfig): ReadonlyMap<string, readonly string[]> {
  const nodes = configuredNodes(config).filter(({ kind }) => kind !== 'ue')
  const connected: Readonly<Record<string, readonly string[]>> = {
    hss: ['bsf'],
    bsf: ['hss', 'kmf'],
    kmf: ['bsf'],
  }
  return new Map(
    nodes.map((node) => {
      const peers = nodes.filter(({ kind, plmn }) =>
        plmn.plmn === node.plmn.plmn
          ? connected[node.kind]?.includes(kind)
          : kind === 'kmf' && node.kind === 'kmf',
      )
      return [node.name, peers.map(({ name }) => name)]
    }),
  )
}

/** What the stores hold. */
export async function storedIn(config: NetworkConfig): Promise<History['stored']> {
  const bTids: string[] = []
  const nafKeys: string[] = []
  const nextSqns = new Map<string, string>()
  for (const plmn of config.plmns) {
    const [hss, bsf, kmf] = await Promise.all([
      openConfiguredHssStore(config, plmn),
      openConfiguredBsfStore(config, plmn),
      openConfiguredKmfStore(config, plmn),
    ])
    try {
      const now = systemClock.now()
      for (const { btid } of await bsf.bootstraps.list(now)) bTids.push(shortBTid(btid))
      for (const { btid, keys } of await kmf.keys.list(now))
        if (keys.length > 0) nafKeys.push(shortBTid(btid))
      for (const { imsi } of plmn.subscribers)
        if (await hss.subscribers.findByImsi(imsi))
          nextSqns.set(maskedImsi(imsi), sqnHex(await hss.subscribers.advanceSqn(imsi, nextSqn)))
    } finally {
      await Promise.all([hss.close(), bsf.close(), kmf.close()])
    }
  }
  return { bTids, nafKeys, nextSqns }
}

/** As an HSS tells it: 12 hex digits. */
