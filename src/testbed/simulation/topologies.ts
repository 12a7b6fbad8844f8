import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { parseNetworkConfig } from '../../nodes/config/load.ts'

/** Home networks of UE-1, UE-2 and UE-3 where there is one, by their last digit. */
const homes = {
  'one home': [1, 1],
  'two homes': [1, 2],
  'one home, three UEs': [1, 1, 1],
  'two homes, three UEs': [1, 2, 1],
  'three homes': [1, 2, 3],
} as const satisfies Readonly<Record<string, readonly number[]>>

export type Topology = keyof typeof homes

const proseUeId = (home: number, ue: number): string => `0${home}000${ue}`

function plmnOf(home: number, all: readonly number[], ues: readonly number[]) {
  return {
    plmn: `001-0${home}`,
    ...{ hss: {}, bsf: {} },
    kmf: {
      proseUeIds: [`0${home}0000-0${home}ffff`],
      pc6Peers: all.filter((other) => other !== home).map((other) => `001-0${other}`),
    },
    subscribers: ues.flatMap((own, at) => {
      if (own !== home) return []
      const prose = { ueId: proseUeId(home, at + 1), permissions: ['one-to-one'] }
      return [{ imsi: `0010${home}000000000${at + 1}`, aka: aka(at), prose }]
    }),
  }
}

/** Names of files that nobody reads: a simulation draws its keys. */
const aka = (at: number) =>
  at === 2
    ? { algorithm: 'TUAK', kFile: 'ue3.k', topcFile: 'ue3.topc' }
    : { algorithm: 'MILENAGE', kFile: `ue${at + 1}.k`, opcFile: `ue${at + 1}.opc` }

function configOf(topology: Topology): NetworkConfig {
  const ues: readonly number[] = homes[topology]
  const all = [...new Set(ues)]
  const document = {
    version: 1,
    plmns: all.map((home) => plmnOf(home, all, ues)),
    ues: Object.fromEntries(
      ues.map((home, at) => [`ue${at + 1}`, { imsi: `0010${home}000000000${at + 1}` }]),
    ),
  }
  // JSON is YAML.
  return parseNetworkConfig(JSON.stringify(document), topology)
}

const configs = new Map<Topology, NetworkConfig>()

/** Two or three UEs in one, two or three home networks; nobody may link with anybody yet. */
export function networkOf(topology: Topology): NetworkConfig {
  const config = configs.get(topology) ?? configOf(topology)
  configs.set(topology, config)
  return config
}
