import { freePortPair } from '../io/radio/udp-multicast.ts'
import { startBsf } from '../nodes/bsf-node.ts'
import { prepareFiles } from '../nodes/config/files.ts'
import type { ListenAddress, NetworkConfig } from '../nodes/config/network-config.ts'
import { configuredNodes, type ConfiguredNode } from '../nodes/config/nodes.ts'
import { startHss } from '../nodes/hss-node.ts'
import { startKmf, type KmfStage } from '../nodes/kmf-node.ts'
import type { Node, NodeContext } from '../nodes/node.ts'
import { startWatched } from '../nodes/watch.ts'
import { startUe } from '../nodes/ue-node.ts'
import { LabClock, labOf, type HomeNodes, type Lab } from './lab.ts'
import { nodeContext, type NetworkOptions } from './node-context.ts'
import type { NetworkNode } from './run.ts'
import type { Stages } from './stage.ts'
import { LocalUeControl, type UeControl } from './ue-control.ts'

/** A running network, in one process or in many. */
export interface Network {
  readonly nodes: readonly NetworkNode[]
  ue(name: string): UeControl
  /** Resolves when everything that the nodes told so far has reached the tap. */
  settle(): Promise<void>
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** A network whose nodes scenarios can lay hands on. */
export interface LocalNetwork extends Network {
  readonly lab: Lab
  /** Those that have been started and not stopped with the network. */
  readonly running: readonly Node[]
}

/** What only nodes in processes of their own allow. */
export interface ProcessControl {
  pid(name: string): number | undefined
  /** Ends a node if it runs, and starts it again. */
  restart(name: string): Promise<void>
}

export const networkNodes = (config: NetworkConfig): readonly NetworkNode[] =>
  configuredNodes(config).map(({ name, kind, plmn }) => ({ name, role: kind, plmn: plmn.plmn }))

/** Starts one HSS, BSF or KMF; throws InvalidConfig, StoreUnusable or the error of its socket. */
export const startEntity = (
  node: Extract<ConfiguredNode, { kind: 'hss' | 'bsf' | 'kmf' }>,
  surroundings: NodeContext,
  stage?: KmfStage,
): Promise<Node> =>
  startWatched(node, surroundings, (context) => {
    switch (node.kind) {
      case 'hss':
        return startHss(node.plmn, context)
      case 'bsf':
        return startBsf(node.plmn, context)
      case 'kmf':
        return startKmf(node.plmn, context, stage)
    }
  })

/** All nodes of a configuration in this process, on a radio that no other testbed hears. */
export async function startLocalNetwork(
  options: NetworkOptions,
  stages: Stages = new Map(),
): Promise<LocalNetwork> {
  const port = await freePortPair()
  const config = { ...options.config, pc5Bearer: { ...options.config.pc5Bearer, port } }
  const context = nodeContext({ ...options, config }, () => undefined)
  await prepareFiles(config, context)
  return startNodes(context, stages)
}

/** All nodes of a configuration in this process. Addresses and clock become those of the network. */
export async function startNodes(surroundings: NodeContext, stages: Stages): Promise<LocalNetwork> {
  const { config } = surroundings
  const addresses = new Map<string, ListenAddress>()
  const clock = new LabClock(surroundings.clock, surroundings.timers)
  const addressOf: NodeContext['addressOf'] = (node, service) => addresses.get(`${node} ${service}`)
  const context = { ...surroundings, addressOf, clock, timers: clock }
  const [first] = config.ues
  let ubBlocked = false
  const contextOfUe1: NodeContext = {
    ...context,
    addressOf: (node, service) => (ubBlocked && service === 'ub' ? undefined : addressOf(node, service)),
  }
  const started: Node[] = []
  const ues = new Map<string, UeControl>()
  const stop = async () => {
    // UEs first: they release their links; then KMFs, BSFs and HSSs, so that nobody asks who is gone.
    for (const node of started.splice(0).reverse()) await node.stop()
  }
  try {
    for (const node of configuredNodes(config)) {
      if (node.kind === 'ue') {
        const own = node.ue === first ? contextOfUe1 : context
        const stage = stages.get(node.name)
        const running = await startWatched(node, own, (watched) => startUe(node, watched, stage))
        started.push(running)
        ues.set(node.name, new LocalUeControl(running.ue, context.timers))
      } else {
        const running = await startEntity(node, context, stages.get(node.name))
        started.push(running)
        for (const [service, address] of running.addresses) addresses.set(`${node.name} ${service}`, address)
      }
    }
    await Promise.all(started.map((node) => node.connect()))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    nodes: networkNodes(config),
    ue: (name) => controlOf(ues, name),
    settle: () => Promise.resolve(),
    running: started,
    lab: labOf(clock, homeOf(config, started), () => (ubBlocked = true)),
    stop,
  }
}

/** The running nodes of UE-1's home network. */
function homeOf(config: NetworkConfig, started: readonly Node[]): HomeNodes {
  const ue1 = configuredNodes(config).find(({ kind }) => kind === 'ue')
  return (kind) =>
    started.filter(({ name }) => ue1?.plmn[kind].instances.some((instance) => instance.name === name))
}

export function controlOf(ues: ReadonlyMap<string, UeControl>, name: string): UeControl {
  const control = ues.get(name)
  if (!control) throw new Error(`there is no UE ${name}`)
  return control
}
