import { milliseconds, type Milliseconds } from '../../core/units.ts'
import type { SeededRandom } from '../simulation/seeded-random.ts'

/** When the next transaction is due, counted from the start. */
export type Arrivals = () => Milliseconds

/** One after the other, each as long after the one before. */
export function evenArrivals(perSecond: number): Arrivals {
  let count = 0
  return () => milliseconds((1000 * count++) / perSecond)
}

/** As of many who do not know of each other: a Poisson process. */
export function poissonArrivals(perSecond: number, random: SeededRandom): Arrivals {
  let at = 0
  return () => milliseconds((at += (-Math.log(1 - random.fraction()) * 1000) / perSecond))
}
