import { milliseconds, type Instant, type Milliseconds } from '../../core/units.ts'

const atMostBeforeTheEnd = 5 * 60_000

/**
 * How long after `begin` something that lives until `end` is renewed: 5 min before its end, or at nine tenths of its life
 * if that is later. So steps 3 to 14 run again before a PDK ends, and Ub before Ks does.
 */
export const renewalAfter = (begin: Instant, end: Instant): Milliseconds => {
  const life = Math.max(0, end - begin)
  return milliseconds(life - Math.min(atMostBeforeTheEnd, life / 10))
}
