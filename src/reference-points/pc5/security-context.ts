import { concat } from '../../core/bytes.ts'
import { InvalidValue, MacMismatch } from '../../core/errors.ts'
import { wipe, type KdSess, type Pdk, type Pek, type Pik } from '../../core/keys.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import { eeaById, type Eea, type EeaId } from '../../crypto/eea.ts'
import { eiaById, type Eia, type EiaId } from '../../crypto/eia.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { deriveKdSess, derivePek, derivePik } from '../../crypto/prose-keys.ts'
import { CounterExhausted, ReplayedMessage, UnknownContext } from './errors.ts'
import {
  decodePdu,
  encodePdcpHeader,
  isCiphered,
  isUserData,
  lcids,
  maximumSduSize,
  type Lcid,
  type SduType,
} from './pdcp.ts'
import { ReplayWindow } from './replay-window.ts'

/** From this SN on the link is rekeyed; the last SN that is ever sent. TS 36.323 7.3. */
export const snLimits = { rekey: 0xf000, last: 0xffff } as const

/** What both UEs put into a security context. CR 33.303 6.X.3.2 step 11. */
export interface SecurityContextInputs {
  readonly pdk: Pdk
  /** 16 octets each. */
  readonly nonce1: Uint8Array
  readonly nonce2: Uint8Array
  readonly algorithms: { readonly eea: EeaId; readonly eia: EiaId }
  /** 16 bits: DKSI, then the octet of UE-2; neither is 0. */
  readonly kdSessId: number
  /** `commanding`: the UE that sends the Security Mode Command (UE-2); its traffic has DIRECTION 1. */
  readonly side: 'commanding' | 'commanded'
  /** E3: what the MAC-I of the Command covers after header and SDU. */
  readonly identityElements?: Uint8Array | undefined
}

/**
 * The keys of one KD-sess with the counters that may never go back: there is one object per context and it is
 * never copied, for a second send counter would use (key, COUNT, BEARER, DIRECTION) twice (R27).
 */
export class SecurityContext {
  readonly kdSessId: number
  readonly algorithms: { readonly eea: EeaId; readonly eia: EiaId }
  /** DIRECTION of what this UE sends. TS 33.303 6.5.6. */
  readonly sendDirection: 0 | 1
  /** For logs: KD-sess, PEK and PIK as 8 hex digits each (R31). */
  readonly fingerprints: Readonly<Record<'KD-sess' | 'PEK' | 'PIK', string>>
  readonly #kdSess: KdSess
  readonly #eea: Eea
  readonly #eia: Eia
  readonly #pek: Pek
  readonly #pik: Pik
  readonly #identityElements: Uint8Array
  readonly #windows = new Map<Lcid, ReplayWindow>()
  #nextSn = 1
  #isWiped = false

  constructor(inputs: SecurityContextInputs) {
    const { pdk, nonce1, nonce2, algorithms, kdSessId, side, identityElements } = inputs
    const octets = [kdSessId >> 8, kdSessId & 0xff]
    if (!Number.isInteger(kdSessId) || kdSessId < 0 || kdSessId > 0xffff || octets.includes(0))
      throw new InvalidValue('KD-sess ID', '16 bits are needed, neither octet 0', 'TS 33.303 6.5.3')
    const eea = eeaById(algorithms.eea)
    const eia = eiaById(algorithms.eia)
    if (!eea || !eia) throw new InvalidValue('algorithms', 'no such EEA or EIA', 'TS 33.401 5.1')
    this.#eea = eea
    this.#eia = eia
    this.kdSessId = kdSessId
    this.algorithms = algorithms
    this.sendDirection = side === 'commanding' ? 1 : 0
    this.#identityElements = identityElements ?? new Uint8Array()
    this.#kdSess = deriveKdSess(pdk, nonce1, nonce2)
    this.#pek = derivePek(this.#kdSess, algorithms.eea)
    this.#pik = derivePik(this.#kdSess, algorithms.eia)
    this.fingerprints = {
      'KD-sess': fingerprint(this.#kdSess),
      PEK: fingerprint(this.#pek),
      PIK: fingerprint(this.#pik),
    }
  }

  get isWiped(): boolean {
    return this.#isWiped
  }

  get nextSn(): number {
    return this.#nextSn
  }

  /** Whether the SN is so high that a rekeying is due. */
  get mustRekey(): boolean {
    return this.#nextSn >= snLimits.rekey
  }

  /** Takes the next SN; throws CounterExhausted after 65535. */
  takeSn(): number {
    if (this.#nextSn > snLimits.last)
      throw new CounterExhausted('no PDCP SN is left under this KD-sess', 'TS 36.323 5.1.3')
    return this.#nextSn++
  }

  window(lcid: Lcid): ReplayWindow {
    const window = this.#windows.get(lcid) ?? new ReplayWindow(isUserData(lcid) ? 1024 : 64)
    this.#windows.set(lcid, window)
    return window
  }

  crypt(sn: number, lcid: Lcid, direction: 0 | 1, octets: Uint8Array): Uint8Array {
    return this.#eea.crypt(this.#pek, this.#count(sn), lcid, direction, octets)
  }

  mac(sn: number, lcid: Lcid, direction: 0 | 1, octets: Uint8Array): Uint8Array {
    // Nothing but the Command goes on this channel in this direction. TS 36.321 6.2.4.
    const isCommand = lcid === lcids.securityMode && direction === 1
    const covered = isCommand ? concat(octets, this.#identityElements) : octets
    return this.#eia.mac(this.#pik, this.#count(sn), lcid, direction, covered)
  }

  /** Overwrites the keys; the context protects and accepts nothing any more (R33). */
  wipe(): void {
    wipe(this.#kdSess, this.#pek, this.#pik)
    this.#nextSn = snLimits.last + 1
    this.#isWiped = true
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
  /** Only to leave the seed profile; else what `isCiphered` says of the channel. */
  readonly cipher?: boolean
}

/**
 * The PDU of an SDU: header (5), data, MAC-I (4). The MAC-I covers header and clear data, then the data alone is
 * ciphered. Throws CounterExhausted. TS 36.323 5.6.2, 5.7.
 */
export function protect(context: SecurityContext, { lcid, sduType, sdu, cipher }: OutgoingSdu): Uint8Array {
  if (sdu.length > maximumSduSize) throw new InvalidValue('PDCP SDU', 'more than 8188 octets')
  const sn = context.takeSn()
  const header = encodePdcpHeader({ sduType, kdSessId: context.kdSessId, sn })
  const mac = context.mac(sn, lcid, context.sendDirection, concat(header, sdu))
  const data = (cipher ?? isCiphered(lcid)) ? context.crypt(sn, lcid, context.sendDirection, sdu) : sdu
  return concat(header, data, mac)
}

export interface IncomingSdu {
  readonly sduType: SduType
  readonly sn: number
  readonly sdu: Uint8Array
}

/**
 * The SDU of a PDU, its MAC-I verified. Throws MalformedMessage, UnknownContext (another KD-sess ID),
 * ReplayedMessage or MacMismatch; the replay window moves only when none is thrown (R26, R27, R28).
 */
export function unprotect(context: SecurityContext, lcid: Exclude<Lcid, 28>, pdu: Uint8Array): IncomingSdu {
  const { sduType, kdSessId, sn, header, data, mac } = decodePdu(lcid, pdu)
  if (context.isWiped || kdSessId !== context.kdSessId)
    throw new UnknownContext('the KD-sess ID is of no context, or of another one')
  const window = context.window(lcid)
  if (!window.isFresh(sn)) throw new ReplayedMessage(`PDCP SN ${sn} was seen or is too old`)
  const direction = context.sendDirection === 1 ? 0 : 1
  const sdu = isCiphered(lcid) ? context.crypt(sn, lcid, direction, data) : data
  const expected = context.mac(sn, lcid, direction, concat(header, sdu))
  if (!equalInConstantTime(expected, mac)) throw new MacMismatch('MAC-I', 'TS 36.323 5.7')
  window.accept(sn)
  return { sduType, sn, sdu }
}
