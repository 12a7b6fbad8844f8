import type { NetworkConfig } from '../nodes/config/network-config.ts'
import type { Tap } from '../core/tap.ts'
import type { Plmn } from '../core/identities/plmn.ts'
import { LocalFault } from '../core/errors.ts'
import { systemClock } from '../io/system.ts'
import { startLocalNetwork } from './network.ts'
import { play, Stepper } from './play.ts'
import { startProcessNetwork } from './process-network.ts'
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

/** Why a scenario cannot be run. */
export class UnknownScenario extends LocalFault {
  readonly code = 'ERR_UNKNOWN_SCENARIO'
}

export const startRun: StartRun = async ({
  config,
  scenario: name,
  tap,
  once,
  processes,
  unsafeRevealKeys,
}) => {
  const scenario = findScenario(name)
  if (!scenario) throw new UnknownScenario(`there is no scenario ${name}`)
  const stepper = new Stepper(tap)
  const options = { config, tap: stepper.tap, unsafeRevealKeys, onFault: faultTap(stepper.tap) }
  const network = await (processes ? startProcessNetwork(options) : startLocalNetwork(options))
  return {
    nodes: network.nodes,
    result: play(scenario, config, network, stepper, systemClock, once),
    stop: () => network.stop(),
  }
}

/** A fault of ours is told where it happened; the node goes on. */
const faultTap =
  (tap: Tap) =>
  (node: string, error: unknown): void => {
    const { code, message } = error as Partial<Record<'code' | 'message', string>>
    const fields = { code: code ?? 'ERR_UNEXPECTED', message: message ?? 'not an error' }
    tap({ kind: 'state', time: systemClock.now(), node, what: 'fault', fields })
  }

export const startNode: StartNode = () => Promise.reject(new Error('no node can be started yet'))
