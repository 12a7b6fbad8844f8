import type { TapEvent, TapMessage, TapOctets, TapState } from '../../core/tap.ts'
import { decisionRow } from '../../ladder/decisions.ts'
import { factsOf, wordOf } from '../../ladder/facts.ts'
import { isRefusal } from '../../ladder/refusal.ts'
import { Fold } from './fold.ts'
import { UserData } from './user-data.ts'
import type { Row } from '../../ladder/row.ts'

export interface RowOptions {
  /** Names of the UEs. */
  readonly ues: ReadonlySet<string>
  /** Each message of steps 0 and 1 on a row of its own. */
  readonly unfold: boolean
  readonly heartbeats: boolean
}

/** Steps of the seed in which a UE meets its own network. */
const ownNetworkSteps: readonly string[] = ['0', '1', 'RN5']

/** Turns the tap into rows as it comes; exchanges of steps 0 and 1 become one row when they end. */
export class Rows {
  readonly #options: RowOptions
  #folds: Fold[] = []
  #data: UserData | undefined
  readonly #connections = new Set<string>()
  readonly #discovered = new Set<string>()
  #attempt = 1
  /** Somebody refused in this attempt: what others say of it follows from that. */
  #refused = false
  #renegotiated = false
  /** A KMF was asked for a PDK: what it asks a BSF from now on is branch 7c. */
  #keyRequested = false
  #ownNetworkStep = '0'

  constructor(options: RowOptions) {
    this.#options = options
  }

  /** The rows that are complete with this event. */
  take(event: TapEvent): Row[] {
    switch (event.kind) {
      case 'message':
        return event.heartbeat && !this.#options.heartbeats ? [] : this.#message(event)
      case 'state':
        return this.#state(event)
      case 'octets':
        return this.#octets(event)
      case 'span':
      case 'secret':
        return []
    }
  }

  /** What was still folded. */
  end(): Row[] {
    const rows = [...this.#folds.map((fold) => fold.row()), ...(this.#data ? [this.#data.row()] : [])]
    this.#folds = []
    this.#data = undefined
    return rows
  }

  #message(event: TapMessage): Row[] {
    if (event.step === '4' || event.step === '6') this.#keyRequested = true
    if (this.#isFolded(event)) return this.#fold(event)
    if (event.point === 'PC5' && this.#isRepeatedDiscovery(event)) return []
    if (UserData.isPartOf(event)) {
      if (this.#data?.add(event)) return []
      const rows = this.end()
      this.#data = new UserData(event)
      return rows
    }
    return [...this.end(), ...this.#separator(event), messageRow(event, this.#options.ues)]
  }

  #isFolded(event: TapMessage): boolean {
    if (this.#options.unfold) return false
    if (event.step !== undefined) return ownNetworkSteps.includes(event.step)
    if (event.point === 'Ub' || this.#folds.some((fold) => fold.takes(event))) return true
    return event.point === 'Zn' && !this.#keyRequested
  }

  #fold(event: TapMessage | TapOctets): Row[] {
    const step = event.kind === 'message' ? event.step : undefined
    this.#ownNetworkStep = step ?? this.#ownNetworkStep
    const open = this.#folds.find((fold) => fold.takes(event))
    if (open) {
      open.add(event)
      return []
    }
    const ue = [event.from, event.to].find((end) => this.#options.ues.has(end))
    const fold = new Fold(event, ue, this.#ownNetworkStep)
    fold.add(event)
    for (const other of this.#folds.filter((open) => open.isBehind(event))) fold.absorb(other)
    this.#folds = this.#folds.filter((other) => !other.isBehind(event))
    const before = this.#close(
      (other) =>
        other.ue === undefined || other.ue === ue || other.point === 'PC8' || other.step !== fold.step,
    )
    this.#folds.push(fold)
    return before
  }

  #close(which: (fold: Fold) => boolean): Row[] {
    const closed = this.#folds.filter(which)
    this.#folds = this.#folds.filter((fold) => !which(fold))
    return closed.map((fold) => fold.row())
  }

  /** A handshake of PC8 is told by its octets; what comes later on the connection is told by its messages. */
  #octets(event: TapOctets): Row[] {
    const isNew = !this.#connections.has(event.connection)
    this.#connections.add(event.connection)
    if (this.#options.unfold) return []
    return isNew || this.#folds.some((fold) => fold.takes(event)) ? this.#fold(event) : []
  }

  #state(state: TapState): Row[] {
    const { step, node, fields } = state
    if (state.what === 'identity') this.#refused = false
    if (step !== undefined && !ownNetworkSteps.includes(step)) {
      if (state.what === 'refused' && this.#refused) return []
      this.#refused ||= state.what === 'refused'
      const row = decisionRow(state, step)
      return row ? [...this.end(), row] : []
    }
    if (state.what === 'pc8-associated')
      for (const fold of this.#folds.filter(({ server }) => server === node))
        fold.noteUaId(wordOf(fields['uaId'] ?? null))
    if (state.what !== 'bootstrapped') return []
    const fold = this.#folds.find(({ ue }) => ue === node)
    fold?.note(state)
    return this.#close((other) => other === fold)
  }

  /** An announcement comes again every two seconds; the first of a node tells it. */
  #isRepeatedDiscovery(event: TapMessage): boolean {
    if (event.step !== '2') return false
    const told = `${event.from} ${event.name}`
    const isRepeated = this.#discovered.has(told)
    this.#discovered.add(told)
    return isRepeated
  }

  #separator({ point, name, fields }: TapMessage): Row[] {
    if (point !== 'PC5') return []
    if (name === 'BOOTSTRAPPING_RENEGOTIATION_REQUEST') this.#renegotiated = true
    if (name !== 'DIRECT_COMMUNICATION_REQUEST' || !this.#renegotiated) return []
    this.#renegotiated = false
    const could = wordOf(fields['ue1Id'] ?? null).includes('@')
    const why = could
      ? 'UE-1 could bootstrap and comes back with the new B-TID'
      : 'UE-1 could not bootstrap and comes back with its IMSI'
    return [{ kind: 'separator', title: `attempt ${++this.#attempt}: ${why}` }]
  }
}

function messageRow(event: TapMessage, ues: ReadonlySet<string>): Row {
  const { from, to, protection, point, name, fields, time } = event
  const receivers = point === 'PC5' && !ues.has(to) ? [...ues].filter((ue) => ue !== from) : [to]
  return {
    kind: 'message',
    step: event.step ?? (point === 'Zn' ? '7c' : ''),
    point,
    arrows: receivers.map((receiver) => ({ from, to: receiver, protection, bothWays: false })),
    failed: isRefusal(event),
    title: name,
    facts: factsOf(fields, time),
  }
}
