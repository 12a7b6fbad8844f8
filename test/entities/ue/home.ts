import { Amf, Rand, type Autn, type Sqn } from '../../../src/core/aka.ts'
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
import { ksAfter } from '../../../src/entities/ue/gba/held-ks.ts'
import type { HeldKs } from '../../../src/entities/ue/ports.ts'
import { SoftUsim } from '../../../src/entities/ue/usim/soft-usim.ts'
import type { ProseDirectKeyRequest } from '../../../src/reference-points/pc8/exchange.ts'
import type { SeededRandom } from './two-ues.ts'

export const akaSecrets: AkaSecrets = {
  algorithm: 'MILENAGE',
  k: K(fromHex('465b5ce8b199b49faa5f0a2ee238a6bc')),
  opc: Opc(fromHex('cd63cb71954a9f4e48a5994e37a02baf')),
}

/** How many INDs an HSS uses in turn. */
const inds = 16

export type Push = Parameters<typeof makeGpi>[0]

export interface Pushed {
  readonly gpi: Uint8Array
  readonly ksNaf: KsNaf
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
  /** Changes the octets of the next GPIs. */
  changeOctets: ((gpi: Uint8Array) => Uint8Array) | undefined
  /** An HSS that gives vectors as if no AUTS had come. */
  ignoresAuts = false
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

  get gba(): 'GBA_ME' | 'GBA_U' {
    return this.#gba
  }

  /** AKA on the card and its Ks, as both sides have it. TS 33.220 4.5.2, 5.3.2. */
  async bootstrap(rand: Rand): Promise<{ readonly ks: Ks; readonly held: HeldKs }> {
    this.sqn = nextSqn(this.sqn)
    const { ck, ik } = this.#functions.f2345(rand)
    const aka = await this.usim.authenticate(rand, this.#autn(rand, this.sqn))
    if (aka.outcome !== 'success') throw new Error(aka.outcome)
    aka.commit()
    return { ks: ksOf(ck, ik), held: ksAfter(aka.keys, rand, this.#impi) }
  }

  /** A GPI for UE-1, and the key in it. TS 33.223 5.2. */
  push(
    { nafId, resynchronisation }: Pick<ProseDirectKeyRequest, 'nafId' | 'resynchronisation'>,
    now: Instant,
  ): Pushed {
    if (resynchronisation) this.#resynchronise(resynchronisation)
    this.sqn = nextSqn(this.sqn)
    const rand = Rand(this.#random.octets(16))
    const { ck, ik } = this.#functions.f2345(rand)
    const ks = ksOf(ck, ik)
    const push: Push = {
      uiccMe: this.#gba,
      rand,
      autn: this.#autn(rand, this.sqn),
      ptId: PTid(this.#random.octets(16)),
      nafId,
      keyExpiry: Instant(Math.floor(later(now, hours(1)) / 1000) * 1000),
      impi: this.#impi,
      ks,
    }
    const changed = this.change?.(push) ?? push
    const gpi = makeGpi(changed)
    const ksNaf = deriveKsNaf(ks, rand, this.#impi, changed.nafId)
    const pushed = { gpi: this.changeOctets?.(gpi) ?? gpi, ksNaf }
    this.pushes.push(pushed)
    return pushed
  }

  /** An HSS that was told that this SQN is taken. */
  #resynchronise({ rand, auts }: NonNullable<ProseDirectKeyRequest['resynchronisation']>): void {
    const sqnMs = verifyAuts(this.#functions, rand, auts)
    if (sqnMs === 'mac-failure') throw new Error('MAC-S of AUTS')
    if (!this.ignoresAuts) this.sqn = sqnMs
  }

  /** Whether the USIM would still take the SQN that the HSS used last. */
  async isFresh(): Promise<boolean> {
    const rand = Rand(new Uint8Array(16).fill(0x78))
    return (await this.usim.authenticate(rand, this.#autn(rand, this.sqn))).outcome === 'success'
  }

  /** Lets the USIM take SQNs of other vectors, until no IND is left under which the next of the HSS are fresh. */
  async runAhead(): Promise<void> {
    const rand = Rand(new Uint8Array(16).fill(0x77))
    let sqn = this.sqn
    for (let nth = 0; nth < 2 * inds; nth++) {
      sqn = nextSqn(sqn)
      const aka = await this.usim.authenticate(rand, this.#autn(rand, sqn))
      if (aka.outcome === 'success') aka.commit()
    }
  }

  #autn(rand: Rand, sqn: Sqn): Autn {
    const { autn, ik } = generateVector(this.#functions, rand, sqn, Amf(new Uint8Array(2)))
    return this.#gba === 'GBA_U' ? gbaUAutn(autn, ik) : autn
  }
}
