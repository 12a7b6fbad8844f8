import type { NetworkConfig } from '../nodes/config/network-config.ts'
import type { Tap } from '../core/tap.ts'
import type { Plmn } from '../core/identities/plmn.ts'
import type { ScenarioResult } from './result.ts'

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
  /** Needs the `lab` section: keys stay in messages, and TLS secrets come as TapSecret. */
  readonly unsafeRevealKeys: boolean
}

export interface Run {
  readonly nodes: readonly NetworkNode[]
  /** Resolves when the link was used (and, with `once`, released) or the set-up ended otherwise. */
  readonly result: Promise<ScenarioResult>
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** Starts the configured network and the scenario on it; resolves when all nodes serve, before the first message of step 0. */
export type StartRun = (options: RunOptions) => Promise<Run>

export interface NodeOptions {
  readonly config: NetworkConfig
  readonly role: NodeRole
  /** For example `kmf1`. */
  readonly name: string
  /** Gets what this node sends and decides; it must not throw. */
  readonly tap: Tap
  readonly unsafeRevealKeys: boolean
}

export interface RunningNode extends NetworkNode {
  /** Where it serves, for example `PC8 127.0.0.1:4433`; empty for a UE. */
  readonly listens: readonly string[]
  /** Releases links, closes peers and connections, frees ports; may be called twice. */
  stop(): Promise<void>
}

/** Starts one node as a service of its own; resolves when it serves. */
export type StartNode = (options: NodeOptions) => Promise<RunningNode>

export const startRun: StartRun = () => Promise.reject(new Error('no network can be started yet'))
export const startNode: StartNode = () => Promise.reject(new Error('no node can be started yet'))
