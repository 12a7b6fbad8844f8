import { allTaps } from '../../core/tap.ts'
import { milliseconds } from '../../core/units.ts'
import { nodeNames } from '../../nodes/names.ts'
import type { NodeContext } from '../../nodes/node.ts'
import { faultTap, type NetworkOptions } from '../node-context.ts'
import { SimulatedClock } from '../simulated-clock.ts'
import { SimulatedRadio } from '../simulated-radio.ts'
import type { SeededRandom } from './seeded-random.ts'
import { simulatedCarriers } from './simulated-carriers.ts'
import { SimulatedStreams } from './simulated-streams.ts'

/** The world of one simulated network: everything in it happens at the time of its clock, and depends on its seed alone. */
export interface SimulatedWorld {
  readonly clock: SimulatedClock
  readonly radio: SimulatedRadio
  readonly streams: SimulatedStreams
  /** What its nodes share; addresses come with the nodes. */
  readonly context: NodeContext
}

/** `latency` of each way of a stream, in whole milliseconds. */
export function simulatedWorld(
  options: Omit<NetworkOptions, 'onFault'>,
  random: SeededRandom,
  latency: number,
): SimulatedWorld {
  const clock = new SimulatedClock(undefined, 1)
  const radio = new SimulatedRadio(clock)
  const streams = new SimulatedStreams(clock, latency)
  const context: NodeContext = {
    ...options,
    ...{ clock, timers: clock, random, names: nodeNames(options.config) },
    tap: allTaps(radio.tap, options.tap),
    onFault: faultTap(options.tap, clock),
    stopwatch: () => milliseconds(clock.now()),
    wallClockStep: () => milliseconds(0),
    carriers: simulatedCarriers(streams, radio, random),
    addressOf: () => undefined,
  }
  return { clock, radio, streams, context }
}
