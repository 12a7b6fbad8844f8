import type { Clock, Random, Timers } from '../core/environment.ts'
import type { Count, Report, Tap, TapMessage } from '../core/tap.ts'
import type { Milliseconds } from '../core/units.ts'
import type { Carriers } from './carriers.ts'
import type { ListenAddress, NetworkConfig, PlmnConfig } from './config/network-config.ts'
import type { NodeNames } from './names.ts'

export type Service = 'diameter' | 'ub' | 'pc8'

/** What every node of one network shares. */
export interface NodeContext {
  readonly config: NetworkConfig
  readonly names: NodeNames
  readonly tap: Tap
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
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

/** A running entity. */
export interface Node {
  readonly name: string
  /** Where it listens. */
  readonly addresses: ReadonlyMap<Service, ListenAddress>
  /** Towards those it must reach; called once their addresses are known. Resolves when all its peers are there. */
  connect(): Promise<void>
  /**
   * Goes on under another configuration, of which only what can change live differs: nothing that is under way ends, but
   * connections of peers that are no more. Rejects with InvalidConfig or the error of the store. Not of a UE.
   */
  reload?(plmn: PlmnConfig, context: NodeContext): Promise<void>
  /** Drops every B-TID it knows; of a BSF and a KMF. */
  forgetBTids?(): Promise<void>
  stop(): Promise<void>
}

/** How one node tells the tap what it sends and decides. */
export interface NodeVoice {
  readonly report: Report
  readonly count: Count
  readonly message: (message: Omit<TapMessage, 'kind' | 'time' | 'from'>) => void
}

export const voiceOf = (name: string, { tap, clock }: NodeContext): NodeVoice => ({
  report: (state) => tap({ kind: 'state', time: clock.now(), node: name, ...state }),
  count: (counter) =>
    tap({ kind: 'state', time: clock.now(), node: name, what: 'counted', fields: { counter } }),
  message: (message) => tap({ kind: 'message', time: clock.now(), from: name, ...message }),
})

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
