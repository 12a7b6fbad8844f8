import { freshOctets } from '../../core/bytes.ts'
import { InvalidValue, MacMismatch } from '../../core/errors.ts'
import { Pdk, wipe, type KdSess, type Pek, type Pik } from '../../core/keys.ts'
import type { SecurityInputs } from '../../core/tap.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import type { EeaId, EiaId } from '../../core/algorithm-ids.ts'
import { eeaById, type EeaUnderKey } from '../../crypto/eea.ts'
import { eiaById, type EiaUnderKey } from '../../crypto/eia.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { deriveKdSess, derivePek, derivePik } from '../../crypto/prose-keys.ts'
import { CounterExhausted, ReplayedMessage, UnknownContext } from './errors.ts'
import {
  decodePdu,
  hasMac,
  isCiphered,
  isUserData,
  lcids,
  maximumSduSize,
  pdcpHeaderSize,
  pduSize,
  writePdcpHeader,
  type Direction,
  type Lcid,
  type Pc5Profile,
  type SduType,
} from './pdcp.ts'
import { ReplayWindow } from './replay-window.ts'

/**
 * From this SN on the link is rekeyed; the last SN of user data, so that rekeying and RELEASE can still be said; the last
 * that is ever sent. TS 36.323 7.3.
 */
export const snLimits = { rekey: 0xf000, userData: 0xff00, last: 0xffff } as const

const nothing = new Uint8Array()

/** What is new in a context each time the link is rekeyed. TS 33.303 6.5.5.3. */
export interface FreshInputs {
  /** 16 octets each. */
  readonly nonce1: Uint8Array
  readonly nonce2: Uint8Array
  readonly algorithms: { readonly eea: EeaId; readonly eia: EiaId }
  /** 16 bits: DKSI, then the octet of UE-2; neither is 0. */
  readonly kdSessId: number
}

/** What both UEs put into a security context. CR 33.303 6.X.3.2 step 11. */
export interface SecurityContextInputs extends FreshInputs {
  readonly pdk: Pdk
  /** `commanding`: the UE that sends the Security Mode Command (UE-2); its traffic has DIRECTION 1. */
  readonly side: 'commanding' | 'commanded'
  /** E3: what the MAC-I of the Command covers after header and SDU. */
  readonly identityElements?: Uint8Array | undefined
  /** Without it `seed`. */
  readonly profile?: Pc5Profile
}

type Fingerprints = Readonly<Record<'KD-sess' | 'PEK' | 'PIK', string>>

/**
 * The keys of one KD-sess with the counters that may never go back: there is one object per context and it is
 * never copied, for a second send counter would use (key, COUNT, BEARER, DIRECTION) twice (R27).
 */
export class SecurityContext {
  readonly kdSessId: number
  readonly algorithms: { readonly eea: EeaId; readonly eia: EiaId }
  /** DIRECTION of what this UE sends. TS 33.303 6.5.6. */
  readonly sendDirection: Direction
  readonly profile: Pc5Profile
  /** Kept for the next context of this link, and wiped with this one. */
  readonly #pdk: Pdk
  readonly #kdSess: KdSess
  readonly #eea: EeaUnderKey
  readonly #eia: EiaUnderKey
  readonly #pek: Pek
  readonly #pik: Pik
  readonly #identityElements: Uint8Array
  readonly #windows = new Map<Lcid, ReplayWindow>()
  #fingerprints: Fingerprints | undefined
  #nextSn = 1
  #accepted = 0
  #isWiped = false

  constructor(inputs: SecurityContextInputs) {
    const { pdk, nonce1, nonce2, algorithms, kdSessId, side, identityElements, profile = 'seed' } = inputs
    const octets = [kdSessId >> 8, kdSessId & 0xff]
    if (!Number.isInteger(kdSessId) || kdSessId < 0 || kdSessId > 0xffff || octets.includes(0))
      throw new InvalidValue('KD-sess ID', '16 bits are needed, neither octet 0', 'TS 33.303 6.5.3')
    const eea = eeaById(algorithms.eea)
    const eia = eiaById(algorithms.eia)
    if (!eea || !eia) throw new InvalidValue('algorithms', 'no such EEA or EIA', 'TS 33.401 5.1')
    this.kdSessId = kdSessId
    this.algorithms = algorithms
    this.sendDirection = side === 'commanding' ? 1 : 0
    this.profile = profile
    this.#pdk = Pdk(pdk)
    this.#identityElements = identityElements ?? nothing
    this.#kdSess = deriveKdSess(pdk, nonce1, nonce2)
    this.#pek = derivePek(this.#kdSess, algorithms.eea)
    this.#pik = derivePik(this.#kdSess, algorithms.eia)
    this.#eea = eea.under(this.#pek)
    this.#eia = eia.under(this.#pik)
  }

  /**
   * For logs: KD-sess, PEK and PIK as 8 hex digits each (R31). Made when first asked for; throws UnknownContext when that
   * is after the end of the context.
   */
  get fingerprints(): Fingerprints {
    if (this.#fingerprints) return this.#fingerprints
    if (this.#isWiped) throw new UnknownContext('the keys of this context are wiped')
    this.#fingerprints = {
      'KD-sess': fingerprint(this.#kdSess),
      PEK: fingerprint(this.#pek),
      PIK: fingerprint(this.#pik),
    }
    return this.#fingerprints
  }

  get isWiped(): boolean {
    return this.#isWiped
  }

  get nextSn(): number {
    return this.#nextSn
  }

  /** PDUs of the peer that were taken. */
  get accepted(): number {
    return this.#accepted
  }

  /**
   * The context of a rekeying: another KD-sess of the same PDK, side and profile; both live until one is wiped. E3: the
   * identities of the set-up go on being covered. TS 33.303 6.5.5.3.
   */
  rekeyed(inputs: FreshInputs): SecurityContext {
    return new SecurityContext({
      ...inputs,
      pdk: this.#pdk,
      side: this.sendDirection === 1 ? 'commanding' : 'commanded',
      identityElements: this.#identityElements,
      profile: this.profile,
    })
  }

  /** Gives what the next PDU on this channel will have been protected with. */
  inputsOfNext(lcid: Lcid): () => SecurityInputs {
    const sn = this.#nextSn
    return () => this.#inputsOf(lcid, sn)
  }

  #inputsOf(lcid: Lcid, sn: number): SecurityInputs {
    const { fingerprints, profile, sendDirection } = this
    return {
      pik: hasMac(lcid, profile) ? fingerprints.PIK : undefined,
      pek: isCiphered(lcid, sendDirection, profile) ? fingerprints.PEK : undefined,
      count: this.#count(sn),
      bearer: lcid,
      direction: sendDirection,
    }
  }

  /** Takes the next SN; throws CounterExhausted after 65535. */
  takeSn(): number {
    if (this.#nextSn > snLimits.last)
      throw new CounterExhausted('no PDCP SN is left under this KD-sess', 'TS 36.323 5.1.3')
    return this.#nextSn++
  }

  /** Whether the replay rule lets this SN pass; without a MAC-I there is none. */
  isFresh(lcid: Lcid, sn: number): boolean {
    return !hasMac(lcid, this.profile) || this.#window(lcid).isFresh(sn)
  }

  /** A PDU was taken, its MAC-I verified where it has one. */
  accept(lcid: Lcid, sn: number): void {
    if (hasMac(lcid, this.profile)) this.#window(lcid).accept(sn)
    this.#accepted++
  }

  crypt(sn: number, lcid: Lcid, direction: Direction, octets: Uint8Array): Uint8Array {
    return this.#eea.crypt(this.#count(sn), lcid, direction, octets)
  }

  /** Into `pdu`, behind its header. */
  cryptInto(pdu: Uint8Array, sn: number, lcid: Lcid, direction: Direction, octets: Uint8Array): void {
    this.#eea.cryptInto(this.#count(sn), lcid, direction, octets, pdu, pdcpHeaderSize)
  }

  mac(sn: number, lcid: Lcid, direction: Direction, header: Uint8Array, sdu: Uint8Array): Uint8Array {
    // Nothing but the Command goes on this channel in this direction. TS 36.321 6.2.4.
    const isCommand = lcid === lcids.securityMode && direction === 1
    const more = isCommand ? this.#identityElements : nothing
    return this.#eia.mac(this.#count(sn), lcid, direction, header, sdu, more)
  }

  /** Overwrites the keys; the context protects and accepts nothing any more (R33). */
  wipe(): void {
    wipe(this.#pdk, this.#kdSess, this.#pek, this.#pik)
    this.#eea.forget()
    this.#eia.forget()
    this.#nextSn = snLimits.last + 1
    this.#isWiped = true
  }

  #window(lcid: Lcid): ReplayWindow {
    const window = this.#windows.get(lcid) ?? new ReplayWindow(isUserData(lcid) ? 1024 : 64)
    this.#windows.set(lcid, window)
    return window
  }

  // Open: TS 33.303 6.5.6 could not be read for the order of the two parts.
  /** COUNT = KD-sess ID (16 bits) || PDCP SN (16). TS 36.323 5.6.2. */
  #count(sn: number): number {
    return this.kdSessId * 0x10000 + sn
  }
}

/** What goes out on a logical channel. */
export interface OutgoingSdu {
  readonly lcid: Exclude<Lcid, 28>
  readonly sduType: SduType
  readonly sdu: Uint8Array
}

/**
 * The PDU of an SDU: header (5), data, MAC-I (4) where there is one. The MAC-I covers header and clear data, then the
 * data alone is ciphered. It is made in `pdu`, which has `pduSize` octets. Throws CounterExhausted. TS 36.323 5.6.2, 5.7.
 */
export function protect(
  context: SecurityContext,
  { lcid, sduType, sdu }: OutgoingSdu,
  pdu = freshOctets(pduSize(lcid, sdu.length, context.profile)),
): Uint8Array {
  if (sdu.length > maximumSduSize) throw new InvalidValue('PDCP SDU', 'more than 8188 octets')
  const { kdSessId, sendDirection, profile } = context
  const sn = context.takeSn()
  writePdcpHeader(pdu, { sduType, kdSessId, sn })
  if (hasMac(lcid, profile)) {
    const mac = context.mac(sn, lcid, sendDirection, pdu.subarray(0, pdcpHeaderSize), sdu)
    pdu.set(mac, pdcpHeaderSize + sdu.length)
  }
  if (isCiphered(lcid, sendDirection, profile)) context.cryptInto(pdu, sn, lcid, sendDirection, sdu)
  else pdu.set(sdu, pdcpHeaderSize)
  return pdu
}

export interface IncomingSdu {
  readonly sduType: SduType
  readonly sn: number
  readonly sdu: Uint8Array
}

/**
 * The SDU of a PDU, its MAC-I verified where it has one: without, there is no replay rule either. Throws
 * MalformedMessage, UnknownContext (another KD-sess ID), ReplayedMessage or MacMismatch; the replay window moves only
 * when none is thrown (R26, R27, R28).
 */
export function unprotect(context: SecurityContext, lcid: Exclude<Lcid, 28>, pdu: Uint8Array): IncomingSdu {
  const { profile } = context
  const { sduType, kdSessId, sn, header, data, mac } = decodePdu(lcid, pdu, profile)
  if (context.isWiped || kdSessId !== context.kdSessId)
    throw new UnknownContext('the KD-sess ID is of no context, or of another one')
  const direction = context.sendDirection === 1 ? 0 : 1
  if (!context.isFresh(lcid, sn)) throw new ReplayedMessage(`PDCP SN ${sn} was seen or is too old`)
  const sdu = isCiphered(lcid, direction, profile) ? context.crypt(sn, lcid, direction, data) : data
  if (hasMac(lcid, profile) && !equalInConstantTime(context.mac(sn, lcid, direction, header, sdu), mac))
    throw new MacMismatch('MAC-I', 'TS 36.323 5.7')
  context.accept(lcid, sn)
  return { sduType, sn, sdu }
}
