import type { Tap } from '../core/tap.ts'
import { systemClock, systemRandom } from '../io/system.ts'
import { administered } from '../nodes/administration/serve.ts'
import { prepareFiles } from '../nodes/config/files.ts'
import { loadNetworkConfig } from '../nodes/config/load.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { configuredNodes } from '../nodes/config/nodes.ts'
import type { Node } from '../nodes/node.ts'
import { startEntity } from './network.ts'
import { faultTap, nodeContext } from './node-context.ts'
import { reloadNodes } from './reload.ts'
import { addressedConfigFile, addressesOf, hasFixedPorts } from './processes/addressed-config.ts'

export interface HomeNetworksOptions {
  readonly config: NetworkConfig
  readonly tap: Tap
  readonly unsafeRevealKeys: boolean
}

export interface HomeNetworks {
  /** Where they serve, for example `kmf1 PC8 127.0.0.1:4433`. */
  readonly listens: readonly string[]
  /** All go on under another configuration. Throws InvalidConfig or the error of a store. */
  reload(config: NetworkConfig): Promise<void>
  stop(): Promise<void>
}

/**
 * Every HSS, BSF and KMF of a configuration in this process, for UEs that run apart. Ports that the file leaves open are
 * drawn, and a file with them is left in the lab, where those UEs find it. Throws InvalidConfig.
 */
export async function startHomeNetworks(options: HomeNetworksOptions): Promise<HomeNetworks> {
  const { config: given, tap, unsafeRevealKeys } = options
  await prepareFiles(given, { clock: systemClock, random: systemRandom })
  const config = hasFixedPorts(given) ? given : loadNetworkConfig(await addressedConfigFile(given))
  const addressOf = addressesOf(config)
  const contextOf = (config: NetworkConfig) =>
    nodeContext({ config, tap, unsafeRevealKeys, onFault: faultTap(tap) }, addressOf)
  const context = contextOf(config)
  const started: Node[] = []
  let current = given
  const stop = async () => {
    for (const node of started.splice(0).reverse()) await node.stop()
  }
  try {
    for (const node of configuredNodes(config))
      if (node.kind !== 'ue')
        started.push(await administered(node, context, await startEntity(node, context), given.file))
    await Promise.all(started.map((node) => node.connect()))
  } catch (error) {
    await stop()
    throw error
  }
  const listens = started.flatMap(({ name, addresses }) =>
    [...addresses].map(([service, { host, port }]) => `${name} ${service} ${host}:${port}`),
  )
  return {
    listens,
    async reload(next) {
      await reloadNodes(started, current, contextOf(next))
      current = next
    },
    stop,
  }
}
