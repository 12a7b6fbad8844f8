import type { Plmn } from '../core/identities/plmn.ts'
import type { Tap } from '../core/tap.ts'
import { milliseconds } from '../core/units.ts'
import { elapsed, systemClock } from '../io/system.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { withOwnStores } from './arrangements.ts'
import { CannotRun } from './cannot-run.ts'
import {
  faultTap,
  startLocalNetwork,
  type LocalNetwork,
  type NetworkOptions,
  type ProcessControl,
} from './network.ts'
import { endLink, play, Stepper } from './play.ts'
import { startProcessNetwork } from './processes/process-network.ts'
import type { ScenarioResult } from './result.ts'
import { findScenario, isStaged, type Scenario } from './scenarios.ts'
import { stagesOf } from './stage.ts'

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

/** The stores of a network that does not come up do not stay. */
async function startStaged(
  setting: NetworkOptions,
  scenario: Scenario,
  remove: (() => void) | undefined,
): Promise<LocalNetwork> {
  try {
    return await startLocalNetwork(setting, stagesOf(scenario, setting.config))
  } catch (error) {
    remove?.()
    throw error
  }
}

const releasePatience = milliseconds(1_500)

export const startRun: StartRun = async (options) => {
  const { config, once, processes, unsafeRevealKeys } = options
  const scenario = findScenario(options.scenario)
  if (!scenario) throw new CannotRun(`there is no scenario ${options.scenario}`)
  if (config.ues.length < 2) throw new CannotRun(`a link needs two UEs, ${config.file} has fewer`)
  if (processes && isStaged(scenario)) throw new CannotRun(`${scenario.name} needs all nodes in one process`)
  const stepper = new Stepper(options.tap)
  const { tap } = stepper
  const stage = isStaged(scenario) ? withOwnStores(scenario.arrangement?.(config) ?? config) : undefined
  const setting = { config: stage?.config ?? config, tap, unsafeRevealKeys, onFault: faultTap(tap) }
  const separate = processes ? await startProcessNetwork(setting) : undefined
  const network = separate ?? (await startStaged(setting, scenario, stage?.remove))
  const played = (last: boolean) => play(scenario, setting.config, network, stepper, systemClock, last)
  return {
    nodes: network.nodes,
    result: played(once),
    again: () => played(once),
    processes: separate,
    async stop() {
      // A UE that does not answer any more holds nobody up.
      await Promise.race([endLink(setting.config, network).catch(() => undefined), elapsed(releasePatience)])
      await network.stop()
      stage?.remove()
    },
  }
}
