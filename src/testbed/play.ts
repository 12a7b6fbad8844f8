import { Outage, ProseError } from '../core/errors.ts'
import type { Clock } from '../core/environment.ts'
import type { Step, Tap, TapEvent } from '../core/tap.ts'
import { eeaById } from '../crypto/eea.ts'
import { eiaById } from '../crypto/eia.ts'
import type { SetUpResult } from '../entities/ue/set-up.ts'
import type { NetworkConfig, UeConfig } from '../nodes/config/network-config.ts'
import { castOf, type Cast } from './cast.ts'
import { Measure } from './measure.ts'
import type { LocalNetwork, Network } from './network.ts'
import type { ScenarioResult } from './result.ts'
import type { Course } from './scenarios.ts'
import type { LinkSummary, UeControl } from './ue-control.ts'

/** User data that shows the link, each way. */
const packets = 20
/** Packets that take longer than this, in milliseconds, count as lost. */
const patience = 2_000

interface Player {
  readonly config: UeConfig
  readonly control: UeControl
}

interface Players {
  readonly ue1: Player
  readonly ue2: Player
  readonly ue3: Player | undefined
}

/** Gives the messages of bootstrapping the step they belong to: 0 for UE-2, 1 for UE-1. */
export class Stepper {
  readonly #tap: Tap
  #measure = new Measure()
  #phase: Step | undefined

  constructor(tap: Tap) {
    this.#tap = tap
  }

  /** A new set-up is measured from here. */
  begin(): void {
    this.#measure = new Measure()
  }

  enter(phase: Step | undefined): void {
    this.#phase = phase
  }

  get measure(): Measure {
    return this.#measure
  }

  readonly tap: Tap = (event) => {
    const stepped = this.#stepped(event)
    this.#measure.add(stepped)
    this.#tap(stepped)
  }

  #stepped(event: TapEvent): TapEvent {
    if ((event.kind !== 'message' && event.kind !== 'state') || event.step !== undefined) return event
    if (this.#phase !== undefined && !isOfConnection(event)) return { ...event, step: this.#phase }
    // After steps 0 and 1 the only reason to ask a BSF is a B-TID that is not found at KMF-1.
    if (event.kind === 'message' && event.point === 'Zn' && !event.heartbeat) return { ...event, step: '7c' }
    // BSF and HSS do not know for which step they are asked.
    if (event.kind === 'state' && event.what === 'refused')
      return { ...event, step: event.fields['point'] === 'Zn' ? '7c' : '7' }
    return event
  }
}

/** Connections come and go whatever step is taken. */
const isOfConnection = (event: TapEvent): boolean =>
  event.kind === 'message'
    ? (event.heartbeat ?? false)
    : event.kind === 'state' && ['peer-up', 'peer-lost', 'process-ended', 'counted'].includes(event.what)

/** How the attempt of UE-1 ended, with what both UEs hold then. */
interface Played {
  readonly setUp: SetUpResult
  /** At UE-1, then at UE-2; both when the set-up is good. */
  readonly links: readonly LinkSummary[]
  /** Packets that came, each time some were sent. */
  readonly rounds: readonly number[]
  readonly times: { readonly begin: number; readonly bootstrapped: number; readonly secured: number }
}

/** What is played, and by whom. */
export interface Play {
  readonly course: Course
  readonly cast: Cast
  /** The link is released when it was used. */
  readonly once: boolean
}

/** Where it is played. */
export interface Scene {
  readonly network: Network & Partial<Pick<LocalNetwork, 'lab'>>
  readonly stepper: Stepper
  readonly clock: Clock
}

/** Steps 0 to 14 between two UEs, user data, and the release when `once`. */
export async function play(
  { course, cast, once }: Play,
  { network, stepper, clock }: Scene,
): Promise<ScenarioResult> {
  const { ue1, ue2, ue3 } = playersOf(cast, network)
  await releaseLink(ue1, ue2)
  stepper.begin()
  const begin = clock.now()
  const obstacle = await bootstrapAll(course, { ue1, ue2, ue3 }, network, stepper)
  if (network.lab) await course.afterStep1?.(network.lab)
  const bootstrapped = clock.now()
  const setUp = obstacle ?? (await discoverAndConnect(ue1, ue2))
  const secured = clock.now()
  const isUp = setUp.outcome === 'secured' && (await linksOf(ue1, ue2)).length === 2
  await network.settle()
  stepper.measure.setUpIsOver()
  const rounds = isUp ? await useLink(course, ue1, ue2) : []
  const links = isUp ? await linksOf(ue1, ue2) : []
  if (once) await releaseLink(ue1, ue2)
  await network.settle()
  const played = { setUp, links, rounds, times: { begin, bootstrapped, secured } }
  return resultOf(course, played, stepper.measure, clock.now() - begin)
}

/** The link of a standing network ends as links do: UE-1 releases it. */
export function endLink(config: NetworkConfig, network: Network): Promise<void> {
  const { ue1, ue2 } = playersOf(castOf(config), network)
  return releaseLink(ue1, ue2)
}

/** The newest link as UE-1 and as UE-2 holds it. */
async function linksOf(ue1: Player, ue2: Player): Promise<readonly LinkSummary[]> {
  const seen = [await ue1.control.links(layer2IdOf(ue2)), await ue2.control.links(layer2IdOf(ue1))]
  return seen.flatMap((links) => links.at(-1) ?? [])
}

/** Resolves when UE-2 said so too, or did not answer. */
async function releaseLink(ue1: Player, ue2: Player): Promise<void> {
  const peer = layer2IdOf(ue2)
  if ((await ue1.control.links(peer)).length > 0) await ue1.control.release(peer)
}

function playersOf({ ue1, ue2, ue3 }: Cast, network: Network): Players {
  const player = (ue: UeConfig): Player => ({ config: ue, control: network.ue(ue.name) })
  return { ue1: player(ue1), ue2: player(ue2), ue3: ue3 && player(ue3) }
}

const layer2IdOf = ({ config }: Player): number => config.proseUeIds[0] ?? 0

/** Steps 0 and 1; what stood in the way, when something did. */
async function bootstrapAll(
  course: Course,
  { ue1, ue2, ue3 }: Players,
  network: Network,
  stepper: Stepper,
): Promise<SetUpResult | undefined> {
  const phases: readonly (readonly [Step, () => Promise<void>])[] = [
    ...(course.ue2 === 'nothing' ? [] : [['0', () => ue2.control.openPc8()] as const]),
    ...(course.ue3 && ue3 ? [['0', () => ue3.control.openPc8()] as const] : []),
    ['1', () => step1(course, ue1)],
  ]
  for (const [step, run] of phases) {
    stepper.enter(step)
    try {
      await run()
    } catch (error) {
      stepper.enter(undefined)
      return endedBy(error, step)
    }
    // The KMF asks for the key of the PDK beside the handshake: that is part of the step.
    await network.settle()
  }
  stepper.enter(undefined)
  return undefined
}

function step1({ ue1: does }: Course, { control }: Player): Promise<void> {
  if (does === 'nothing') return Promise.resolve()
  return does === 'opens-pc8' ? control.openPc8() : control.bootstrap()
}

function endedBy(error: unknown, endedAt: Step): SetUpResult {
  if (!(error instanceof ProseError)) throw error
  const { code, clause } = error
  const outcome = error instanceof Outage ? 'failed' : 'refused'
  return { outcome, reason: code, clause: clause ?? null, endedAt, attempts: 0, link: null }
}

/** Step 2 in the model that UE-2 is configured for, as a relay when UE-1 wants one; then 3 to 14. */
async function discoverAndConnect(ue1: Player, ue2: Player): Promise<SetUpResult> {
  const model = ue2.config.discovery === 'model-b' ? 'b' : 'a'
  const { wantedRelayServiceCode: relay } = ue1.config
  const searching = ue1.control.discover(model, ue2.config.userInfoId, relay)
  await ue2.control.beDiscoverable(model)
  const found = await searching
  if (found !== null) return ue1.control.connect(found, relay)
  return {
    ...{ outcome: 'timed-out', reason: 'ERR_NO_ANSWER', clause: 'TS 23.303 5.3', endedAt: '2' },
    ...{ attempts: 0, link: null },
  }
}

/** User data, and once more after a rekeying where the scenario has one. */
async function useLink({ rekeys }: Course, ue1: Player, ue2: Player): Promise<readonly number[]> {
  const before = await exchangeData(ue1, ue2)
  if (!rekeys) return [before]
  await ue1.control.rekey(layer2IdOf(ue2))
  return [before, await exchangeData(ue1, ue2)]
}

const dataOf = (rounds: readonly number[]) => ({
  sent: rounds.length * 2 * packets,
  received: rounds.reduce((sum, count) => sum + count, 0),
})

/** So many packets each way; those that came, both ways together. */
async function exchangeData(ue1: Player, ue2: Player): Promise<number> {
  const [id1, id2] = [layer2IdOf(ue1), layer2IdOf(ue2)]
  await ue1.control.sendPackets(id2, packets)
  const there = await ue2.control.awaitPackets(id1, packets, patience)
  await ue2.control.sendPackets(id1, packets)
  const back = await ue1.control.awaitPackets(id2, packets, patience)
  return there + back
}

function resultOf({ name, expect }: Course, played: Played, measure: Measure, ms: number): ScenarioResult {
  const { setUp, links, rounds, times } = played
  const [link1, link2] = links
  const keysEqual = link1 && link2 ? link1.kdSess === link2.kdSess : null
  const { branch, decidedBy, ...measures } = measure.result
  const outcome = setUp.outcome === 'secured' && !keysEqual ? 'failed' : setUp.outcome
  const { reason, clause, endedAt, attempts } = setUp
  return {
    ...{ scenario: name, outcome, branch, attempts, reason, clause, endedAt, keysEqual },
    decidedBy: outcome === 'secured' ? null : decidedBy,
    expected:
      expect === undefined
        ? null
        : outcome === expect.outcome &&
          branch === expect.branch &&
          reason === expect.reason &&
          attempts === expect.attempts,
    eea: (link1 && eeaById(link1.eea)?.name) ?? null,
    eia: (link1 && eiaById(link1.eia)?.name) ?? null,
    data: link1 && link2 ? dataOf(rounds) : null,
    ...measures,
    ...{ ms, bootstrapMs: times.bootstrapped - times.begin, setupMs: times.secured - times.bootstrapped },
  }
}
