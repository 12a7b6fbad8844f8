import type { Clock } from '../core/environment.ts'
import type { Tap } from '../core/tap.ts'
import { stopwatch, systemClock, systemRandom, systemTimers, wallClockStep } from '../io/system.ts'
import { systemCarriers } from '../nodes/carriers.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { nodeNames } from '../nodes/names.ts'
import { faultOf, type NodeContext } from '../nodes/node.ts'

export interface NetworkOptions {
  readonly config: NetworkConfig
  readonly tap: Tap
  readonly unsafeRevealKeys: boolean
  readonly onFault: (node: string, error: unknown) => void
}

/** What nodes of this process share; `addressOf` tells where the others are. */
export const nodeContext = (
  { config, tap, unsafeRevealKeys, onFault }: NetworkOptions,
  addressOf: NodeContext['addressOf'],
): NodeContext => ({
  ...{ config, tap, unsafeRevealKeys, onFault, addressOf, names: nodeNames(config) },
  ...{ clock: systemClock, timers: systemTimers, random: systemRandom, stopwatch, wallClockStep },
  carriers: systemCarriers(config),
})

/** A fault of ours is told where it happened; the node goes on. */
export const faultTap =
  (tap: Tap, clock: Clock = systemClock) =>
  (node: string, error: unknown): void =>
    tap(faultOf(node, error, clock))
