import { Sqn } from '../../src/core/aka.ts'
import { ProseError } from '../../src/core/errors.ts'
import type { TapEvent } from '../../src/core/tap.ts'
import { milliseconds } from '../../src/core/units.ts'
import { elapsed } from '../../src/io/system.ts'
import type { NodeContext } from '../../src/nodes/node.ts'
import { startUe, type ConfiguredUe, type UeNode } from '../../src/nodes/ue-node.ts'
import type { SetUpRecord } from './history.ts'

/** What UE-1 brings along. */
export type Kind = 'kept B-TID' | 'fresh B-TID' | 'B-TID with PC8' | 'IMSI' | 'IMSI, SQN out of range'

/**
 * More than all deadlines of a set-up with re-negotiation one after the other: Ub 15 s, PC8 10 s, REQUEST 32 s, and Ub and
 * REQUEST again.
 */
const patience = milliseconds(120_000)
/** SQN that a card of `IMSI, SQN out of range` is ahead. */
const ahead = 2 ** 20

const without = { keys: [], links: 0 }

/** Two UEs of which one asks the other for links, one after the other. */
export class Pair {
  readonly #ue1: ConfiguredUe
  readonly #ue2: ConfiguredUe
  readonly #context: NodeContext
  /** The highest SQN that was released for UE-1. */
  readonly #highestSqn: () => number
  #running: { readonly ue1: UeNode; readonly ue2: UeNode } | undefined
  #isUbBlocked = false
  /** Short form of the last B-TID of UE-1, and what it sent in step 3. */
  #bTid: string | undefined
  #sends: unknown
  /** B-TIDs that UE-1 and UE-2 were told of. */
  readonly bTids: string[] = []
  /** Those of UE-1 that secured a link. */
  readonly nafKeys: string[] = []

  constructor(ue1: ConfiguredUe, ue2: ConfiguredUe, context: NodeContext, highestSqn: () => number) {
    this.#ue1 = ue1
    this.#ue2 = ue2
    this.#highestSqn = highestSqn
    const tap = (event: TapEvent) => this.#hear(event)
    this.#context = { ...context, tap }
  }

  async start(): Promise<void> {
    const ue2 = await startUe(this.#ue2, this.#context)
    this.#running = { ue1: await this.#startUe1(0), ue2 }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#running?.ue1.stop(), this.#running?.ue2.stop()])
  }

  /** A link anew, at the end of all time that the protocol gives at the latest. */
  async setUp(kind: Kind): Promise<Omit<SetUpRecord, 'number' | 'phase' | 'kind'>> {
    const begin = performance.now()
    const ended = this.#setUp(kind).catch((error: unknown) => {
      if (!(error instanceof ProseError)) throw error
      return { ...without, outcome: 'failed', code: error.code, endedAt: error.message }
    })
    const late = elapsed(patience).then(() => ({ ...without, outcome: undefined, code: null, endedAt: null }))
    const record = await Promise.race([ended, late])
    this.#isUbBlocked = false
    return { ...record, seconds: (performance.now() - begin) / 1000 }
  }

  async #setUp(kind: Kind) {
    await this.#prepare(kind)
    const { ue1, ue2 } = this.#both()
    const peer = ue2.ue.layer2Id
    this.#sends = undefined
    const { outcome, reason, endedAt } = await ue1.ue.connect(peer)
    const linksOf = ({ ue }: UeNode, other: number) => ue.links().filter((link) => link.peer === other)
    const links = linksOf(ue1, peer)
    if (outcome === 'secured' && this.#bTid !== undefined && this.#sends !== 'imsi')
      this.nafKeys.push(this.#bTid)
    const newest = [links, linksOf(ue2, ue1.ue.layer2Id)].map((all) => all.at(-1)?.keys['KD-sess'])
    return { outcome, code: reason, endedAt, keys: outcome === 'secured' ? newest : [], links: links.length }
  }

  async #prepare(kind: Kind): Promise<void> {
    const { ue1 } = this.#both()
    for (const { label } of ue1.ue.links()) ue1.ue.release(label)
    if (kind === 'fresh B-TID' || kind === 'B-TID with PC8') await ue1.ue.bootstrap()
    if (kind === 'B-TID with PC8') await ue1.ue.openPc8()
    if (kind === 'IMSI') await this.#restartUe1(0)
    if (kind === 'IMSI, SQN out of range') await this.#restartUe1(ahead)
  }

  /** The same card in another device: it knows no B-TID, and its BSF cannot be reached. */
  async #restartUe1(sqnAhead: number): Promise<void> {
    await this.#both().ue1.stop()
    this.#isUbBlocked = true
    this.#running = { ...this.#both(), ue1: await this.#startUe1(sqnAhead) }
  }

  #startUe1(sqnAhead: number): Promise<UeNode> {
    const { addressOf } = this.#context
    const context: NodeContext = {
      ...this.#context,
      addressOf: (node, service) =>
        this.#isUbBlocked && service === 'ub' ? undefined : addressOf(node, service),
    }
    return startUe(this.#ue1, context, { highestSqn: Sqn(this.#highestSqn() + sqnAhead) })
  }

  #both() {
    if (!this.#running) throw new Error('the UEs do not run')
    return this.#running
  }

  #hear(event: TapEvent): void {
    if (event.kind !== 'state') return
    const { node, what, fields } = event
    if (what === 'bootstrapped') this.bTids.push(fields['btid'] as string)
    if (node !== this.#ue1.name) return
    if (what === 'bootstrapped') this.#bTid = fields['btid'] as string
    if (what === 'identity') this.#sends = fields['sends']
  }
}
