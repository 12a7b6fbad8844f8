import type { Rand } from '../../../core/aka.ts'
import { hex, isAllZero } from '../../../core/bytes.ts'
import type { NafId } from '../../../core/identities/naf-id.ts'
import type { Impi } from '../../../core/identities/subscriber.ts'
import { wipe, type Ks, type KsNaf } from '../../../core/keys.ts'
import { deriveKsIntNaf, deriveKsNaf } from '../../../crypto/gba-keys.ts'
import type { HeldKs } from '../ports.ts'

/** NAFs whose Ks_int_NAF a card keeps; then the oldest goes, as EF_GBANL has a last record (R43). TS 31.102. */
const nafs = 16

/** Ks of one AKA run on a card with GBA_U, and each Ks_int_NAF of it: none of them leaves the card. TS 33.220 5.3.2, 5.3.3. */
export class CardKs implements HeldKs {
  readonly #ks: Ks
  readonly #rand: Rand
  readonly #impi: Impi
  /** By NAF_Id in hex; for applications on the card, of which this one has none. */
  readonly #internal = new Map<string, KsNaf>()

  constructor(ks: Ks, rand: Rand, impi: Impi) {
    this.#ks = ks
    this.#rand = rand
    this.#impi = impi
  }

  get isThere(): boolean {
    return !isAllZero(this.#ks)
  }

  /** NAF derivation: Ks_ext_NAF for the ME, Ks_int_NAF for the card. TS 31.102 7.1.2. */
  nafKey(nafId: NafId): Promise<KsNaf> {
    return new Promise((resolve) => {
      const external = deriveKsNaf(this.#ks, this.#rand, this.#impi, nafId)
      this.#keep(nafId, deriveKsIntNaf(this.#ks, this.#rand, this.#impi, nafId))
      resolve(external)
    })
  }

  erase(): void {
    wipe(this.#ks, ...this.#internal.values())
    this.#internal.clear()
  }

  #keep(nafId: NafId, internal: KsNaf): void {
    this.#internal.set(hex(nafId), internal)
    for (const [id, key] of this.#internal) {
      if (this.#internal.size <= nafs) return
      wipe(key)
      this.#internal.delete(id)
    }
  }
}
