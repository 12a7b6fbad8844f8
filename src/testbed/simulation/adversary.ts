import { Rand } from '../../core/aka.ts'
import { concat } from '../../core/bytes.ts'
import { bTidDomain, bTidOf } from '../../core/identities/b-tid.ts'
import { Dksi, Layer2Id } from '../../core/identities/prose.ts'
import { ProseError } from '../../core/errors.ts'
import { decodeSdu, encodeSdu, type Pc5, type Pc5Message } from '../../reference-points/pc5/messages.ts'
import { decodePdu, encodeClearPdu, encodePdcpHeader, lcids } from '../../reference-points/pc5/pdcp.ts'
import { decodeFrame, encodeFrame } from '../../reference-points/pc5/sl-sch.ts'
import type { AirFrame, SimulatedRadio } from '../simulated-radio.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Strangers of a flood: more than UE-2 keeps half-open (R44). */
const floodSize = 100

/** Somebody on the radio who hears everything, sends anything, and has no key. */
export class Adversary {
  readonly #radio: SimulatedRadio
  readonly #ues: readonly Layer2Id[]
  readonly #random: SeededRandom

  constructor(radio: SimulatedRadio, ues: readonly Layer2Id[], random: SeededRandom) {
    this.#radio = radio
    this.#ues = ues
    this.#random = random
  }

  /** Any earlier frame, once more. */
  replay(): void {
    const heard = this.#heard()
    if (heard) this.#radio.inject(heard.channel, heard.frame)
  }

  /** A message of a form that needs no key, under the name of a UE; or a protected one with a MAC out of thin air. */
  forge(): void {
    const [source, destination] = this.#pair()
    const message = this.#unprotected()
    if (message) this.#send(encodeClearPdu(encodeSdu(message)), lcids.unprotected, source, destination)
    else this.#radio.inject('SL-SCH', this.#garbled(source, destination))
  }

  /** REQUESTs of UEs that do not exist. */
  flood(): void {
    const request = this.#request()
    if (request?.ue1Id.kind !== 'b-tid') return
    const bsf = bTidDomain(request.ue1Id.btid)
    const [, victim] = this.#pair()
    for (let nth = 0; nth < floodSize; nth++) {
      const btid = bTidOf(Rand(this.#random.octets(16)), bsf)
      const sdu = encodeSdu({ ...request, ue1Id: { kind: 'b-tid', btid }, nonce1: this.#random.octets(16) })
      this.#send(encodeClearPdu(sdu), lcids.unprotected, Layer2Id(0x300000 + nth), victim)
    }
  }

  #send(pdu: Uint8Array, lcid: number, source: Layer2Id, destination: Layer2Id): void {
    const known = Object.values(lcids).find((one) => one === lcid)
    if (known !== undefined)
      this.#radio.inject('SL-SCH', encodeFrame({ source, destination, lcid: known, pdu }))
  }

  #unprotected(): Pc5Message | undefined {
    const sequenceNumber = this.#random.below(5)
    switch (this.#random.below(6)) {
      case 0:
        return { type: 'directCommunicationReject', sequenceNumber, cause: this.#random.pick([1, 2, 3, 6]) }
      case 1:
        return { type: 'directSecurityModeReject', sequenceNumber, cause: this.#random.pick([7, 8, 9]) }
      case 2: {
        // R12: of this attempt, and of none.
        const asked = this.#random.chance(0.5) ? this.#request() : undefined
        const nonce1 = asked?.nonce1 ?? this.#random.octets(16)
        return { type: 'bootstrappingRenegotiationRequest', sequenceNumber, nonce1 }
      }
      case 3:
        return { type: 'directCommunicationRelease', sequenceNumber, reason: 1 }
      case 4: {
        const request = this.#request()
        const own = { sequenceNumber, nonce1: this.#random.octets(16) }
        return request && { ...request, ...own, msbOfKdSessId: Dksi(1 + this.#random.below(3)) }
      }
      default:
        return undefined
    }
  }

  /** A protected frame as heard with one octet changed, or one made up. */
  #garbled(source: Layer2Id, destination: Layer2Id): Uint8Array {
    const heard = this.#heard()
    if (heard && this.#random.chance(0.5)) return withOctetChanged(heard.frame, this.#random)
    const header = {
      sduType: 'pc5-signalling',
      kdSessId: this.#random.below(0x10000),
      sn: 1 + this.#random.below(9),
    } as const
    const pdu = concat(encodePdcpHeader(header), this.#random.octets(5), this.#random.octets(4))
    return encodeFrame({ source, destination, lcid: this.#random.pick([29, 30]), pdu })
  }

  /** The last REQUEST on the air. */
  #request(): Pc5<'directCommunicationRequest'> | undefined {
    const heard = this.#radio.sent.findLast(({ name }) => name === 'directCommunicationRequest')
    const message = heard && messageOf(heard)
    return message?.type === 'directCommunicationRequest' ? message : undefined
  }

  #heard(): AirFrame | undefined {
    return this.#radio.sent[this.#random.below(this.#radio.sent.length)]
  }

  #pair(): readonly [Layer2Id, Layer2Id] {
    const at = this.#random.below(this.#ues.length)
    const [one = Layer2Id(1), other = Layer2Id(2)] = [...this.#ues.slice(at), ...this.#ues.slice(0, at)]
    return this.#random.chance(0.5) ? [one, other] : [other, one]
  }
}

/** A copy with one octet another. */
export function withOctetChanged(frame: Uint8Array, random: SeededRandom): Uint8Array {
  const changed = frame.slice()
  const at = random.below(frame.length)
  changed[at] = (changed[at] ?? 0) ^ (1 + random.below(255))
  return changed
}

/** What is said in clear; undefined for anything else. */
export function messageOf({ frame }: AirFrame): Pc5Message | undefined {
  try {
    const { lcid, pdu } = decodeFrame(frame)
    return decodeSdu(decodePdu(lcid, pdu).data)
  } catch (error) {
    if (error instanceof ProseError) return undefined
    throw error
  }
}
