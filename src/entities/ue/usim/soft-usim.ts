import type { Autn, Rand, Sqn } from '../../../core/aka.ts'
import type { Impi } from '../../../core/identities/subscriber.ts'
import { wipe, type AkaSecrets } from '../../../core/keys.ts'
import { indOf, seqOf, sqnOf } from '../../../core/sequence-number.ts'
import { akaFunctions, makeAuts, verifyAutn, type VerifiedAutn } from '../../../crypto/aka.ts'
import { ksOf } from '../../../crypto/gba-keys.ts'
import { gbaUAutn, gbaURes } from '../../../crypto/gba-u.ts'
import type { AkaResult, Usim } from '../ports.ts'
import { CardKs } from './card-ks.ts'

/** What is on the card; the HSS holds the same. */
export interface UsimProfile {
  readonly impi: Impi
  readonly aka: AkaSecrets
  readonly gba: 'GBA_ME' | 'GBA_U'
}

/** Largest step of SEQ that is taken at once. TS 33.102 C.2.1. */
const delta = 2 ** 28

/** A USIM in software. With GBA_U it gives RES and Ks_ext_NAF only; Ks, CK, IK and Ks_int_NAF stay in it. TS 33.220 5.3.2. */
export class SoftUsim implements Usim {
  readonly impi: Impi
  readonly #profile: UsimProfile
  /** Highest SEQ taken for each IND. TS 33.102 C.2.2. */
  readonly #seqOfInd: number[]
  #highest: Sqn
  /** A card with GBA_U has one Ks, that of its last bootstrapping or push. */
  #ks: CardKs | undefined

  /** `highest` is the highest SQN that the card has taken so far; none below it is taken again, whatever its IND. */
  constructor(profile: UsimProfile, highest: Sqn = sqnOf(0, 0)) {
    this.impi = profile.impi
    this.#profile = profile
    this.#highest = highest
    this.#seqOfInd = new Array<number>(32).fill(seqOf(highest))
  }

  /** The highest SQN that it has taken. */
  get highestSqn(): Sqn {
    return this.#highest
  }

  /** AUTHENTICATE: MAC first, then SQN, which `commit` takes. TS 33.102 6.3.3, TS 31.102 7.1.2. */
  authenticate(rand: Rand, autn: Autn): Promise<AkaResult> {
    return Promise.resolve(this.#authenticate(rand, autn))
  }

  #authenticate(rand: Rand, autn: Autn): AkaResult {
    const functions = akaFunctions(this.#profile.aka)
    const gbaU = this.#profile.gba === 'GBA_U'
    const plain = gbaU ? gbaUAutn(autn, functions.f2345(rand).ik) : autn
    const verified = verifyAutn(functions, rand, plain)
    if (verified === 'mac-failure') return { outcome: 'mac-failure' }
    if (!this.#isFresh(verified.sqn))
      return { outcome: 'synchronisation-failure', auts: makeAuts(functions, rand, this.#highest) }
    if (gbaU) return this.#bootstrapped(rand, verified)
    const { sqn, res, ck, ik } = verified
    return { outcome: 'success', res, keys: { holder: 'ME', ck, ik }, commit: () => this.#take(sqn) }
  }

  /** Bootstrapping mode of GBA_U: the ME gets the changed RES, the card makes Ks. TS 33.220 5.3.2. */
  #bootstrapped(rand: Rand, { sqn, res, ck, ik }: VerifiedAutn): AkaResult {
    const ks = new CardKs(ksOf(ck, ik), rand, this.impi)
    wipe(ck, ik)
    const commit = () => {
      this.#take(sqn)
      if (this.#ks !== ks) this.#ks?.erase()
      this.#ks = ks
    }
    return { outcome: 'success', res: gbaURes(res), keys: { holder: 'UICC', ks }, commit }
  }

  #isFresh(sqn: Sqn): boolean {
    const seq = seqOf(sqn)
    return seq > (this.#seqOfInd[indOf(sqn)] ?? 0) && seq - seqOf(this.#highest) <= delta
  }

  /** Never back: two vectors may be held at once, and committed in any order. */
  #take(sqn: Sqn): void {
    const ind = indOf(sqn)
    this.#seqOfInd[ind] = Math.max(seqOf(sqn), this.#seqOfInd[ind] ?? 0)
    if (seqOf(sqn) > seqOf(this.#highest)) this.#highest = sqn
  }
}
