import type { Autn, Rand, Sqn } from '../../../core/aka.ts'
import type { Impi } from '../../../core/identities/subscriber.ts'
import type { AkaSecrets } from '../../../core/keys.ts'
import { indOf, seqOf, sqnOf } from '../../../core/sequence-number.ts'
import { akaFunctions, makeAuts, verifyAutn } from '../../../crypto/aka.ts'
import { gbaUAutn, gbaURes } from '../../../crypto/gba-u.ts'
import type { AkaResult, Usim } from '../ports.ts'

/** What is on the card; the HSS holds the same. */
export interface UsimProfile {
  readonly impi: Impi
  readonly aka: AkaSecrets
  readonly gba: 'GBA_ME' | 'GBA_U'
}

/** Largest step of SEQ that is taken at once. TS 33.102 C.2.1. */
const delta = 2 ** 28

/** A USIM in software. Of GBA_U it has the arithmetic only: CK and IK leave it, as they leave no card of that type. */
export class SoftUsim implements Usim {
  readonly impi: Impi
  readonly #profile: UsimProfile
  /** Highest SEQ taken for each IND. TS 33.102 C.2.2. */
  readonly #seqOfInd: number[]
  #highest: Sqn

  /** `highest` is the highest SQN that the card has taken so far; none below it is taken again, whatever its IND. */
  constructor(profile: UsimProfile, highest: Sqn = sqnOf(0, 0)) {
    this.impi = profile.impi
    this.#profile = profile
    this.#highest = highest
    this.#seqOfInd = new Array<number>(32).fill(seqOf(highest))
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
    const { sqn, res, ck, ik } = verified
    return { outcome: 'success', res: gbaU ? gbaURes(res) : res, ck, ik, commit: () => this.#take(sqn) }
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
