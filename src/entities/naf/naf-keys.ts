import { AgedMap } from '../../core/aged-map.ts'
import type { Clock } from '../../core/environment.ts'
import { BTidUnknown, NotAuthorised } from '../../core/errors.ts'
import { hex } from '../../core/bytes.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { nafIdOf, type UaId } from '../../core/identities/naf-id.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import { KsNaf, wipe } from '../../core/keys.ts'
import type { Instant } from '../../core/units.ts'
import { bTidOfPskIdentity } from '../../reference-points/pc8/psk-identity.ts'
import type { GbaOffer } from '../../reference-points/ua/exchange.ts'
import type { BootstrappingInfoAnswer, BootstrappingInfoRequest } from '../../reference-points/zn/exchange.ts'
import type { Uss } from '../../wire/user-security-settings.ts'

/** The key of a UE at this NAF, and what the BSF told of it. */
export interface NafKey {
  readonly btid: BTid
  /** Ks_(ext)_NAF, a copy for the caller to wipe (R33). */
  readonly key: KsNaf
  readonly expires: Instant
  /** Where the BSF lets this NAF know it. */
  readonly impi?: Impi
  readonly ussList: readonly Uss[]
}

export interface NafKeysOptions {
  /** The name of the NAF toward UEs. */
  readonly fqdn: Fqdn
  /** Zn: throws BTidUnknown (5403), NotAuthorised (5402) or TemporaryFailure. */
  readonly ask: (request: BootstrappingInfoRequest) => Promise<BootstrappingInfoAnswer>
  readonly clock: Clock
  /** GAA service identifiers whose USS is wanted; none unless told. */
  readonly gsids?: readonly string[]
}

/** Keys at once; then the one that was longest unused goes, and is asked for again (R43). */
const mostKeys = 10_000

/** The keys of one NAF: asked for over Zn when a B-TID comes first, then kept until they expire. TS 33.220 4.5.3. */
export class NafKeys {
  readonly #options: NafKeysOptions
  /** By B-TID and Ua id, the one unused longest first. */
  readonly #kept = new AgedMap<string, NafKey>()

  constructor(options: NafKeysOptions) {
    this.#options = options
  }

  /** Undefined where the BSF has no key for this: the UE bootstraps again. Throws as `ask` does for anything else (R14). */
  async find(btid: BTid, uaId: UaId): Promise<NafKey | undefined> {
    const name = `${btid} ${hex(uaId)}`
    try {
      const found = this.#valid(name) ?? (await this.#fetch(btid, uaId))
      this.#keep(name, found)
      return { ...found, key: KsNaf(found.key) }
    } catch (error) {
      if (error instanceof BTidUnknown || error instanceof NotAuthorised) return undefined
      throw error
    }
  }

  /** The key of who offers this identity in a handshake; throws as `find`. TS 33.222 5.4. */
  associate({ identity, uaId }: GbaOffer): Promise<NafKey | undefined> {
    const btid = bTidOfPskIdentity(identity)
    return btid === undefined ? Promise.resolve(undefined) : this.find(btid, uaId)
  }

  /** Erases every key. */
  close(): void {
    for (const name of [...this.#kept.keys()]) this.#drop(name)
  }

  #valid(name: string): NafKey | undefined {
    const kept = this.#kept.get(name)
    if (kept && this.#options.clock.now() < kept.expires) return kept
    this.#drop(name)
    return undefined
  }

  async #fetch(btid: BTid, uaId: UaId): Promise<NafKey> {
    const { fqdn, ask, clock, gsids = [] } = this.#options
    const answer = await ask({ btid, nafId: nafIdOf(fqdn, uaId), gsids })
    const { meKeyMaterial: key, keyExpiry: expires, impi, ussList } = answer
    if (expires <= clock.now()) {
      wipe(key)
      throw new BTidUnknown('the BSF gave a key that has expired', 'TS 33.220 4.5.3')
    }
    return { btid, key, expires, ussList, ...(impi !== undefined && { impi }) }
  }

  /** Of two answers to the same question the last is kept. */
  #keep(name: string, found: NafKey): void {
    if (this.#kept.get(name) !== found) this.#drop(name)
    this.#kept.set(name, found)
    for (const { key } of this.#kept.deleteWhile(() => this.#kept.size > mostKeys)) wipe(key)
  }

  #drop(name: string): void {
    const kept = this.#kept.get(name)
    if (kept) wipe(kept.key)
    this.#kept.delete(name)
  }
}
