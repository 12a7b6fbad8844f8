import type { Tap, TapEvent } from '../../core/tap.ts'
import { Instant } from '../../core/units.ts'
import type { OpenConsole } from '../../console/server/open-console.ts'
import type { TestbedConsole } from '../../console/server/testbed-console.ts'
import { CaptureFile } from '../../io/capture/capture-file.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import type { ScenarioResult } from '../../testbed/result.ts'
import type { Run, SetUpObserver } from '../../testbed/run.ts'
import { simulatedStart } from '../../testbed/simulated-clock.ts'
import { NotALab } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { NetworkFlags, RunFlags } from '../flags.ts'
import type { Interruption } from '../interruption.ts'
import type { Services } from '../services.ts'
import { standBy } from './stand-by.ts'
import { noticeOf } from '../notices.ts'
import { note, type Terminal } from '../terminal.ts'
import { viewOf, type View } from '../view.ts'

export interface Surroundings {
  readonly terminal: Terminal
  readonly services: Services
  readonly interruption: Interruption
}

export interface Order {
  readonly config: NetworkConfig
  readonly scenario: string
  readonly flags: RunFlags
  /** The link is released when it was used; otherwise it stays until somebody interrupts. */
  readonly once: boolean
  /** Open; gets a section for this run. */
  readonly capture: CaptureFile | undefined
  /** Given: nothing is shown, this gets the result. */
  readonly onResult?: (result: ScenarioResult) => void
  /** The console of a network that stays up. */
  readonly console?: OpenConsole
}

const unsafeWarning =
  'unsafe: this run shows and records keys; treat its output and capture as you treat the keys'

/** Runs `work` between the two warnings that keys are shown; throws NotALab where they may not be. */
export async function withWarning<Result>(
  config: NetworkConfig,
  flags: NetworkFlags,
  terminal: Terminal,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!flags.unsafeRevealKeys) return work()
  if (config.lab === undefined)
    throw new NotALab(`--unsafe-reveal-keys needs a lab: section, and ${config.file} has none`)
  note(terminal, unsafeWarning)
  try {
    return await work()
  } finally {
    note(terminal, unsafeWarning)
  }
}

/** Runs `work` with the capture that `--pcap` asks for, if it does; throws OutputUnwritable. */
export async function withCapture<Result>(
  { pcap, unsafeRevealKeys = false }: RunFlags,
  work: (capture: CaptureFile | undefined) => Promise<Result>,
): Promise<Result> {
  const capture = pcap === undefined ? undefined : new CaptureFile(pcap, unsafeRevealKeys)
  try {
    return await work(capture)
  } finally {
    capture?.close()
  }
}

/** Events that come before the nodes are known wait for them. */
class HeldTap {
  #held: TapEvent[] | undefined = []
  #sinks: readonly Tap[] = []

  readonly tap: Tap = (event) => {
    if (this.#held) this.#held.push(event)
    else for (const sink of this.#sinks) sink(event)
  }

  release(...sinks: readonly Tap[]): void {
    const held = this.#held ?? []
    this.#held = undefined
    this.#sinks = sinks
    for (const event of held) this.tap(event)
  }
}

/** What is still told to the person who looks on. */
interface Telling {
  events: boolean
  notices: boolean
}

/** One scenario on a network of its own, from start to stop. */
export async function runOnce(order: Order, surroundings: Surroundings): Promise<ExitCode> {
  const { flags, config, scenario, once, capture, console: { testbed, url } = {} } = order
  const { terminal, services } = surroundings
  const { unsafeRevealKeys = false, simulated = false } = flags
  const start = simulated ? simulatedStart : Instant(Date.now())
  const view = order.onResult
    ? silentView(order.onResult)
    : viewOf(terminal, { flags, scenario, start, console: url })
  const held = new HeldTap()
  const telling: Telling = { events: true, notices: true }
  const processes = flags.processes ?? false
  const starting = services.startRun({
    config,
    scenario,
    tap: held.tap,
    once,
    processes,
    simulated,
    unsafeRevealKeys,
    laterSetUps: showing(view, testbed),
  })
  const run = await Promise.race([starting, surroundings.interruption.happened])
  if (typeof run === 'number') return await giveUp(starting, run, surroundings.interruption)
  view.begin(run.nodes)
  capture?.begin(scenario, run.nodes)
  testbed?.stands(run, scenario, start)
  held.release(capture?.tap ?? ignore, testbed?.tap ?? ignore, (event) => {
    if (telling.events) view.event(event)
    const notice = telling.notices ? noticeOf(event) : undefined
    if (notice !== undefined) note(terminal, notice)
  })
  return await toTheEnd(run, view, order, surroundings, telling)
}

const ignore: Tap = () => undefined

/** What the set-ups of a network that stays up come to. */
const showing = (view: View, testbed: TestbedConsole | undefined): SetUpObserver => ({
  begins: (course) => testbed?.begins(course),
  ended(result) {
    testbed?.ended(result)
    view.result(result, false)
  },
  failed: () => testbed?.failed(),
})

const silentView = (onResult: (result: ScenarioResult) => void): View => ({
  begin: () => undefined,
  event: () => undefined,
  result: onResult,
  end: () => undefined,
})

/** Interrupted before the network was up: it is stopped if it comes up soon, and left behind if it does not. */
async function giveUp(starting: Promise<Run>, code: ExitCode, { atOnce }: Interruption): Promise<ExitCode> {
  const timer = setTimeout(() => atOnce(code), patience)
  try {
    await (await starting).stop()
  } finally {
    clearTimeout(timer)
  }
  return code
}

/** For a start that was interrupted, in milliseconds. */
const patience = 2_000

async function toTheEnd(
  run: Run,
  view: View,
  { once, console }: Order,
  { terminal, interruption: { happened } }: Surroundings,
  telling: Telling,
): Promise<ExitCode> {
  try {
    const ended = await Promise.race([run.result, happened])
    if (typeof ended === 'number') return once ? ended : exitCodes.done
    console?.testbed.ended(ended)
    view.result(ended, !once)
    if (!once) await standBy(run, terminal, happened)
    // The result is the last word: what a network tells as it stops goes into the capture only.
    else telling.events = false
    return exitCodeOf(ended)
  } finally {
    // Connections that a network gives up as it stops are nothing to warn of.
    telling.notices = false
    await run.stop()
    view.end()
  }
}

const exitCodeOf = ({ expected }: ScenarioResult): ExitCode =>
  expected ? exitCodes.done : exitCodes.otherOutcome
