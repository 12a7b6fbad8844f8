import type { Plmn } from '../core/identities/plmn.ts'
import type { Clock, Timers } from '../core/environment.ts'
import type { Tap } from '../core/tap.ts'
import { milliseconds } from '../core/units.ts'
import { systemClock, systemTimers } from '../io/system.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { between, onFreePorts, withOwnStores } from './arrangements.ts'
import { CannotRun } from './cannot-run.ts'
import { castOf, type Cast } from './cast.ts'
import {
  startLocalNetwork,
  type LocalNetwork,
  startNodes,
  type Network,
  type ProcessControl,
} from './network.ts'
import { faultTap } from './node-context.ts'
import { withDerivations } from './derivations.ts'
import { endLink, play, Stepper } from './play.ts'
import { startProcessNetwork } from './processes/process-network.ts'
import type { ScenarioResult } from './result.ts'
import { findScenario, isStaged, setUpAlone, type Course, type Scenario } from './scenarios.ts'
import { SeededRandom } from './simulation/seeded-random.ts'
import { simulatedWorld } from './simulation/simulated-network.ts'
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
  /** No sockets and no files: simulated time, radio and streams, the same each time. */
  readonly simulated?: boolean
  /** Needs the `lab` section: keys stay in messages, and TLS secrets come as TapSecret. */
  readonly unsafeRevealKeys: boolean
  /** Beside another network of the same configuration: stores and ports of its own. */
  readonly apart?: boolean
  /** Names of UE-1 and UE-2, where they are others than the configuration has first. */
  readonly between?: readonly [string, string]
  /** Told of set-ups after the first. */
  readonly laterSetUps?: SetUpObserver
}

/** Who wants to know where one set-up ends and the next begins in the stream of events. */
export interface SetUpObserver {
  /** Before the first event of the set-up. */
  begins(course: string): void
  ended(result: ScenarioResult): void
  /** It came to no end of its own. */
  failed(error: unknown): void
}

/** A running network as those see it who act on it; a network of processes has no hold on its nodes. */
export type RunningNetwork = Network &
  Partial<Pick<LocalNetwork, 'lab' | 'running' | 'faults'> & ProcessControl>

export interface Run {
  readonly nodes: readonly NetworkNode[]
  /** Resolves when the link was used (and, with `once`, released) or the set-up ended otherwise. */
  readonly result: Promise<ScenarioResult>
  /** The same between the same UEs once more, their present link released; for a network that stays up. */
  again(): Promise<ScenarioResult>
  /** Steps 2 to 14 between two UEs, the network being as it is. Throws CannotRun. */
  connect(from: string, to: string): Promise<ScenarioResult>
  readonly network: RunningNetwork
  /** Gets what was done to the network, beside what its nodes tell. */
  readonly tell: Tap
  /** Nodes in processes of their own, when the run has them. */
  readonly processes: ProcessControl | undefined
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** Starts the configured network and the scenario on it; resolves when all nodes serve, before the first message of step 0. */
export type StartRun = (options: RunOptions) => Promise<Run>

/** Where a scenario is played: what time it has, and how it comes to pass. */
interface Stage {
  readonly network: RunningNetwork
  readonly config: NetworkConfig
  readonly clock: Clock
  readonly timers: Timers
  /** Sees to it that time passes while something is waited for. */
  through<Value>(work: Promise<Value>): Promise<Value>
  /** Takes away what was made for the run alone. */
  remove(): void
}

const systemTime = {
  ...{ clock: systemClock, timers: systemTimers },
  through: <Value>(work: Promise<Value>) => work,
}

function arrangedFor({ arrangement }: Scenario, { config, between: cast }: RunOptions): NetworkConfig {
  const given = cast ? between(...cast)(config) : config
  return arrangement?.(given) ?? given
}

async function onSockets(scenario: Scenario, options: RunOptions, tap: Tap): Promise<Stage> {
  const { processes, unsafeRevealKeys } = options
  const arranged = arrangedFor(scenario, options)
  const { config, remove } =
    isStaged(scenario) || options.apart
      ? withOwnStores(options.apart ? onFreePorts(arranged) : arranged)
      : { config: arranged, remove: () => undefined }
  const setting = { config, tap, unsafeRevealKeys, onFault: faultTap(tap) }
  try {
    const network = processes
      ? await startProcessNetwork(setting)
      : await startLocalNetwork(setting, stagesOf(scenario, config))
    return { network, config, remove, ...systemTime }
  } catch (error) {
    // The stores of a network that does not come up do not stay.
    remove()
    throw error
  }
}

/** Each way of a stream takes so many milliseconds. */
const latency = 2

async function inSimulation(scenario: Scenario, options: RunOptions, tap: Tap): Promise<Stage> {
  const { unsafeRevealKeys } = options
  const config = arrangedFor(scenario, options)
  const { clock, context } = simulatedWorld({ config, tap, unsafeRevealKeys }, new SeededRandom(1), latency)
  const network = await clock.until(startNodes(context, stagesOf(scenario, config)))
  const through = <Value>(work: Promise<Value>) => clock.until(work)
  return { network, config, clock, timers: clock, through, remove: () => undefined }
}

const releasePatience = milliseconds(1_500)

export const startRun: StartRun = async (options) => {
  const scenario = checkedScenario(options)
  const stepper = new Stepper(options.unsafeRevealKeys ? withDerivations(options.tap) : options.tap)
  const stage = await (options.simulated ? inSimulation : onSockets)(scenario, options, stepper.tap)
  const { network, config, clock } = stage
  const { pid, restart } = network
  const played = (course: Course, cast: Cast) =>
    stage.through(play({ course, cast, once: options.once }, { network, stepper, clock }))
  const result = played(scenario, castOf(config))
  const next = inTurn(result, played, options.laterSetUps)
  return {
    ...{ nodes: network.nodes, network, result, tell: stepper.tap },
    again: () => next(scenario, castOf(config)),
    connect: async (from, to) => next(setUpAlone, pairOf(config, from, to)),
    processes: pid && restart && { pid, restart },
    async stop() {
      // A UE that does not answer any more holds nobody up.
      const patience = new Promise<void>((resolve) => void stage.timers.after(releasePatience, resolve))
      const ending = endLink(config, network).catch(() => undefined)
      await stage.through(Promise.race([ending, patience]))
      await stage.through(network.stop())
      stage.remove()
    },
  }
}

/** Throws CannotRun. */
function checkedScenario({ scenario: name, config, processes, simulated }: RunOptions): Scenario {
  const scenario = findScenario(name)
  if (!scenario) throw new CannotRun(`there is no scenario ${name}`)
  if (config.ues.length < 2) throw new CannotRun(`a link needs two UEs, ${config.file} has fewer`)
  if (processes && isStaged(scenario)) throw new CannotRun(`${scenario.name} needs all nodes in one process`)
  if (processes && simulated) throw new CannotRun('a simulation has all nodes in one process')
  return scenario
}

/** One set-up after the other: each measures everything that happens while it lasts. */
function inTurn(
  first: Promise<unknown>,
  played: (course: Course, cast: Cast) => Promise<ScenarioResult>,
  observer: SetUpObserver | undefined,
): typeof played {
  let last: Promise<unknown> = first
  const observed = async (course: Course, cast: Cast) => {
    observer?.begins(course.name)
    try {
      const result = await played(course, cast)
      observer?.ended(result)
      return result
    } catch (error) {
      observer?.failed(error)
      throw error
    }
  }
  return (course, cast) => {
    const next = last.catch(() => undefined).then(() => observed(course, cast))
    last = next
    return next
  }
}

/** Throws CannotRun. */
function pairOf({ ues, file }: NetworkConfig, from: string, to: string): Cast {
  const [ue1, ue2] = [from, to].map((name) => ues.find((ue) => ue.name === name))
  if (!ue1 || !ue2) throw new CannotRun(`${file} has no UE ${ue1 ? to : from}`)
  if (ue1 === ue2) throw new CannotRun(`${from} has no link with itself`)
  return { ue1, ue2 }
}
