import { hex } from '../../core/bytes.ts'
import { KsNaf } from '../../core/keys.ts'
import type { ProseUeId } from '../../core/identities/prose.ts'
import type { Ue1Id } from '../../core/identities/ue1-id.ts'
import { later, seconds } from '../../core/units.ts'
import type { PlmnConfig } from '../../nodes/config/network-config.ts'
import type { LoadUb } from './load-ub.ts'
import { WrongLoad } from './mix.ts'
import type { Target } from './target.ts'
import type { HeldBTid, UeTable } from './ue-table.ts'
import { checkPdk, checkPushedPdk, WrongAnswer, type KeyAnswer } from './verify.ts'
import type { LoadWorld } from './world.ts'

/** Branches of step 7 that a load can bring about from outside. */
export const branchKinds = ['7a', '7b-too-old', '7c-found', '7c-renegotiate-bootstrap', '7d-imsi'] as const
export type BranchKind = (typeof branchKinds)[number]

export const isBranchKind = (kind: string): kind is BranchKind => branchKinds.some((one) => one === kind)

/** Asks for the PDK of UE-1 and UE-2 and says whose UE-2 it asked for. */
export type AskForKey = (
  ue: number,
  ue1Id: Ue1Id,
) => Promise<{
  readonly ue2Id: ProseUeId
  readonly answer: KeyAnswer | 'renegotiate'
}>

/** A NAF key is not used so shortly before its end. */
const margin = seconds(30)
/** Longer nobody waits for keys to grow old. */
const oldestAwaited = seconds(600)

/** Throws WrongLoad for a kind that this network would have to be waited for too long. */
export function checkKind(kind: string, { nafKeyMaxAge }: PlmnConfig['kmf']): void {
  if (kind !== '7b-too-old' || nafKeyMaxAge <= oldestAwaited) return
  throw new WrongLoad(
    `7b-too-old needs NAF keys older than kmf.nafKeyMaxAgeSeconds, ${nafKeyMaxAge}`,
    `set that to at most ${oldestAwaited} in the network under test`,
  )
}

/** Key requests by branch; each PDK is compared with that of UE-1. */
export class KeyRequests {
  readonly #plmn: PlmnConfig
  readonly #table: UeTable
  readonly #ub: LoadUb
  readonly #world: LoadWorld
  readonly #ask: AskForKey

  constructor(plmn: PlmnConfig, table: UeTable, ub: LoadUb, world: LoadWorld, ask: AskForKey) {
    this.#plmn = plmn
    this.#table = table
    this.#ub = ub
    this.#world = world
    this.#ask = ask
  }

  /** What must be there before a UE can begin; undefined when nothing must. */
  preparation(kind: BranchKind): ReturnType<Target['preparation']> {
    if (kind !== '7a' && kind !== '7b-too-old') return undefined
    return (ue) => this.#known(ue)
  }

  /** Whether a B-TID will be of use for a moment yet, and for 7a its NAF key young enough. */
  isUsable(held: HeldBTid | undefined, kind: BranchKind): held is HeldBTid {
    if (!held) return false
    const soon = later(this.#world.clock.now(), margin)
    const isYoung = soon < later(held.created, this.#plmn.kmf.nafKeyMaxAge)
    return soon < held.expires && (isYoung || kind === '7b-too-old')
  }

  async run(kind: BranchKind, ue: number): Promise<void> {
    switch (kind) {
      case '7a':
        return this.#withKey(ue, await this.#usable(ue))
      case '7b-too-old':
        return this.#pushed(ue, {
          kind: 'b-tid',
          btid: (this.#table.held(ue) ?? (await this.#known(ue))).btid,
        })
      case '7c-found':
        return this.#withKey(ue, await this.#ub.bootstrap(ue))
      case '7c-renegotiate-bootstrap':
        await this.#renegotiated(ue)
        return this.#withKey(ue, await this.#ub.bootstrap(ue))
      case '7d-imsi':
        return this.#pushed(ue, { kind: 'imsi', imsi: this.#table.subscribers.imsi(ue) })
    }
  }

  /** Bootstrapped, and the KMF has its NAF key. */
  async #known(ue: number): Promise<HeldBTid> {
    const held = await this.#ub.bootstrap(ue)
    await this.#withKey(ue, { ...held, ksNaf: KsNaf(held.ksNaf) })
    return held
  }

  async #usable(ue: number): Promise<HeldBTid> {
    const held = this.#table.held(ue)
    return this.isUsable(held, '7a') ? held : this.#known(ue)
  }

  async #withKey(ue: number, { btid, ksNaf }: HeldBTid): Promise<void> {
    const { ue2Id, answer } = await this.#ask(ue, { kind: 'b-tid', btid })
    if (answer === 'renegotiate') throw new WrongAnswer('a B-TID that is valid is to be renegotiated')
    checkPdk(answer, ksNaf, ue2Id)
  }

  async #pushed(ue: number, ue1Id: Ue1Id): Promise<void> {
    const { ue2Id, answer } = await this.#ask(ue, ue1Id)
    if (answer === 'renegotiate') throw new WrongAnswer('a push was expected, not a re-negotiation')
    await checkPushedPdk(answer, ue, this.#ub.nafId, ue2Id, this.#table, this.#world.clock)
  }

  /** A B-TID that nobody gave: the network must ask for a new one. */
  async #renegotiated(ue: number): Promise<void> {
    const { answer } = await this.#ask(ue, { kind: 'b-tid', btid: this.#ub.unknownBTid() })
    if (answer !== 'renegotiate') throw new WrongAnswer('a key for a B-TID that nobody gave')
  }
}

/** A name in traces for one transaction. */
export const traceOfLoad = ({ random }: Pick<LoadWorld, 'random'>): string => hex(random.octets(16))
