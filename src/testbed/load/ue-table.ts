import type { Rand, Sqn } from '../../core/aka.ts'
import { bTidDomain, bTidOf, bTidRand, type BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { KsNaf } from '../../core/keys.ts'
import { Instant } from '../../core/units.ts'
import { BootstrappingFailed } from '../../core/errors.ts'
import { SoftUsim } from '../../entities/ue/usim/soft-usim.ts'
import type { LoadSubscribers } from './subscribers.ts'

/** What a UE keeps of its last bootstrapping for set-ups: the B-TID and the NAF key of ProSe. */
export interface HeldBTid {
  readonly btid: BTid
  readonly ksNaf: KsNaf
  readonly created: Instant
  readonly expires: Instant
}

const lengthOfRand = 16
const lengthOfKey = 32

/** The state of many UEs in a few arrays: about 80 octets for each, and no object of its own. */
export class UeTable {
  readonly subscribers: LoadSubscribers
  readonly #highestSqn: Float64Array
  readonly #rands: Uint8Array
  readonly #keys: Uint8Array
  readonly #created: Float64Array
  readonly #expires: Float64Array
  /** Of all B-TIDs: one BSF gives them. */
  #domain: Fqdn | undefined

  constructor(subscribers: LoadSubscribers) {
    const { count } = subscribers
    this.subscribers = subscribers
    this.#highestSqn = new Float64Array(count)
    this.#rands = new Uint8Array(count * lengthOfRand)
    this.#keys = new Uint8Array(count * lengthOfKey)
    this.#created = new Float64Array(count)
    this.#expires = new Float64Array(count)
  }

  /** The card of a UE for one transaction; `putBack` keeps what it has taken. */
  usim(at: number): { readonly usim: SoftUsim; readonly putBack: () => void } {
    const { subscribers } = this
    const profile = { impi: subscribers.impi(at), aka: subscribers.aka(at), gba: subscribers.gba(at) }
    const usim = new SoftUsim(profile, this.#highestSqn[at] as Sqn)
    return { usim, putBack: () => (this.#highestSqn[at] = usim.highestSqn) }
  }

  /** Undefined before the first bootstrapping. */
  held(at: number): HeldBTid | undefined {
    const expires = this.#expires[at] ?? 0
    if (!this.#domain || expires === 0) return undefined
    const [rand, key] = [at * lengthOfRand, at * lengthOfKey]
    return {
      btid: bTidOf(this.#rands.slice(rand, rand + lengthOfRand) as Rand, this.#domain),
      ksNaf: KsNaf(this.#keys.slice(key, key + lengthOfKey)),
      created: Instant(this.#created[at] ?? 0),
      expires: Instant(expires),
    }
  }

  /** Throws BootstrappingFailed for a B-TID of another BSF than the first. */
  hold(at: number, { btid, ksNaf, created, expires }: HeldBTid): void {
    const domain = bTidDomain(btid)
    this.#domain ??= domain
    if (domain !== this.#domain) throw new BootstrappingFailed('B-TIDs of two BSFs')
    this.#rands.set(bTidRand(btid), at * lengthOfRand)
    this.#keys.set(ksNaf, at * lengthOfKey)
    this.#created[at] = created
    this.#expires[at] = expires
  }
}
