import { AgedMap } from '../../core/aged-map.ts'
import type { AuthenticationVector } from '../../core/aka.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import type { Tmpi } from '../../core/identities/tmpi.ts'
import { wipe } from '../../core/keys.ts'
import { later, type Instant } from '../../core/units.ts'
import { ubTimers } from '../../reference-points/ub/timers.ts'
import type { Guss } from '../../wire/user-security-settings.ts'

/** A challenge that waits for its one response. TS 33.220 4.5.2. */
export interface OpenChallenge {
  readonly nonce: string
  readonly opaque: string
  readonly realm: Fqdn
  readonly impi: Impi
  /** As the UE named itself; its response must do the same (R36). */
  readonly user: Impi | Tmpi
  /** The UE said that it can use a TMPI. */
  readonly canUseTmpi: boolean
  /** As the UE must answer it: of GBA_U with AUTN* and the changed XRES. */
  readonly vector: AuthenticationVector
  readonly guss?: Guss
  /** This run has used its resynchronisation. */
  readonly resynchronised: boolean
}

interface Entry {
  readonly challenge: OpenChallenge
  readonly expires: Instant
}

/** Wipes the secrets of a challenge that is over (R33). */
export const forget = ({ vector }: OpenChallenge): void => wipe(vector.xres, vector.ck, vector.ik)

/** Challenges under their nonce: 60 s, one response, at most `capacity`; then the oldest goes (R36, R43). */
export class ChallengeTable {
  readonly #capacity: number
  readonly #entries = new AgedMap<string, Entry>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  add(challenge: OpenChallenge, now: Instant): void {
    this.#entries.set(challenge.nonce, { challenge, expires: later(now, ubTimers.challenge) })
    const over = this.#entries.deleteWhile(
      ({ expires }) => expires <= now || this.#entries.size > this.#capacity,
    )
    for (const entry of over) forget(entry.challenge)
  }

  /** The challenge, which is used up by this; undefined when there is none, or none any longer. */
  take(nonce: string, now: Instant): OpenChallenge | undefined {
    const entry = this.#entries.get(nonce)
    if (!entry) return undefined
    this.#entries.delete(nonce)
    if (entry.expires > now) return entry.challenge
    forget(entry.challenge)
    return undefined
  }
}
