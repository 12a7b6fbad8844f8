import { InvalidValue } from '../../core/errors.ts'
import { projectValues } from '../../core/project-values.ts'
import type { Fields } from '../../core/tap.ts'
import { decodeMessage, describeMessage, encodeMessage, encodeRows, typeOf } from '../../wire/tlv/codec.ts'
import type { Explanation } from '../../wire/explanation.ts'
import { explainMessage } from '../../wire/tlv/explain.ts'
import {
  answerable,
  mandatory,
  message,
  optional,
  refused,
  required,
  type MessageOf,
} from '../../wire/tlv/message.ts'
import * as ie from './information-elements.ts'

const sequenceNumber = mandatory(ie.sequenceNumber)

/** PC5 signalling messages, rows in wire order. TS 24.334 11.4, CR 33.303 6.X.3. */
export const pc5Messages = {
  directCommunicationRequest: message({
    type: 0x01,
    name: 'DIRECT_COMMUNICATION_REQUEST',
    clause: 'TS 24.334 11.4.2',
    fields: {
      sequenceNumber,
      ue1Id: answerable(mandatory(ie.ue1Id)),
      ipAddressConfig: mandatory(ie.ipAddressConfig),
      maximumInactivityPeriod: mandatory(ie.maximumInactivityPeriod),
      nonce1: mandatory(ie.nonce1),
      ueSecurityCapabilities: mandatory(ie.ueSecurityCapabilities),
      msbOfKdSessId: mandatory(ie.msbOfKdSessId),
      kdId: optional(0x11, ie.kdId),
      relayServiceCode: optional(0x19, ie.relayServiceCode),
      signature: optional(0x16, ie.signature),
      linkLocalIpv6Address: optional(0x03, ie.linkLocalIpv6Address),
      secondUserInfo: refused(0x01, ie.userInfo),
      nafId: answerable(required(projectValues.ieiNafId.value, ie.nafId)),
      extensionSet: optional(projectValues.ieiExtensions.value, ie.extensionSet),
      requestToken: optional(projectValues.ieiRequestToken.value, ie.requestToken),
    },
  }),
  directCommunicationAccept: message({
    type: 0x02,
    name: 'DIRECT_COMMUNICATION_ACCEPT',
    clause: 'TS 24.334 11.4.3',
    fields: {
      sequenceNumber,
      ipAddressConfig: mandatory(ie.ipAddressConfig),
      linkLocalIpv6Address: optional(0x03, ie.linkLocalIpv6Address),
    },
  }),
  directCommunicationReject: message({
    type: 0x03,
    name: 'DIRECT_COMMUNICATION_REJECT',
    clause: 'TS 24.334 11.4',
    fields: { sequenceNumber, cause: mandatory(ie.rejectCause) },
  }),
  directCommunicationKeepalive: message({
    type: 0x04,
    name: 'DIRECT_COMMUNICATION_KEEPALIVE',
    clause: 'TS 24.334 11.4',
    fields: {
      sequenceNumber,
      keepaliveCounter: mandatory(ie.keepaliveCounter),
      maximumInactivityPeriod: optional(0x07, ie.maximumInactivityPeriod),
    },
  }),
  directCommunicationKeepaliveAck: message({
    type: 0x05,
    name: 'DIRECT_COMMUNICATION_KEEPALIVE_ACK',
    clause: 'TS 24.334 11.4',
    fields: { sequenceNumber, keepaliveCounter: mandatory(ie.keepaliveCounter) },
  }),
  directCommunicationRelease: message({
    type: 0x06,
    name: 'DIRECT_COMMUNICATION_RELEASE',
    clause: 'TS 24.334 11.4',
    fields: { sequenceNumber, reason: mandatory(ie.releaseReason) },
  }),
  directCommunicationReleaseAccept: message({
    type: 0x07,
    name: 'DIRECT_COMMUNICATION_RELEASE_ACCEPT',
    clause: 'TS 24.334 11.4',
    fields: { sequenceNumber },
  }),
  directSecurityModeCommand: message({
    type: 0x0c,
    name: 'DIRECT_SECURITY_MODE_COMMAND',
    clause: 'TS 24.334 11.4.12A',
    fields: {
      sequenceNumber,
      ueSecurityCapabilities: mandatory(ie.ueSecurityCapabilities),
      nonce2: mandatory(ie.nonce2),
      chosenAlgorithms: mandatory(ie.chosenAlgorithms),
      lsbOfKdSessId: mandatory(ie.lsbOfKdSessId),
      msbOfKdId: optional(0x10, ie.msbOfKdId),
      kdFreshness: optional(0x12, ie.kdFreshness),
      gpi: optional(0x18, ie.gpi),
      userInfo: optional(0x01, ie.userInfo),
      signature: optional(0x16, ie.signature),
      encryptedPayload: optional(0x17, ie.encryptedPayload),
      ue2Id: required(projectValues.ieiUe2Id.value, ie.ue2Id),
      longGpi: optional(projectValues.ieiGpiLong.value, ie.longGpi),
      dksi: required(projectValues.ieiDksi.value, ie.dksi),
      extensionSet: optional(projectValues.ieiExtensions.value, ie.extensionSet),
    },
    notBoth: ['gpi', 'longGpi'],
  }),
  directSecurityModeComplete: message({
    type: 0x0d,
    name: 'DIRECT_SECURITY_MODE_COMPLETE',
    clause: 'TS 24.334 11.4.13',
    fields: { sequenceNumber, lsbOfKdId: optional(0x0f, ie.lsbOfKdId) },
  }),
  directSecurityModeReject: message({
    type: 0x0e,
    name: 'DIRECT_SECURITY_MODE_REJECT',
    clause: 'TS 24.334 11.4',
    fields: {
      sequenceNumber,
      cause: mandatory(ie.securityModeRejectCause),
      rand: optional(0x0a, ie.rand),
      auts: optional(0x09, ie.auts),
    },
  }),
  directRekeyingRequest: message({
    type: 0x0f,
    name: 'DIRECT_REKEYING_REQUEST',
    clause: 'TS 24.334 11.4',
    fields: {
      sequenceNumber,
      ueSecurityCapabilities: mandatory(ie.ueSecurityCapabilities),
      nonce1: mandatory(ie.nonce1),
      msbOfKdSessId: mandatory(ie.msbOfKdSessId),
      reauthFlag: optional(0x15, ie.reauthFlag),
      prukId: optional(0x08, ie.prukId),
    },
  }),
  directRekeyingResponse: message({
    type: 0x10,
    name: 'DIRECT_REKEYING_RESPONSE',
    clause: 'TS 24.334 11.4',
    fields: { sequenceNumber },
  }),
  directRekeyingTrigger: message({
    type: 0x11,
    name: 'DIRECT_REKEYING_TRIGGER',
    clause: 'TS 24.334 11.4',
    fields: { sequenceNumber },
  }),
  remoteUeInfoRequest: message({
    type: 0x12,
    name: 'REMOTE_UE_INFO_REQUEST',
    clause: 'TS 24.334 11.4',
    fields: { sequenceNumber, remoteUeInfoType: mandatory(ie.remoteUeInfoType) },
  }),
  remoteUeInfoResponse: message({
    type: 0x13,
    name: 'REMOTE_UE_INFO_RESPONSE',
    clause: 'TS 24.334 11.4',
    fields: { sequenceNumber, imei: optional(0x1b, ie.imei) },
  }),
  bootstrappingRenegotiationRequest: message({
    type: projectValues.renegotiationMessageType.value,
    name: 'BOOTSTRAPPING_RENEGOTIATION_REQUEST',
    clause: 'CR 33.303 6.X.3.3',
    fields: { sequenceNumber, nonce1: mandatory(ie.nonce1) },
  }),
} as const

/** A union, discriminated by `type`. */
export type Pc5Message = MessageOf<typeof pc5Messages>
export type Pc5MessageType = Pc5Message['type']
/** One message of the union. */
export type Pc5<Type extends Pc5MessageType> = Extract<Pc5Message, { readonly type: Type }>

export type DirectCommunicationRequest = Pc5<'directCommunicationRequest'>
export type DirectSecurityModeCommand = Pc5<'directSecurityModeCommand'>

/** The message of an SDU. Throws MalformedElement, whose `answerable` parts REJECT #2 from silence. */
export const decodeSdu = (sdu: Uint8Array): Pc5Message => decodeMessage(pc5Messages, sdu)

/** Of an SDU that was encoded here; throws InvalidValue. */
export const typeOfSdu = (sdu: Uint8Array): Pc5MessageType => typeOf(pc5Messages, sdu)

/** The SDU of a message; throws InvalidValue. */
export const encodeSdu = (message: Pc5Message): Uint8Array => encodeMessage(pc5Messages, message)

/** User Info and NAF-ID as the REQUEST has them, length octets and IEI included: with E3 the MAC-I of the Command covers them. */
export function identityElements(request: Pick<DirectCommunicationRequest, 'ue1Id' | 'nafId'>): Uint8Array {
  const { ue1Id, nafId } = pc5Messages.directCommunicationRequest.fields
  return encodeRows({ ue1Id, nafId }, request)
}

/** Fields for the tap: an IMSI only masked. */
export const describe = (message: Pc5Message): Fields => describeMessage(pc5Messages, message)

/** What each octet of an SDU says. */
export const explainSdu = (sdu: Uint8Array): Explanation => explainMessage(pc5Messages, sdu)

/** `DIRECT_COMMUNICATION_REQUEST` and so on. */
export const messageName = (type: Pc5MessageType): string => pc5Messages[type].name

/** The GPI of a Command, in whichever form it came. */
export const gpiOf = (command: DirectSecurityModeCommand): Uint8Array | undefined =>
  command.gpi ?? command.longGpi

/** The field of a Command that carries a GPI of this length: TLV up to 255 octets, TLV-E up to 1024. */
export function gpiField(gpi: Uint8Array | undefined): { gpi?: Uint8Array; longGpi?: Uint8Array } {
  if (gpi === undefined) return {}
  if (gpi.length > 1024) throw new InvalidValue('GPI', 'at most 1024 octets are allowed')
  return gpi.length <= 255 ? { gpi } : { longGpi: gpi }
}
