import { Amf, Autn, Rand } from '../../../src/core/aka.ts'
import { fromHex } from '../../../src/core/bytes.ts'
import { PTid } from '../../../src/core/identities/p-tid.ts'
import type { ProseUeId } from '../../../src/core/identities/prose.ts'
import type { Impi } from '../../../src/core/identities/subscriber.ts'
import { K, Opc, type AkaSecrets, type Ks, type KsNaf } from '../../../src/core/keys.ts'
import { sqnOf } from '../../../src/core/sequence-number.ts'
import { hours, Instant, later } from '../../../src/core/units.ts'
import { akaFunctions, generateVector, verifyAuts } from '../../../src/crypto/aka.ts'
import { deriveKsNaf, ksOf } from '../../../src/crypto/gba-keys.ts'
import { makeGpi } from '../../../src/crypto/gba-push-info.ts'
import { gbaUAutn } from '../../../src/crypto/gba-u.ts'
import { nextSqn } from '../../../src/entities/hss/sequence.ts'
import { SoftUsim } from '../../../src/entities/ue/usim/soft-usim.ts'
import type { ProseDirectKeyRequest } from '../../../src/reference-points/pc8/exchange.ts'
import type { SeededRandom } from './two-ues.ts'

export const akaSecrets: AkaSecrets = {
  algorithm: 'MILENAGE',
  k: K(fromHex('465b5ce8b199b49faa5f0a2ee238a6bc')),
  opc: Opc(fromHex('cd63cb71954a9f4e48a5994e37a02baf')),
}

export type Push = Parameters<typeof makeGpi>[0]

export interface Pushed {
  readonly gpi: Uint8Array
  readonly ksNaf: KsNaf
  readonly keyExpiry: Instant
}

/** HSS and BSF of one UE, as far as a push needs them. */
export class Home {
  readonly usim: SoftUsim
  readonly proseUeId: ProseUeId
  readonly pushes: Pushed[] = []
  /** The highest SQN that the HSS used. */
  sqn = sqnOf(0, 0)
  /** Changes what the next GPIs say. */
  change: ((push: Push) => Push) | undefined
  /** Changes the octets of the next GPIs, with the Ks at hand. */
  changeOctets: ((gpi: Uint8Array, push: Push) => Uint8Array) | undefined
  readonly #impi: Impi
  readonly #gba: 'GBA_ME' | 'GBA_U'
  readonly #random: SeededRandom
  readonly #functions = akaFunctions(akaSecrets)

  constructor(impi: Impi, proseUeId: ProseUeId, random: SeededRandom, gba: 'GBA_ME' | 'GBA_U' = 'GBA_ME') {
    this.#impi = impi
    this.proseUeId = proseUeId
    this.#random = random
    this.#gba = gba
    this.usim = new SoftUsim({ impi, aka: akaSecrets, gba })
  }

  /** A GPI for UE-1, and the key in it. TS 33.223 5.2. */
  push({ nafId, resynchronisation }: ProseDirectKeyRequest, now: Instant): Pushed {
    if (resynchronisation) this.#resynchronise(resynchronisation)
    this.sqn = nextSqn(this.sqn)
    const rand = Rand(this.#random.octets(16))
    const vector = generateVector(this.#functions, rand, this.sqn, Amf(new Uint8Array(2)))
    const ks: Ks = ksOf(vector.ck, vector.ik)
    const push: Push = {
      uiccMe: this.#gba,
      rand,
      autn: this.#gba === 'GBA_U' ? gbaUAutn(vector.autn, vector.ik) : vector.autn,
      ptId: PTid(this.#random.octets(16)),
      nafId,
      keyExpiry: Instant(Math.floor(later(now, hours(1)) / 1000) * 1000),
      impi: this.#impi,
      ks,
    }
    const changed = this.change?.(push) ?? push
    const gpi = makeGpi(changed)
    const ksNaf = deriveKsNaf(ks, rand, this.#impi, changed.nafId)
    const pushed = {
      gpi: this.changeOctets?.(gpi, changed) ?? gpi,
      ksNaf,
      keyExpiry: changed.keyExpiry,
    }
    this.pushes.push(pushed)
    return pushed
  }

  /** An HSS that was told that this SQN is taken. */
  #resynchronise({ rand, auts }: NonNullable<ProseDirectKeyRequest['resynchronisation']>): void {
    const sqnMs = verifyAuts(this.#functions, rand, auts)
    if (sqnMs === 'mac-failure') throw new Error('MAC-S of AUTS')
    this.sqn = sqnMs
  }

  /** Lets the USIM take an SQN as if `count` other vectors had been used since. */
  async runAhead(count: number): Promise<void> {
    let sqn = this.sqn
    for (let nth = 0; nth < count; nth++) sqn = nextSqn(sqn)
    const rand = Rand(new Uint8Array(16).fill(0x77))
    const vector = generateVector(this.#functions, rand, sqn, Amf(new Uint8Array(2)))
    const autn = this.#gba === 'GBA_U' ? gbaUAutn(vector.autn, vector.ik) : vector.autn
    const aka = await this.usim.authenticate(rand, Autn(autn))
    if (aka.outcome !== 'success') throw new Error(aka.outcome)
    aka.commit()
  }
}
