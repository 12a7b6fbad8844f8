import { TemporaryFailure } from '../../core/errors.ts'
import type { Clock } from '../../core/environment.ts'
import type { Fields, Tap, TapEvent } from '../../core/tap.ts'
import type { Instant } from '../../core/units.ts'
import { Busy, type ChangedPermissions, type Given, type Stage } from '../../testbed/acts/act.ts'
import { armedNow } from '../../testbed/acts/armed.ts'
import { perform, type Performed } from '../../testbed/acts/lab-acts.ts'
import type { ScenarioResult } from '../../testbed/result.ts'
import type { NetworkNode, Run, SetUpObserver, StartRun } from '../../testbed/run.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import type { RecordedRun } from './recorded-run.ts'
import { RecordedRuns } from './recorded-runs.ts'

export interface TestbedOptions {
  readonly config: NetworkConfig
  readonly unsafeRevealKeys: boolean
  readonly startRun: StartRun
  readonly clock: Clock
  /** Something beside the standing network that its person may want to know. */
  readonly note: (text: string) => void
}

/** A standing network with its runs and those beside it, and what can be done to it. */
export class TestbedConsole implements SetUpObserver {
  readonly config: NetworkConfig
  readonly unsafe: boolean
  readonly runs = new RecordedRuns()
  readonly #options: TestbedOptions
  readonly #permissions: ChangedPermissions = new Map()
  #recording: RecordedRun | undefined
  #standing: Run | undefined
  #playing: { readonly name: string; readonly stopped: Promise<void> } | undefined

  constructor(options: TestbedOptions) {
    this.#options = options
    this.config = options.config
    this.unsafe = options.unsafeRevealKeys
  }

  /** The network is up: what it tells from now on is of its first set-up. */
  stands(run: Run, scenario: string, start: Instant): void {
    this.#standing = run
    this.#recording = this.#record(scenario, run.nodes, 'standing', start)
  }

  begins(course: string): void {
    const { clock } = this.#options
    this.#recording = this.#record(course, this.#standing?.nodes ?? [], 'standing', clock.now())
  }

  readonly tap: Tap = (event: TapEvent) => this.#recording?.tap(event)

  ended(result: ScenarioResult): void {
    this.#recording?.ended(result)
  }

  failed(): void {
    this.#recording?.failed()
  }

  /** Throws WrongAct, TemporaryFailure while the network starts, and what the act throws. */
  perform(act: string, given: Given): Promise<Performed> {
    return perform(act, given, this.#stage())
  }

  /** What each node that runs, or that of this name, holds now. Throws TemporaryFailure. */
  async nodes(only?: string): Promise<readonly Fields[]> {
    const { nodes, network } = this.#stage().run
    const wanted = nodes.filter(({ name }) => only === undefined || name === only)
    const shown = await Promise.all(wanted.map(({ name }) => network.show(name)))
    return shown.filter((view) => view !== undefined)
  }

  /** What was done and can be taken back; each with its `undo`. */
  armed(): readonly object[] {
    const run = this.#standing
    if (!run) return []
    const flat = ({ act, given }: { readonly act: string; readonly given: Given }) => ({ act, ...given })
    return armedNow({ run, permissions: this.#permissions }).map(({ undo, command, ...one }) => ({
      ...{ ...flat(one), command, undo: flat(undo) },
    }))
  }

  /** Ends what plays beside the standing network. */
  async close(): Promise<void> {
    await this.#playing?.stopped
  }

  #stage(): Stage {
    const run = this.#standing
    if (!run) throw new TemporaryFailure('the network is not up yet')
    return {
      ...{ config: this.config, run, permissions: this.#permissions },
      play: (scenario, between) => this.#play(scenario, between),
    }
  }

  #record(
    scenario: string,
    nodes: readonly NetworkNode[],
    network: 'standing' | 'own',
    start: Instant,
  ): RecordedRun {
    return this.runs.begin({ scenario, nodes, start, unsafe: this.unsafe, network })
  }

  async #play(scenario: string, between: readonly [string, string] | undefined): Promise<number> {
    if (this.#playing) throw new Busy(`${this.#playing.name} is under way`)
    let free: () => void = () => undefined
    const playing = { name: scenario, stopped: new Promise<void>((resolve) => (free = resolve)) }
    this.#playing = playing
    const over = () => {
      this.#playing = undefined
      free()
    }
    try {
      const { run, recording } = await this.#start(scenario, between)
      void this.#toTheEnd(run, recording).finally(over)
      return recording.about.run
    } catch (error) {
      over()
      throw error
    }
  }

  /** Events that come before its nodes are known wait for them. */
  async #start(scenario: string, between: readonly [string, string] | undefined) {
    const start = this.#options.clock.now()
    const held: TapEvent[] = []
    let tap: Tap = (event) => void held.push(event)
    const run = await this.#options.startRun({
      ...{ config: this.config, scenario, once: true, processes: false, apart: true },
      unsafeRevealKeys: this.unsafe,
      ...(between && { between }),
      tap: (event) => tap(event),
    })
    const recording = this.#record(scenario, run.nodes, 'own', start)
    tap = recording.tap
    for (const event of held) tap(event)
    return { run, recording }
  }

  async #toTheEnd(run: Run, recording: RecordedRun): Promise<void> {
    const { note } = this.#options
    const { scenario, run: number } = recording.about
    try {
      const result = await run.result
      recording.ended(result)
      note(`run ${number} of the console: ${scenario}, ${result.outcome.replace('-', ' ')}`)
    } catch (error) {
      recording.failed()
      note(`error: run ${number} of the console, ${scenario}: ${(error as Error).message}`)
    }
    await run.stop()
  }
}
