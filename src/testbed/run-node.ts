import { allTaps, type Fields, type Tap } from '../core/tap.ts'
import { milliseconds } from '../core/units.ts'
import { elapsed } from '../io/system.ts'
import { administered } from '../nodes/administration/serve.ts'
import { prepareFiles } from '../nodes/config/files.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { findNode } from '../nodes/config/nodes.ts'
import type { Node } from '../nodes/node.ts'
import { startWatched } from '../nodes/watch.ts'
import { CannotRun } from './cannot-run.ts'
import { faultTap, nodeContext } from './node-context.ts'
import { addressesOf, hasFixedPorts, withPorts } from './processes/addressed-config.ts'
import { parentOf } from './processes/parent.ts'
import { reloadNodes } from './reload.ts'
import type { NetworkNode, NodeRole } from './run.ts'
import type { RunningUe } from './run-ue.ts'
import { shownNode } from './shown-node.ts'
import type { UeByHand } from './ue-by-hand.ts'

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
  /** What it holds now; of a node that no testbed orders about. */
  readonly show?: () => Promise<Fields>
  /** Goes on under another configuration. Throws InvalidConfig, CannotRun or the error of the store. */
  reload(config: NetworkConfig): Promise<void>
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** Starts one node as a service of its own; resolves when it serves. */
export type StartNode = (options: NodeOptions) => Promise<RunningNode>

/** Each node loads what it needs, and nothing of the others. */
const starterOf = {
  hss: async () => (await import('../nodes/hss-node.ts')).startHss,
  bsf: async () => (await import('../nodes/bsf-node.ts')).startBsf,
  kmf: async () => (await import('../nodes/kmf-node.ts')).startKmf,
} as const

/** How long a node of a testbed waits for its peers before it serves without them. */
const startPatience = milliseconds(10_000)

export const startNode: StartNode = async (options) => {
  const { name, unsafeRevealKeys, connectTo } = options
  let config = withPorts(options.config)
  const parent = parentOf(process)
  let ue: RunningUe | undefined
  const node = findNode(config, name)
  const others = parent ? [parent.tap] : []
  const tap = allTaps(
    options.tap,
    ...(node?.kind === 'ue' ? [...others, (event: Parameters<Tap>[0]) => ue?.byHand?.hear(event)] : others),
  )
  if (!node) throw new CannotRun(`${config.file} has no node ${name}`)
  if (connectTo !== undefined && findNode(config, connectTo)?.kind !== 'ue')
    throw new CannotRun(`${config.file} has no UE ${connectTo}`)
  const contextOf = (config: NetworkConfig) =>
    nodeContext({ config, tap, unsafeRevealKeys, onFault: faultTap(tap) }, addressesOf(config))
  const context = contextOf(config)
  await prepareFiles(config, context, [node])
  let running: Node
  if (node.kind === 'ue') {
    ue = await (await import('./run-ue.ts')).startUeAlone(node, context, options, parent !== undefined)
    running = ue.node
  } else
    running = await startWatched(node, context, async (watched) => {
      const startEntity = await starterOf[node.kind]()
      return startEntity(node.plmn, watched)
    })
  if (!parent && node.kind !== 'ue') running = await administered(node, context, running, options.config.file)
  const connected = running.connect()
  // A testbed waits for the whole network; by hand nodes start in any order, and connections come up by themselves.
  if (parent) await Promise.race([connected, elapsed(startPatience)])
  const show = () => shownNode(running, { name, role: node.kind, plmn: node.plmn.plmn })
  parent?.serves({ show, control: ue?.control })
  if (!parent) ue?.goOn()
  return {
    ...{ name, role: node.kind, plmn: node.plmn.plmn },
    listens: [...running.addresses].map(([service, { host, port }]) => `${service} ${host}:${port}`),
    ...(ue?.byHand && { byHand: ue.byHand }),
    ...(!parent && { show }),
    async reload(next) {
      if (node.kind === 'ue') throw new CannotRun('a UE reads its configuration at its start: start it again')
      if (!hasFixedPorts(next))
        throw new CannotRun(`${next.file} leaves ports open (:0), where one node alone needs them`)
      await reloadNodes([running], config, contextOf(next))
      config = next
    },
    async stop() {
      await ue?.stop()
      await running.stop()
    },
  }
}
