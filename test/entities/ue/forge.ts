import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Dksi, type Layer2Id } from '../../../src/core/identities/prose.ts'
import { milliseconds, seconds } from '../../../src/core/units.ts'
import { derivePdk } from '../../../src/crypto/prose-keys.ts'
import { deriveKsNaf } from '../../../src/crypto/gba-keys.ts'
import type { EiaId } from '../../../src/core/algorithm-ids.ts'
import {
  encodeSdu,
  gpiField,
  identityElements,
  type Pc5,
  type Pc5Message,
} from '../../../src/reference-points/pc5/messages.ts'
import {
  encodeClearPdu,
  encodePdcpHeader,
  lcids,
  type Lcid,
  type SduType,
} from '../../../src/reference-points/pc5/pdcp.ts'
import { protect, SecurityContext } from '../../../src/reference-points/pc5/security-context.ts'
import { encodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { concat } from '../../../src/core/bytes.ts'
import type { Pushed } from './home.ts'
import { id1, id2, kmf, messageOf, type Network, type Station, type TwoUes } from './two-ues.ts'

/** A frame that anybody on the radio can send under any Layer-2 ID. */
export const clearFrame = (message: Pc5Message, source = id2, destination = id1): Uint8Array =>
  encodeFrame({ source, destination, lcid: lcids.unprotected, pdu: encodeClearPdu(encodeSdu(message)) })

export const clearSdu = (sdu: Uint8Array, source = id1, destination = id2): Uint8Array =>
  encodeFrame({ source, destination, lcid: lcids.unprotected, pdu: encodeClearPdu(sdu) })

/** A protected PDU of somebody who has no key. */
export function forgedFrame(
  kdSessId: number,
  sn: number,
  lcid: Lcid,
  sdu: Uint8Array,
  mac: Uint8Array = new Uint8Array(4),
  source = id2,
  destination = id1,
): Uint8Array {
  const sduType = lcid <= 10 ? 'non-ip' : 'pc5-signalling'
  const pdu = concat(encodePdcpHeader({ sduType, kdSessId, sn }), sdu, mac)
  return encodeFrame({ source, destination, lcid, pdu })
}

export interface CommandChanges {
  readonly fields?: Partial<Pc5<'directSecurityModeCommand'>>
  /** KD-sess ID in the header. */
  readonly kdSessId?: number
  /** The UE whose PDK is used. */
  readonly pdkOf?: Layer2Id
  /** E1: the Nonce_1 that the PDK was given for. */
  readonly pdkNonce1?: Uint8Array
  /** E3: the REQUEST whose identities the MAC-I covers. */
  readonly covers?: Pick<Pc5<'directCommunicationRequest'>, 'ue1Id' | 'nafId'>
  /** The key and GPI of a push, instead of the key of the B-TID. */
  readonly pushed?: Pushed
  /** Computes the MAC-I with this algorithm. */
  readonly eia?: EiaId
}

export const lsb = 0xc3

/** The Command that a KMF's favourite would send: made with the right PDK, and wrong only as asked. */
export function commandFrame(ue1: Station, network: Network, changes: CommandChanges = {}): Uint8Array {
  const request = messageOf(ue1, 'directCommunicationRequest', -1)
  const dksi = request.msbOfKdSessId
  const nonce2 = changes.fields?.nonce2 ?? new Uint8Array(16).fill(0x22)
  const command: Pc5<'directSecurityModeCommand'> = {
    type: 'directSecurityModeCommand',
    sequenceNumber: 9,
    ueSecurityCapabilities: request.ueSecurityCapabilities,
    nonce2,
    chosenAlgorithms: { eea: 2, eia: 2 },
    lsbOfKdSessId: lsb,
    ue2Id: id2,
    dksi,
    ...gpiField(changes.pushed?.gpi),
    ...changes.fields,
  }
  const { eea, eia } = command.chosenAlgorithms
  const context = new SecurityContext({
    pdk: changes.pushed
      ? derivePdk(changes.pushed.ksNaf, changes.pdkOf ?? command.ue2Id)
      : pdkOf(ue1, network, changes.pdkOf ?? command.ue2Id, changes.pdkNonce1),
    nonce1: request.nonce1,
    nonce2,
    algorithms: { eea, eia: changes.eia ?? (eia === 0 ? 2 : eia) },
    kdSessId: changes.kdSessId ?? dksi * 0x100 + command.lsbOfKdSessId,
    side: 'commanding',
    identityElements: changes.covers && identityElements(changes.covers),
  })
  const pdu = protect(context, { lcid: 29, sduType: 'pc5-signalling', sdu: encodeSdu(command) })
  return encodeFrame({ source: id2, destination: id1, lcid: 29, pdu })
}

/** The PDK that KMF-1 gives for the B-TID of UE-1's REQUEST. */
export function pdkOf(ue1: Station, network: Network, ue2Id: Layer2Id, nonce1?: Uint8Array) {
  const { ue1Id, nafId } = messageOf(ue1, 'directCommunicationRequest', -1)
  const known = ue1Id.kind === 'b-tid' ? network.bootstraps.get(ue1Id.btid) : undefined
  if (!known) throw new Error('the network does not know UE-1')
  const { ks, rand, impi } = known.bootstrap
  return derivePdk(deriveKsNaf(ks, rand, impi, nafId), ue2Id, nonce1)
}

/** A good REQUEST of anybody. */
export const requestOf = (
  network: Network,
  changes: Partial<Pc5<'directCommunicationRequest'>> = {},
): Pc5<'directCommunicationRequest'> => {
  const [btid] = [...network.bootstraps.values()].map(({ bootstrap }) => bootstrap.btid)
  if (!btid) throw new Error('nobody bootstrapped')
  return {
    type: 'directCommunicationRequest',
    sequenceNumber: 1,
    ue1Id: { kind: 'b-tid', btid },
    ipAddressConfig: 4,
    maximumInactivityPeriod: seconds(60),
    nonce1: new Uint8Array(16).fill(0x11),
    ueSecurityCapabilities: { eea: [1, 2, 3], eia: [1, 2, 3] },
    msbOfKdSessId: Dksi(0x5a),
    nafId: nafIdOf(kmf, uaIds.prose),
    ...changes,
  }
}

/** A UE that holds the real keys of the link of both UEs and breaks other rules; its counters go on from `sn`. */
export function insiderOf(world: TwoUes, side: 'commanding' | 'commanded', sn: number) {
  const { nonce1, msbOfKdSessId } = messageOf(world.ue1, 'directCommunicationRequest')
  const { nonce2, lsbOfKdSessId } = messageOf(world.ue2, 'directSecurityModeCommand')
  const context = new SecurityContext({
    pdk: pdkOf(world.ue1, world.network, id2),
    nonce1,
    nonce2,
    algorithms: { eea: 2, eia: 2 },
    kdSessId: msbOfKdSessId * 0x100 + lsbOfKdSessId,
    side,
  })
  while (context.nextSn < sn) context.takeSn()
  const [source, destination] = side === 'commanding' ? [id2, id1] : [id1, id2]
  return async (
    message: Pc5Message | Uint8Array,
    lcid: Exclude<Lcid, 28> = 30,
    sduType: SduType = 'pc5-signalling',
  ) => {
    const sdu = message instanceof Uint8Array ? message : encodeSdu(message)
    const frame = encodeFrame({ source, destination, lcid, pdu: protect(context, { lcid, sduType, sdu }) })
    world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(100))
    return frame
  }
}
