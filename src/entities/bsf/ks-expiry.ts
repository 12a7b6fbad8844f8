import { hours, Instant, later, seconds, type Seconds } from '../../core/units.ts'
import type { Guss } from '../../wire/user-security-settings.ts'

const longestLife = hours(24)

/**
 * When a Ks of `created` ends: after the lifetime of the GUSS, else `ksLifetime`, never more than 24 h. In whole
 * seconds, so that what the UE and the NAF are told and the time kept here are one. TS 33.220 4.5.2.
 */
export function ksExpiry(guss: Guss | undefined, created: Instant, ksLifetime: Seconds): Instant {
  const life = Math.min(guss?.lifetime ?? ksLifetime, longestLife)
  return Instant(Math.floor(later(created, seconds(life)) / 1000) * 1000)
}
