import { concat, readUint } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'
import type { Protection } from '../../core/tap.ts'
import { decodeSdu, type Pc5Message, type Pc5MessageType } from './messages.ts'

/** SDU Type, bits 8-6 of octet 1. TS 36.323 6.3.14. */
export const sduTypes = { ip: 0, arp: 1, 'pc5-signalling': 2, 'non-ip': 3 } as const
export type SduType = keyof typeof sduTypes
const sduTypeOf: readonly (SduType | undefined)[] = ['ip', 'arp', 'pc5-signalling', 'non-ip']

/** Logical channels of one-to-one communication: 1 to 10 user data, 28 to 30 signalling. TS 36.321 6.2.4. */
export type Lcid = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 28 | 29 | 30

/** 28 unprotected, 29 security mode, 30 all other protected signalling; user data on 1. */
export const lcids = { unprotected: 28, securityMode: 29, protected: 30, userData: 1 } as const

export const isLcid = (value: number): value is Lcid =>
  (value >= 1 && value <= 10) || (value >= 28 && value <= 30)
export const isUserData = (lcid: Lcid): boolean => lcid <= 10

/** What is protected how: `seed` as the change request says, `final` as TS 33.303 and TS 36.323 do. Both ends have one. */
export type Pc5Profile = 'seed' | 'final'

/** DIRECTION: 1 for what the UE sends that sent the Security Mode Command. TS 33.303 6.5.6. */
export type Direction = 0 | 1

/** Command and, in the seed profile, Complete stay clear; all else that is protected is ciphered. */
export const isCiphered = (lcid: Lcid, direction: Direction, profile: Pc5Profile = 'seed'): boolean =>
  lcid === lcids.securityMode ? profile === 'final' && direction === 0 : lcid !== lcids.unprotected

/** COMPLETE has at most 6 octets, a Command at least 23. */
export const longestComplete = 6

/** DIRECTION as far as who only listens can tell: on LCID 29 by the length of the SDU; elsewhere nothing hangs on it. */
export const directionHeard = (lcid: Lcid, sduSize: number): Direction =>
  lcid === lcids.securityMode && sduSize <= longestComplete ? 0 : 1

/** Whether a PDU ends with a MAC-I; in the final profile that of user data does not. TS 36.323 6.2.10. */
export const hasMac = (lcid: Lcid, profile: Pc5Profile = 'seed'): boolean =>
  lcid !== lcids.unprotected && !(profile === 'final' && isUserData(lcid))

/** What protects the octets of a channel, for the tap. */
export function protectionOf(lcid: Lcid, direction: Direction, profile?: Pc5Profile): Protection {
  if (lcid === lcids.unprotected) return 'clear'
  return isCiphered(lcid, direction, profile) ? 'ciphered' : 'integrity'
}

/** Octets of the header and of the MAC-I. TS 36.323 6.2.10. */
export const pdcpHeaderSize = 5
export const macSize = 4
/** TS 36.323 4.3.1. */
export const maximumSduSize = 8188

export interface PdcpHeader {
  readonly sduType: SduType
  /** 16 bits: DKSI of UE-1, octet of UE-2; 0 without protection. */
  readonly kdSessId: number
  /** 16 bits. */
  readonly sn: number
}

/** A PDU taken apart: no MAC-I is checked and nothing is deciphered. */
export interface Pdu extends PdcpHeader {
  /** The 5 octets of the header. */
  readonly header: Uint8Array
  readonly data: Uint8Array
  /** 4 octets, or none. */
  readonly mac: Uint8Array
}

/** Octets of the PDU of an SDU of so many. */
export const pduSize = (lcid: Lcid, sduSize: number, profile?: Pc5Profile): number =>
  pdcpHeaderSize + sduSize + (hasMac(lcid, profile) ? macSize : 0)

/** SDU Type (3 bits), R (5), KD-sess ID (16), PDCP SN (16), at the beginning of `pdu`. */
export function writePdcpHeader(pdu: Uint8Array, { sduType, kdSessId, sn }: PdcpHeader): void {
  pdu[0] = sduTypes[sduType] << 5
  pdu[1] = kdSessId >>> 8
  pdu[2] = kdSessId
  pdu[3] = sn >>> 8
  pdu[4] = sn
}

/** The 5 octets of a header. */
export function encodePdcpHeader(header: PdcpHeader): Uint8Array {
  const octets = new Uint8Array(pdcpHeaderSize)
  writePdcpHeader(octets, header)
  return octets
}

/** An unprotected PDU, for LCID 28. */
export const encodeClearPdu = (sdu: Uint8Array): Uint8Array =>
  concat(encodePdcpHeader({ sduType: 'pc5-signalling', kdSessId: 0, sn: 0 }), sdu)

/**
 * Takes a PDU apart. Throws MalformedMessage: reserved SDU type, a type that the channel does not carry, a
 * KD-sess ID on LCID 28 or none elsewhere, SN 0 on a protected channel, too few or too many octets.
 */
export function decodePdu(lcid: Lcid, pdu: Uint8Array, profile?: Pc5Profile): Pdu {
  const fail = (field: string, offset: number, reason: string) =>
    new MalformedMessage(field, offset, reason, { clause: 'TS 36.323 6.2.10' })
  const unprotected = lcid === lcids.unprotected
  const end = pdu.length - (hasMac(lcid, profile) ? macSize : 0)
  if (end < pdcpHeaderSize) throw fail('PDCP PDU', pdu.length, 'cut short')
  if (end - pdcpHeaderSize > maximumSduSize) throw fail('PDCP PDU', maximumSduSize, 'SDU too long')
  const sduType = sduTypeOf[(pdu[0] ?? 0) >> 5]
  if (sduType === undefined || (sduType === 'pc5-signalling') === isUserData(lcid))
    throw fail('SDU Type', 0, 'reserved, or not of this logical channel')
  const kdSessId = kdSessIdOf(pdu)
  const sn = readUint(pdu, 3, 2)
  if ((kdSessId === 0) !== unprotected) throw fail('KD-sess ID', 1, 'not of this logical channel')
  if (sn === 0 && !unprotected) throw fail('PDCP SN', 3, '0 is never sent with protection')
  return {
    sduType,
    kdSessId,
    sn,
    header: pdu.subarray(0, pdcpHeaderSize),
    data: pdu.subarray(pdcpHeaderSize, end),
    mac: pdu.subarray(end),
  }
}

/** KD-sess ID of a PDU that is otherwise not looked at, to find its context; 0 when the PDU is cut short. */
export const kdSessIdOf = (pdu: Uint8Array): number => readUint(pdu, 1, 2)

/** Messages that never go on LCID 30, and where they go instead. TS 36.321 table 6.2.4-1. */
const channels: Partial<Record<Pc5MessageType, readonly Lcid[]>> = {
  directCommunicationRequest: [28],
  bootstrappingRenegotiationRequest: [28],
  directCommunicationReject: [28, 30],
  directSecurityModeReject: [28, 30],
  directSecurityModeCommand: [29],
  directSecurityModeComplete: [29],
}

/** Whether the channel carries messages of this type: a protected one is never taken from LCID 28 (R11). */
export const carries = (lcid: Lcid, type: Pc5MessageType): boolean => (channels[type] ?? [30]).includes(lcid)

/**
 * The message in a clear SDU of a channel. Throws MalformedElement as `decodeSdu`, and MalformedMessage for a
 * message that this channel does not carry.
 */
export function decodeSignalling(lcid: Lcid, sdu: Uint8Array): Pc5Message {
  const message = decodeSdu(sdu)
  if (!carries(lcid, message.type))
    throw new MalformedMessage('message type', 0, `${message.type} is not carried on LCID ${lcid}`, {
      clause: 'TS 36.321 6.2.4',
    })
  return message
}
