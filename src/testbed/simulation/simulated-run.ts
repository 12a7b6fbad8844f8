import { hex, utf8 } from '../../core/bytes.ts'
import type { Tap } from '../../core/tap.ts'
import { sqnOf } from '../../core/sequence-number.ts'
import { inMilliseconds, milliseconds, minutes, seconds } from '../../core/units.ts'
import type { SetUpResult } from '../../entities/ue/set-up.ts'
import { NotPossibleNow, type Ue } from '../../entities/ue/ue.ts'
import type { UeNode } from '../../nodes/ue-node.ts'
import { startNodes, type LocalNetwork } from '../network.ts'
import type { Branch } from '../result.ts'
import { Adversary, messageOf, withOctetChanged } from './adversary.ts'
import { drawRun, type Act, type DrawnRun, type RadioFaults } from './drawn-run.ts'
import { expectationOf } from './expectation.ts'
import { Observer } from './observer.ts'
import { SeededRandom } from './seeded-random.ts'
import { simulatedWorld, type SimulatedWorld } from './simulated-network.ts'

/** One call of a run and how it ended. */
export interface CallResult extends Pick<SetUpResult, 'outcome' | 'reason' | 'attempts'> {
  readonly from: string
  readonly to: string
  readonly branch: Branch | null
  /** Simulated. */
  readonly ms: number
}

export interface RunReport {
  readonly run: DrawnRun
  readonly calls: readonly CallResult[]
  /** What went against a rule, in words; none when all is well. */
  readonly violations: readonly string[]
}

/** Every set-up ends within this. */
const longest = inMilliseconds(seconds(120))
/** A link that only one end took for secured ends with T4108. */
const untilRest = inMilliseconds(seconds(75))
/** A node that was silent speaks again after this. */
const silence = inMilliseconds(seconds(20))
/** What is left of a network that ended: answers on their way, goodbyes. */
const aftermath = inMilliseconds(seconds(25))
/** What a USIM that is ahead of its HSS has taken. */
const sqnAhead = sqnOf(1_000_000, 0)
/** Half-open links of one UE (R44), and beside them those that it asked for or gives up. */
const mostHalfOpen = 64
const mostOthers = 8

/** The run of a seed, from start to stop; `tap` gets everything that its nodes tell. */
export type SimulateRun = (seed: number, tap?: Tap) => Promise<RunReport>

export const simulateRun: SimulateRun = async (seed, tap = () => undefined) => {
  const run = drawRun(seed)
  const play = new Play(run, tap)
  try {
    await play.all()
  } catch (error) {
    play.violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  return { run, calls: play.calls, violations: play.violations }
}

class Play {
  readonly calls: CallResult[] = []
  readonly #run: DrawnRun
  readonly #random: SeededRandom
  readonly #observer: Observer
  readonly #world: SimulatedWorld
  readonly #faults: (() => void)[] = []
  #open = 0

  constructor(run: DrawnRun, tap: Tap) {
    this.#run = run
    // Apart from the draws of `drawRun`, so that one more draw there does not change the keys of all runs.
    this.#random = new SeededRandom(run.seed ^ 0x5eed)
    this.#observer = new Observer(run, (nonce1) => this.#wasRenegotiationSent(nonce1))
    const options = {
      ...{ config: run.config, unsafeRevealKeys: false },
      tap: (event: Parameters<Tap>[0]) => {
        this.#observer.tap(event)
        tap(event)
      },
    }
    this.#world = simulatedWorld(options, this.#random, run.latency)
  }

  #wasRenegotiationSent(nonce1: string): boolean {
    return this.#world.radio.sent.some((sent) => {
      const message = sent.name === 'bootstrappingRenegotiationRequest' ? messageOf(sent) : undefined
      return message?.type === 'bootstrappingRenegotiationRequest' && hex(message.nonce1) === nonce1
    })
  }

  get violations(): string[] {
    return this.#observer.violations
  }

  async all(): Promise<void> {
    const { clock } = this.#world
    const { preparation, config } = this.#run
    const [ue1] = config.ues
    const stages = new Map(ue1 && preparation.usimAhead ? [[ue1.name, { highestSqn: sqnAhead }]] : [])
    const network = await clock.until(startNodes(this.#world.context, stages))
    const ues = network.running.flatMap((node) => ('ue' in node ? [node as UeNode] : []))
    await clock.until(this.#prepare(network))
    await this.#disturbed(network, ues)
    await this.#atRest(ues)
    await clock.until(network.stop())
    await clock.advance(aftermath)
    if (clock.pending > 0) this.violations.push(`${clock.pending} timers outlive the network`)
  }

  async #prepare(network: LocalNetwork): Promise<void> {
    const { preparation, slow } = this.#run
    const [ue1, ...others] = this.#run.config.ues.map(({ name }) => network.ue(name))
    for (const ue of others) if (this.#random.chance(0.9)) await ue.openPc8()
    if (preparation.ue1 === 'bootstraps') await ue1?.bootstrap()
    if (preparation.ue1 === 'opens-pc8') await ue1?.openPc8()
    if (preparation.expired) network.lab.pass(minutes(61))
    if (preparation.forgotten) await network.lab.forgetBTids()
    if (preparation.ubBlocked) network.lab.blockUb()
    if (slow) this.#world.streams.slowDown(slow.node, slow.by)
  }

  /** What was drawn happens, until every set-up has ended; then the air is good again. */
  async #disturbed(network: LocalNetwork, ues: readonly UeNode[]): Promise<void> {
    const { clock, radio } = this.#world
    if (this.#run.radio) this.#spoil(this.#run.radio)
    const ids = ues.map(({ ue }) => ue.layer2Id)
    const adversary = new Adversary(radio, ids, this.#random)
    const last = Math.max(...this.#run.acts.map(({ at }) => at))
    for (const act of this.#run.acts)
      clock.after(milliseconds(act.at), () => {
        this.#perform(act, network, ues, adversary)
        clock.after(milliseconds(2), () => this.#checkBounds(ues))
      })
    await clock.advance(milliseconds(last))
    await clock.runUntil(() => this.#open === 0, longest)
    if (this.#open > 0) this.violations.push(`${this.#open} set-ups did not end within 120 s`)
    for (const stop of this.#faults.splice(0)) stop()
    if (isCalm(this.#run)) this.#compare()
  }

  #perform(act: Act, network: LocalNetwork, ues: readonly UeNode[], adversary: Adversary): void {
    const ueOf = (name: string) => ues.find((node) => node.name === name)?.ue
    switch (act.kind) {
      case 'call':
        void this.#call(act.from, act.to, ues)
        return
      case 'release': {
        const ue = ueOf(act.ue)
        const link = ue?.links().at(-1)
        if (link) ue?.release(link.label)
        return
      }
      case 'mute':
        this.#faults.push(this.#world.radio.drop('any', { from: act.ue }))
        return
      case 'replay':
      case 'forge':
      case 'flood':
        adversary[act.kind]()
        return
      case 'end':
        void network.running.find(({ name }) => name === act.node)?.stop()
        return
      case 'silence':
        this.#world.clock.after(silence, this.#world.streams.silence(act.node))
        return
      case 'forget':
        void network.lab.forgetBTids()
    }
  }

  async #call(from: string, to: string, ues: readonly UeNode[]): Promise<void> {
    const [caller, called] = [from, to].map((name) => ues.find((node) => node.name === name)?.ue)
    if (!caller || !called) return
    const begin = this.#world.clock.now()
    this.#open++
    try {
      const { outcome, reason, attempts, link } = await caller.connect(called.layer2Id)
      const trace = caller.links().find(({ label }) => label === link)?.trace
      const ms = this.#world.clock.now() - begin
      if (ms > longest) this.violations.push(`the set-up from ${from} to ${to} took ${ms} ms`)
      this.calls.push({
        from,
        to,
        outcome,
        reason,
        attempts,
        branch: this.#observer.branchOf(from, trace),
        ms,
      })
    } catch (error) {
      if (!(error instanceof NotPossibleNow)) this.violations.push(`the call from ${from}: ${String(error)}`)
    } finally {
      this.#open--
    }
  }

  #spoil({ lost, doubled, late, changed, reflected }: RadioFaults): void {
    const { radio } = this.#world
    const of = (percent: number) => ({ strikes: () => this.#random.chance(percent / 100) })
    this.#faults.push(
      radio.drop('any', of(lost)),
      radio.duplicate('any', of(doubled)),
      radio.reflect('any', of(reflected)),
      radio.tamper('any', (frame) => withOctetChanged(frame, this.#random), of(changed)),
      ...[3, 40, 900, 5_000].map((by) => radio.delay('any', milliseconds(by), of(late / 4))),
    )
  }

  /** Nothing disturbed the one call: it ends as the configuration says. */
  #compare(): void {
    const expected = expectationOf(this.#run)
    const [call] = this.calls
    const branchFits = expected.outcome !== 'secured' || expected.branches.some((one) => one === call?.branch)
    if (call?.outcome !== expected.outcome || call.reason !== expected.reason || !branchFits)
      this.violations.push(`the call ended as ${JSON.stringify(call)}, not as ${JSON.stringify(expected)}`)
  }

  #checkBounds(ues: readonly UeNode[]): void {
    for (const { ue, name } of ues)
      if (ue.size.links - ue.links().length > mostHalfOpen + mostOthers)
        this.violations.push(`R44: ${name} keeps ${ue.size.links} links`)
  }

  /** Once everything has come to rest both ends hold the same links, which work, whatever somebody without keys sends. */
  async #atRest(ues: readonly UeNode[]): Promise<void> {
    const { clock } = this.#world
    if (this.#run.watched) await clock.advance(untilRest)
    await clock.runUntil(() => isAtRest(ues), untilRest)
    this.#checkEqual(ues)
    await this.#checkAlive(ues)
    if (!this.#run.attacked) return
    await this.#attack(ues)
    await this.#checkAlive(ues)
  }

  /** Forged frames, and replayed ones, user data too: links stay as they are, and nobody gets anything. */
  async #attack(ues: readonly UeNode[]): Promise<void> {
    const { clock, radio } = this.#world
    const before = snapshotOf(ues)
    const ids = ues.map(({ ue }) => ue.layer2Id)
    const adversary = new Adversary(radio, ids, this.#random)
    let received = 0
    const stops = ues.map(({ ue }) => ue.onData(() => received++))
    for (let nth = 0; nth < 12; nth++) {
      if (this.#random.chance(0.3)) adversary.replay()
      else adversary.forge()
      await clock.advance(milliseconds(20))
    }
    for (const stop of stops) stop()
    if (received > 0) this.violations.push(`R26, R27: ${received} packets came that nobody sent`)
    if (snapshotOf(ues) !== before)
      this.violations.push(`R11, R21: live links were ${before}, and are ${snapshotOf(ues)} after an attack`)
  }

  #checkEqual(ues: readonly UeNode[]): void {
    for (const { one, other, here, there } of viewsOf(ues))
      if (here !== there)
        this.violations.push(`${one.name} holds [${here}] toward ${other.name}, which holds [${there}]`)
    for (const { name, ue } of ues)
      if (ue.size.links !== ue.links().length) this.violations.push(`${name} keeps a set-up that has ended`)
  }

  async #checkAlive(ues: readonly UeNode[]): Promise<void> {
    let [sent, received] = [0, 0]
    const stops = ues.map(({ ue }) => ue.onData(() => received++))
    for (const { ue } of ues)
      for (const { label } of ue.links()) {
        ue.send(label, utf8('alive'))
        sent++
      }
    const before = snapshotOf(ues)
    await this.#world.clock.advance(milliseconds(100))
    for (const stop of stops) stop()
    // Where keys expired meanwhile, nothing is to be learned.
    if (received !== sent && snapshotOf(ues) === before)
      this.violations.push(`of ${sent} packets on live links ${received} came`)
  }
}

const isCalm = ({ radio, slow, acts }: DrawnRun): boolean => !radio && !slow && acts.length === 1

/** Fingerprints of KD-sess of the live links with that peer. */
const keysToward = (ue: Ue, peer: Ue): string =>
  ue
    .links()
    .filter((link) => link.peer === peer.layer2Id)
    .map(({ keys }) => keys['KD-sess'])
    .sort()
    .join(' ')

/** What each of two UEs holds toward the other. */
const viewsOf = (ues: readonly UeNode[]) =>
  ues.flatMap((one, at) =>
    ues.slice(at + 1).map((other) => ({
      ...{ one, other },
      ...{ here: keysToward(one.ue, other.ue), there: keysToward(other.ue, one.ue) },
    })),
  )

const isAtRest = (ues: readonly UeNode[]): boolean =>
  ues.every(({ ue }) => ue.size.links === ue.links().length) &&
  viewsOf(ues).every(({ here, there }) => here === there)

const snapshotOf = (ues: readonly UeNode[]): string =>
  JSON.stringify(ues.map(({ ue }) => ue.links().map(({ label, keys }) => [label, keys])))
