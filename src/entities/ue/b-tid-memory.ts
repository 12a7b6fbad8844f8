import type { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { hours, later, type Instant } from '../../core/units.ts'
import type { BTidStatus } from './identity-rule.ts'
import type { UeBootstrap } from './ports.ts'
import { renewalAfter } from './renewal.ts'

/** After so many set-ups, or so long, a new B-TID hides who comes again (R16). */
export const renewal = { age: hours(24), setUps: 20 } as const

/**
 * The B-TID of this UE. It stays after its expiry, then as an identifier only and without Ks, until a new bootstrapping
 * replaces it. CR 33.303 6.X.3.2, R16.
 */
export class BTidMemory {
  #bootstrap: UeBootstrap | undefined
  #usedWith = new Set<Fqdn>()
  #setUps = 0

  /** The B-TID last bootstrapped, valid or not. */
  get btid(): BTid | undefined {
    return this.#bootstrap?.btid
  }

  replace(bootstrap: UeBootstrap): void {
    if (this.#bootstrap?.ks !== bootstrap.ks) this.#bootstrap?.ks.erase()
    this.#bootstrap = bootstrap
    this.#usedWith = new Set()
    this.#setUps = 0
  }

  /** The bootstrapping whose Ks may be used; at its expiry Ks is erased, and on a card with GBA_U a push replaces it. */
  valid(now: Instant): UeBootstrap | undefined {
    const held = this.#bootstrap
    if (held && now < held.expires && held.ks.isThere) return held
    held?.ks.erase()
    return undefined
  }

  /** The B-TID expires now, and its Ks is erased; undefined when none is valid. */
  expire(now: Instant): BTid | undefined {
    const held = this.valid(now)
    if (!held) return undefined
    held.ks.erase()
    this.#bootstrap = { ...held, expires: now }
    return held.btid
  }

  /** Erases Ks for good: the UE is closed (R33). */
  close(): void {
    this.#bootstrap?.ks.erase()
    this.#bootstrap = undefined
  }

  /** `kmf` knows `btid` now: PC8 was opened, or a link was secured with it. */
  markUsed(btid: BTid, kmf: Fqdn): void {
    if (btid === this.#bootstrap?.btid) this.#usedWith.add(kmf)
  }

  /** A B-TID whose Ks a card lost before the expiry counts as none: the KMF holds it for valid and would send no GPI. */
  status(kmf: Fqdn, now: Instant): BTidStatus {
    if (this.valid(now)) return 'valid'
    if (!this.#bootstrap || now < this.#bootstrap.expires) return 'none'
    return this.#usedWith.has(kmf) ? 'expired-used' : 'expired-unused'
  }

  /** One more REQUEST carries `btid`. */
  countSetUp(btid: BTid): void {
    if (btid === this.#bootstrap?.btid) this.#setUps++
  }

  /**
   * Whether a valid B-TID was seen on PC5 long or often enough to be renewed where Ub answers (R16), or ends so soon that
   * a link would not live.
   */
  renewalDue(now: Instant): boolean {
    const held = this.#bootstrap
    if (!held) return false
    const { created, expires } = held
    const endsSoon = now >= created + renewalAfter(created, expires)
    return endsSoon || this.#setUps >= renewal.setUps || now >= later(created, renewal.age)
  }
}
