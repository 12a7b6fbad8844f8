import type { Tap } from '../core/tap.ts'
import { milliseconds } from '../core/units.ts'
import { elapsed } from '../io/system.ts'
import { prepareFiles } from '../nodes/config/files.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { findNode, type ConfiguredNode } from '../nodes/config/nodes.ts'
import type { Node, NodeContext } from '../nodes/node.ts'
import { startTun } from '../nodes/tun.ts'
import { startUe, type UeNode } from '../nodes/ue-node.ts'
import { CannotRun } from './cannot-run.ts'
import { runLoneUe } from './lone-ue.ts'
import { faultTap, nodeContext, startEntity } from './network.ts'
import { addressesOf, hasFixedPorts } from './processes/addressed-config.ts'
import { parentOf } from './processes/parent.ts'
import type { NetworkNode, NodeRole } from './run.ts'
import { LocalUeControl } from './ue-control.ts'

export interface NodeOptions {
  readonly config: NetworkConfig
  readonly role: NodeRole
  /** For example `kmf1`. */
  readonly name: string
  /** Gets what this node sends and decides; it must not throw. */
  readonly tap: Tap
  readonly unsafeRevealKeys: boolean
  /** Name of the UE that this UE asks for a link. */
  readonly connectTo?: string
  /** Name of the TUN device of a UE, instead of the one in the configuration. */
  readonly tun?: string
}

export interface RunningNode extends NetworkNode {
  /** Where it serves, for example `PC8 127.0.0.1:4433`; empty for a UE. */
  readonly listens: readonly string[]
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** Starts one node as a service of its own; resolves when it serves. */
export type StartNode = (options: NodeOptions) => Promise<RunningNode>

/** How long a node of a testbed waits for its peers before it serves without them. */
const startPatience = milliseconds(10_000)

export const startNode: StartNode = async (options) => {
  const { config, name, unsafeRevealKeys, connectTo } = options
  const parent = parentOf(process)
  const tap: Tap = (event) => {
    options.tap(event)
    parent?.tap(event)
  }
  const node = findNode(config, name)
  if (!node) throw new CannotRun(`${config.file} has no node ${name}`)
  if (connectTo !== undefined && findNode(config, connectTo)?.kind !== 'ue')
    throw new CannotRun(`${config.file} has no UE ${connectTo}`)
  if (!hasFixedPorts(config)) {
    const hint = 'nodes that run apart find each other by their ports: give each server one'
    throw new CannotRun(`${config.file} leaves ports open (:0); ${hint}`)
  }
  const context = nodeContext({ config, tap, unsafeRevealKeys, onFault: faultTap(tap) }, addressesOf(config))
  await prepareFiles(config, context, [node])
  const running = node.kind === 'ue' ? await startUe(node, context) : await startEntity(node, context)
  const ip = await startIp(running, node, options, context)
  const control = isUe(running) ? new LocalUeControl(running.ue, context.timers) : undefined
  const connected = running.connect()
  // A testbed waits for the whole network; by hand nodes start in any order, and connections come up by themselves.
  if (parent) await Promise.race([connected, elapsed(startPatience)])
  parent?.serves(control)
  const lone = !parent && control ? runLoneUe(control, config, name, connectTo, tap) : undefined
  lone?.settled.catch((error: unknown) => context.onFault(name, error))
  return {
    ...{ name, role: node.kind, plmn: node.plmn.plmn },
    listens: [...running.addresses].map(([service, { host, port }]) => `${service} ${host}:${port}`),
    async stop() {
      lone?.stop()
      await ip?.close()
      await running.stop()
    },
  }
}

/** The TUN device of a UE that has one; a UE that cannot have it does not run. */
async function startIp(
  running: Node,
  node: ConfiguredNode,
  { tun: name }: NodeOptions,
  context: NodeContext,
) {
  if (node.kind !== 'ue' || !isUe(running)) return undefined
  const { tun } = node.ue
  const wanted = name === undefined ? tun : { forwardBetweenLinks: false, ...tun, name }
  if (!wanted) return undefined
  try {
    return await startTun(node.name, running.ue, wanted, context)
  } catch (error) {
    await running.stop()
    throw error
  }
}

const isUe = (node: Node): node is UeNode => 'ue' in node
