import type { Clock, Random, Timers } from '../core/environment.ts'
import type { BTid } from '../core/identities/b-tid.ts'
import type { Plmn } from '../core/identities/plmn.ts'
import type { Imsi } from '../core/identities/subscriber.ts'
import {
  isRead,
  unheard,
  type Count,
  type Fields,
  type Report,
  type Tap,
  type TapMessage,
  type TapState,
} from '../core/tap.ts'
import { spanOf, traceOf } from '../core/traceparent.ts'
import type { Milliseconds } from '../core/units.ts'
import type { Carriers } from './carriers.ts'
import type { Service } from './config/listeners.ts'
import type { ListenAddress, NetworkConfig, PlmnConfig } from './config/network-config.ts'
import type { NodeNames } from './names.ts'

/** What every node of one network shares. */
export interface NodeContext {
  readonly config: NetworkConfig
  readonly names: NodeNames
  readonly tap: Tap
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  /** Time from some moment on, with fractions: only to tell how long something took. */
  readonly stopwatch: () => Milliseconds
  /** How far the wall clock has stepped away from `clock` (R47). */
  readonly wallClockStep: () => Milliseconds
  readonly carriers: Carriers
  /** Key fields stay in messages and TLS secrets are told; only for a lab network. */
  readonly unsafeRevealKeys: boolean
  /** Where a server of the network is reached; undefined while that node is not up. */
  readonly addressOf: (node: string, service: Service) => ListenAddress | undefined
  /** A fault of ours that no peer caused. */
  readonly onFault: (node: string, error: unknown) => void
}

/** What a node holds at one moment. */
export interface Levels {
  /** Entries of its bounded tables and queues, and the bounds (R43). */
  readonly tables: Readonly<Record<string, readonly [entries: number, limit: number]>>
  /** Diameter peers by their host: `available`, or the phase of their connection. */
  readonly peers: Readonly<Record<string, string>>
  /** Why it cannot serve now, for each peer that it asks for everything. */
  readonly missing: readonly string[]
}

/** A running entity. */
export interface Node {
  readonly name: string
  /** Where it listens. */
  readonly addresses: ReadonlyMap<Service, ListenAddress>
  /** Towards those it must reach; called once their addresses are known. Resolves when all its peers are there. */
  connect(): Promise<void>
  /** Throws InvalidConfig where what its store keeps cannot stand beside this configuration. Of a KMF. */
  checkReload?(plmn: PlmnConfig, context: NodeContext): void
  /**
   * Goes on under another configuration, of which only what can change live differs: nothing that is under way ends, but
   * connections of peers that are no more. Rejects with InvalidConfig or the error of the store. Not of a UE.
   */
  reload?(plmn: PlmnConfig, context: NodeContext): Promise<void>
  /** Resolves when it acts on the peers that its store keeps now. Of a KMF. */
  peersChanged?(): Promise<void>
  /** Drops every B-TID it knows, or this one; gives how many. Of a BSF and a KMF. */
  forgetBTids?(only?: BTid): Promise<number>
  /** What it holds of this B-TID expires now. Of a BSF and a KMF. */
  expireBTid?(btid: BTid): Promise<void>
  /** From now on the subscriber may link with UEs of that PLMN, or may not. False when nothing changed. Of a KMF. */
  permit?(imsi: Imsi, plmn: Plmn, may: boolean): Promise<boolean>
  /** What it holds now, for people: keys as fingerprints, identities masked. */
  view(): Promise<Fields>
  /** Called by those who watch the node. */
  levels(): Levels
  /** Resolves when its store has answered a question; at once where there is none. */
  storeAnswers(): Promise<unknown>
  stop(): Promise<void>
}

/** How one node tells the tap what it sends and decides. */
export interface NodeVoice {
  readonly report: Report
  readonly count: Count
  readonly message: (message: Omit<TapMessage, 'kind' | 'time' | 'from'>) => void
}

export const voiceOf = (name: string, { tap, clock }: NodeContext): NodeVoice => ({
  report: isRead('state', tap)
    ? (state) => tap({ kind: 'state', time: clock.now(), node: name, ...state, ...placed(state.context) })
    : unheard,
  count: (counter) =>
    tap({ kind: 'state', time: clock.now(), node: name, what: 'counted', fields: { counter } }),
  message: (message) =>
    tap({ kind: 'message', time: clock.now(), from: name, ...message, ...tracedBy(message.context) }),
})

const tracedBy = (context: string | undefined) =>
  context === undefined ? undefined : { context: traceOf(context) }

const placed = (context: string | undefined) =>
  context === undefined ? undefined : { context: traceOf(context), span: spanOf(context) }

/** A fault of ours is told where it happened; the node goes on. */
export function faultOf(node: string, error: unknown, clock: Clock): TapState {
  const { code, message } = error as Partial<Record<'code' | 'message', string>>
  const fields = { code: code ?? 'ERR_UNEXPECTED', message: message ?? 'not an error' }
  return { kind: 'state', time: clock.now(), node, what: 'fault', fields }
}

/** An observer whose fault is told and changes nothing of what it observes. */
export const guarded =
  <Args extends readonly unknown[]>(
    name: string,
    { onFault }: NodeContext,
    observe: (...args: Args) => void,
  ) =>
  (...args: Args): void => {
    try {
      observe(...args)
    } catch (error) {
      onFault(name, error)
    }
  }
