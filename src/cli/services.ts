import { dirname, resolve } from 'node:path'
import type { ConfigMistake } from '../core/invalid-config.ts'
import type { ConsoleOptions, OpenConsole } from '../console/server/open-console.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import type { ConfiguredNode } from '../nodes/config/nodes.ts'
import type { HomeNetworks, HomeNetworksOptions } from '../testbed/run-home-networks.ts'
import type { StartNode } from '../testbed/run-node.ts'
import type { StartRun } from '../testbed/run.ts'
import type { SimulateRun } from '../testbed/simulation/simulated-run.ts'

/** What commands need of the rest; loaded when a command needs it, so that others start at once. */
export interface Services {
  /** Throws InvalidConfig. */
  readonly loadConfig: (file: string) => Promise<NetworkConfig>
  /** Makes missing files beside the configuration and gives the directory. Throws InvalidConfig. */
  readonly prepareFiles: (config: NetworkConfig) => Promise<string>
  /** Files of these nodes; gives what is worth a warning. Throws InvalidConfig. */
  readonly checkFiles: (
    config: NetworkConfig,
    nodes: readonly ConfiguredNode[],
  ) => Promise<readonly ConfigMistake[]>
  readonly startRun: StartRun
  readonly startNode: StartNode
  readonly startHomeNetworks: (options: HomeNetworksOptions) => Promise<HomeNetworks>
  readonly simulateRun: SimulateRun
  readonly openConsole: (options: ConsoleOptions) => Promise<OpenConsole>
}

export const services: Services = {
  loadConfig: async (file) => (await import('../nodes/config/load.ts')).loadNetworkConfig(file),
  prepareFiles: async (config) => {
    const { systemClock, systemRandom } = await import('../io/system.ts')
    const { directory } = config.lab ?? { directory: dirname(resolve(config.file)) }
    const lab = { directory, createMissingSecrets: true }
    const environment = { clock: systemClock, random: systemRandom }
    await (await import('../nodes/config/files.ts')).prepareFiles({ ...config, lab }, environment)
    return directory
  },
  checkFiles: async (config, nodes) =>
    (await import('../nodes/config/files.ts')).checkFilesOf(config, nodes, {
      clock: (await import('../io/system.ts')).systemClock,
    }),
  startRun: async (options) => (await import('../testbed/run.ts')).startRun(options),
  startNode: async (options) => (await import('../testbed/run-node.ts')).startNode(options),
  startHomeNetworks: async (options) =>
    (await import('../testbed/run-home-networks.ts')).startHomeNetworks(options),
  simulateRun: async (seed, tap) =>
    (await import('../testbed/simulation/simulated-run.ts')).simulateRun(seed, tap),
  openConsole: async (options) => (await import('../console/server/open-console.ts')).openConsole(options),
}
