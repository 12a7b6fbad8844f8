import type { NetworkConfig } from '../nodes/config/network-config.ts'
import type { Tap } from '../core/tap.ts'
import type { Plmn } from '../core/identities/plmn.ts'
import { LocalFault } from '../core/errors.ts'
import { milliseconds, type Milliseconds } from '../core/units.ts'
import { systemClock, systemTimers } from '../io/system.ts'
import { prepareFiles } from '../nodes/config/files.ts'
import { findNode } from '../nodes/config/nodes.ts'
import type { Node } from '../nodes/node.ts'
import { startUe, type UeNode } from '../nodes/ue-node.ts'
import { addressesOf, hasFixedPorts } from './processes/addressed-config.ts'
import { LocalUeControl, type UeControl } from './ue-control.ts'
import { nodeContext, startEntity, startLocalNetwork, type ProcessControl } from './network.ts'
import { play, Stepper } from './play.ts'
import { parentOf } from './processes/parent.ts'
import { startProcessNetwork } from './processes/process-network.ts'
import type { ScenarioResult } from './result.ts'
import { findScenario } from './scenarios.ts'

export type NodeRole = 'hss' | 'bsf' | 'kmf' | 'ue'

/** One node of a network, as ladder, capture and JSON name it. */
export interface NetworkNode {
  /** For example `kmf1`. */
  readonly name: string
  readonly role: NodeRole
  /** Home network it belongs to. */
  readonly plmn: Plmn
}

export interface RunOptions {
  readonly config: NetworkConfig
  /** A name of `scenarios`. */
  readonly scenario: string
  /** Gets every message and decision; it must not throw. */
  readonly tap: Tap
  /** The link is released as soon as it was used. */
  readonly once: boolean
  /** One operating-system process for each node. */
  readonly processes: boolean
  /** Needs the `lab` section: keys stay in messages, and TLS secrets come as TapSecret. */
  readonly unsafeRevealKeys: boolean
}

export interface Run {
  readonly nodes: readonly NetworkNode[]
  /** Resolves when the link was used (and, with `once`, released) or the set-up ended otherwise. */
  readonly result: Promise<ScenarioResult>
  /** The same between the same UEs once more, their present link released; for a network that stays up. */
  again(): Promise<ScenarioResult>
  /** Nodes in processes of their own, when the run has them. */
  readonly processes: ProcessControl | undefined
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** Starts the configured network and the scenario on it; resolves when all nodes serve, before the first message of step 0. */
export type StartRun = (options: RunOptions) => Promise<Run>

export interface NodeOptions {
  readonly config: NetworkConfig
  readonly role: NodeRole
  /** For example `kmf1`. */
  readonly name: string
  /** Gets what this node sends and decides; it must not throw. */
  readonly tap: Tap
  readonly unsafeRevealKeys: boolean
}

export interface RunningNode extends NetworkNode {
  /** Where it serves, for example `PC8 127.0.0.1:4433`; empty for a UE. */
  readonly listens: readonly string[]
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** Starts one node as a service of its own; resolves when it serves. */
export type StartNode = (options: NodeOptions) => Promise<RunningNode>

/** Why something cannot be run. */
export class CannotRun extends LocalFault {
  readonly code = 'ERR_CANNOT_RUN'
}

export const startRun: StartRun = async (options) => {
  const { config, once, processes, unsafeRevealKeys } = options
  const scenario = findScenario(options.scenario)
  if (!scenario) throw new CannotRun(`there is no scenario ${options.scenario}`)
  if (config.ues.length < 2) throw new CannotRun(`a link needs two UEs, ${config.file} has fewer`)
  const stepper = new Stepper(options.tap)
  const { tap } = stepper
  const setting = { config, tap, unsafeRevealKeys, onFault: faultTap(tap) }
  const separate = processes ? await startProcessNetwork(setting) : undefined
  const network = separate ?? (await startLocalNetwork(setting))
  const played = (last: boolean) => play(scenario, config, network, stepper, systemClock, last)
  return {
    nodes: network.nodes,
    result: played(once),
    again: () => played(once),
    processes: separate,
    stop: () => network.stop(),
  }
}

/** How long a node of a testbed waits for its peers before it serves without them. */
const startPatience = milliseconds(10_000)

const after = (delay: Milliseconds): Promise<void> =>
  new Promise((resolve) => void systemTimers.after(delay, resolve))

export const startNode: StartNode = async ({ config, name, tap: ownTap, unsafeRevealKeys }) => {
  const parent = parentOf(process)
  const tap: Tap = (event) => {
    ownTap(event)
    parent?.tap(event)
  }
  const node = findNode(config, name)
  if (!node) throw new CannotRun(`${config.file} has no node ${name}`)
  if (!hasFixedPorts(config)) {
    const hint = 'nodes that run apart find each other by their ports: give each server one'
    throw new CannotRun(`${config.file} leaves ports open (:0); ${hint}`)
  }
  const context = nodeContext({ config, tap, unsafeRevealKeys, onFault: faultTap(tap) }, addressesOf(config))
  await prepareFiles(config, context, [node])
  const running = node.kind === 'ue' ? await startUe(node, context) : await startEntity(node, context)
  const control = isUe(running) ? new LocalUeControl(running.ue, context.timers) : undefined
  const connected = running.connect()
  // A testbed waits for the whole network; by hand nodes start in any order, and connections come up by themselves.
  if (parent) await Promise.race([connected, after(startPatience)])
  parent?.serves(control)
  if (!parent && control) void serveAlone(control, config, name, tap)
  return {
    ...{ name, role: node.kind, plmn: node.plmn.plmn },
    listens: [...running.addresses].map(([service, { host, port }]) => `${service} ${host}:${port}`),
    stop: () => running.stop(),
  }
}

const isUe = (node: Node): node is UeNode => 'ue' in node

/** A UE that nobody orders about: it opens PC8 where configured, can be found, and answers as UE-2. */
async function serveAlone(control: UeControl, { ues }: NetworkConfig, name: string, tap: Tap): Promise<void> {
  const ue = ues.find((entry) => entry.name === name)
  if (!ue) return
  if (ue.discovery !== 'none') await control.beDiscoverable(ue.discovery === 'model-b' ? 'b' : 'a')
  if (!ue.openPc8) return
  await control.openPc8().catch((error: unknown) => {
    const { code, message } = error as Partial<Record<'code' | 'message', string>>
    const fields = { code: code ?? 'ERR_UNEXPECTED', message: message ?? '' }
    tap({ kind: 'state', time: systemClock.now(), node: name, what: 'pc8-not-open', fields })
  })
}

/** A fault of ours is told where it happened; the node goes on. */
const faultTap =
  (tap: Tap) =>
  (node: string, error: unknown): void => {
    const { code, message } = error as Partial<Record<'code' | 'message', string>>
    const fields = { code: code ?? 'ERR_UNEXPECTED', message: message ?? 'not an error' }
    tap({ kind: 'state', time: systemClock.now(), node, what: 'fault', fields })
  }
