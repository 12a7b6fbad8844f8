import type { Count, Report } from '../../core/tap.ts'
import type { Rand } from '../../core/aka.ts'
import type { Clock, Random } from '../../core/environment.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import type { Tmpi } from '../../core/identities/tmpi.ts'
import type { Ks } from '../../core/keys.ts'
import type { Instant, Milliseconds } from '../../core/units.ts'
import type { MultimediaAuthAnswer, MultimediaAuthRequest } from '../../reference-points/zh/exchange.ts'
import type { Guss } from '../../wire/user-security-settings.ts'

/** What a bootstrapping leaves at the BSF. TS 33.220 4.5.2. */
export interface Bootstrap {
  readonly btid: BTid
  readonly impi: Impi
  /** Under which the UE may come next time. TS 33.220 B.4. */
  readonly tmpi?: Tmpi
  readonly rand: Rand
  readonly ks: Ks
  readonly created: Instant
  readonly expires: Instant
  readonly guss?: Guss
}

/** Each Ks that it gives is a copy for the caller to wipe (R33). */
export interface BootstrapStore {
  put(bootstrap: Bootstrap): Promise<void>
  /** Never an expired one (R37). */
  find(btid: BTid, now: Instant): Promise<Bootstrap | undefined>
  /** Whose TMPI it is: of the newest bootstrapping that has it and is not expired. */
  findImpi(tmpi: Tmpi, now: Instant): Promise<Impi | undefined>
  list(now: Instant): Promise<readonly Bootstrap[]>
  remove(btid: BTid): Promise<boolean>
  /** Deletes at most `limit` expired ones and returns how many. */
  forgetExpired(now: Instant, limit: number): Promise<number>
}

/** Zh towards the HSS. */
export interface ZhPort {
  authenticate(request: MultimediaAuthRequest, context?: string): Promise<MultimediaAuthAnswer>
}

export interface BsfPorts {
  readonly bootstraps: BootstrapStore
  readonly zh: ZhPort
  readonly clock: Clock
  /** How far the wall clock stepped since the start; more than 5 min stops the issue of keys (R47). */
  readonly wallClockStep?: () => Milliseconds
  readonly random: Random
  readonly report: Report
  readonly count: Count
}
