import type { Tap } from '../core/tap.ts'
import { milliseconds } from '../core/units.ts'
import { elapsed } from '../io/system.ts'
import { startAdministration } from '../nodes/administration/serve.ts'
import { prepareFiles } from '../nodes/config/files.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { findNode, type ConfiguredNode } from '../nodes/config/nodes.ts'
import { voiceOf, type Node, type NodeContext } from '../nodes/node.ts'
import { startTun } from '../nodes/tun.ts'
import { startUe, type UeNode } from '../nodes/ue-node.ts'
import { startWatched } from '../nodes/watch.ts'
import { IpHost } from '../entities/ue/ip/ip-host.ts'
import { CannotRun } from './cannot-run.ts'
import { tellingRadio } from './heard-frames.ts'
import { runLoneUe } from './lone-ue.ts'
import { faultTap, nodeContext, startEntity } from './network.ts'
import { addressesOf, hasFixedPorts, withPorts } from './processes/addressed-config.ts'
import { parentOf } from './processes/parent.ts'
import { reloadNodes } from './reload.ts'
import type { NetworkNode, NodeRole } from './run.ts'
import { LocalUeControl } from './ue-control.ts'
import { UeByHand } from './ue-by-hand.ts'

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
  /** The tap gets what a UE hears too, unless a testbed listens, which hears it of its senders. */
  readonly tellHeard?: boolean
}

export interface RunningNode extends NetworkNode {
  /** Where it serves, for example `PC8 127.0.0.1:4433`; empty for a UE. */
  readonly listens: readonly string[]
  /** Of a UE that no testbed orders about. */
  readonly byHand?: UeByHand
  /** Goes on under another configuration. Throws InvalidConfig, CannotRun or the error of the store. */
  reload(config: NetworkConfig): Promise<void>
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** Starts one node as a service of its own; resolves when it serves. */
export type StartNode = (options: NodeOptions) => Promise<RunningNode>

/** How long a node of a testbed waits for its peers before it serves without them. */
const startPatience = milliseconds(10_000)

export const startNode: StartNode = async (options) => {
  const { name, unsafeRevealKeys, connectTo } = options
  let config = withPorts(options.config)
  const parent = parentOf(process)
  let byHand: UeByHand | undefined
  const tap: Tap = (event) => {
    options.tap(event)
    parent?.tap(event)
    byHand?.hear(event)
  }
  const node = findNode(config, name)
  if (!node) throw new CannotRun(`${config.file} has no node ${name}`)
  if (connectTo !== undefined && findNode(config, connectTo)?.kind !== 'ue')
    throw new CannotRun(`${config.file} has no UE ${connectTo}`)
  const contextOf = (config: NetworkConfig) =>
    nodeContext({ config, tap, unsafeRevealKeys, onFault: faultTap(tap) }, addressesOf(config))
  const context = contextOf(config)
  await prepareFiles(config, context, [node])
  const running = await start(node, context, !parent && options.tellHeard === true)
  const closeAdmin = parent ? undefined : await administered(node, context, running, options.config.file)
  const tun = await startIp(running, node, options, context)
  const control = isUe(running) ? new LocalUeControl(running.ue, context.timers) : undefined
  if (!parent && node.kind === 'ue' && isUe(running))
    byHand = new UeByHand(running, node, context, tun ? undefined : hostOf(running, context))
  const connected = running.connect()
  // A testbed waits for the whole network; by hand nodes start in any order, and connections come up by themselves.
  if (parent) await Promise.race([connected, elapsed(startPatience)])
  parent?.serves(control)
  const lone = !parent && control ? runLoneUe(control, config, name, connectTo, tap) : undefined
  lone?.settled.catch((error: unknown) => context.onFault(name, error))
  return {
    ...{ name, role: node.kind, plmn: node.plmn.plmn },
    listens: [...running.addresses].map(([service, { host, port }]) => `${service} ${host}:${port}`),
    ...(byHand && { byHand }),
    async reload(next) {
      if (node.kind === 'ue') throw new CannotRun('a UE reads its configuration at its start: start it again')
      if (!hasFixedPorts(next))
        throw new CannotRun(`${next.file} leaves ports open (:0), where one node alone needs them`)
      await reloadNodes([running], config, contextOf(next))
      config = next
    },
    async stop() {
      lone?.stop()
      await byHand?.close()
      await tun?.close()
      await closeAdmin?.()
      await running.stop()
    },
  }
}

function start(node: ConfiguredNode, surroundings: NodeContext, tellHeard: boolean): Promise<Node> {
  if (node.kind !== 'ue') return startEntity(node, surroundings)
  const [own] = node.ue.proseUeIds
  const { pc5Profile } = node.ue
  return startWatched(node, surroundings, (context) => {
    const isTelling = tellHeard && own !== undefined
    const onRadio = isTelling ? tellingRadio(node.name, own, pc5Profile, context) : undefined
    return startUe(node, context, onRadio ? { onRadio, tellsHeard: true } : {})
  })
}

/** An HSS or KMF that cannot be administered does not run. */
async function administered(node: ConfiguredNode, context: NodeContext, running: Node, file: string) {
  if (node.kind === 'ue') return undefined
  try {
    return await startAdministration(node, context, file)
  } catch (error) {
    await running.stop()
    throw error
  }
}

function hostOf({ name, ue }: UeNode, context: NodeContext): IpHost {
  const { count } = voiceOf(name, context)
  return new IpHost({ ...context, ue, count })
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
