import { freshOctets, readUint } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'
import type { Layer2Id } from '../../core/identities/prose.ts'
import { isLcid, macSize, maximumSduSize, pdcpHeaderSize, type Lcid } from './pdcp.ts'

/** One MAC PDU on SL-SCH with 24-bit addresses that holds one PDCP PDU. TS 36.321 6.2.4. */
export interface SlSchFrame {
  readonly source: Layer2Id
  readonly destination: Layer2Id
  readonly lcid: Lcid
  readonly pdu: Uint8Array
}

export const frameHeaderSize = 8
/** Octets of a frame with the longest SDU and its MAC-I. */
export const maximumFrameSize = frameHeaderSize + pdcpHeaderSize + maximumSduSize + macSize
/** V = 0011: both addresses have 24 bits. */
const version = 3

/** A frame for a PDU of so many octets, neither of which is there yet: the PDU is made in `pduIn` it. */
export const roomForFrame = (pduSize: number): Uint8Array => freshOctets(frameHeaderSize + pduSize)

export const pduIn = (frame: Uint8Array): Uint8Array => frame.subarray(frameHeaderSize)

/** V (4 bits) R (4), SRC (24), DST (24), R R E (3) LCID (5), before the PDCP PDU that is there already. */
export function writeFrameHeader(
  frame: Uint8Array,
  { source, destination, lcid }: Omit<SlSchFrame, 'pdu'>,
): void {
  frame[0] = version << 4
  writeAddress(frame, 1, source)
  writeAddress(frame, 4, destination)
  frame[frameHeaderSize - 1] = lcid
}

/** A frame with that PDU, its header not written yet. */
export function frameOf(pdu: Uint8Array): Uint8Array {
  const frame = roomForFrame(pdu.length)
  frame.set(pdu, frameHeaderSize)
  return frame
}

/** A whole frame. */
export function encodeFrame({ pdu, ...header }: SlSchFrame): Uint8Array {
  const frame = frameOf(pdu)
  writeFrameHeader(frame, header)
  return frame
}

function writeAddress(frame: Uint8Array, at: number, id: Layer2Id): void {
  frame[at] = id >>> 16
  frame[at + 1] = id >>> 8
  frame[at + 2] = id
}

/** Throws MalformedMessage: another V, E set, an LCID that is not used, an address of 0 or all ones, a wrong length. */
export function decodeFrame(octets: Uint8Array): SlSchFrame {
  const fail = (field: string, offset: number, reason: string) =>
    new MalformedMessage(field, offset, reason, { clause: 'TS 36.321 6.2.4' })
  if (octets.length < frameHeaderSize + pdcpHeaderSize) throw fail('SL-SCH frame', octets.length, 'cut short')
  if (octets.length > maximumFrameSize) throw fail('SL-SCH frame', octets.length, 'too long')
  if ((octets[0] ?? 0) >> 4 !== version) throw fail('V', 0, 'not 0011')
  const address = (field: string, at: number) => {
    const value = readUint(octets, at, 3)
    if (value === 0 || value === 0xffffff) throw fail(field, at, 'not a Layer-2 ID of a UE')
    return value as Layer2Id
  }
  const source = address('SRC', 1)
  const destination = address('DST', 4)
  const subheader = octets[frameHeaderSize - 1] ?? 0
  const lcid = subheader & 0x1f
  if ((subheader & 0x20) !== 0) throw fail('E', frameHeaderSize - 1, 'more than one subheader')
  if (!isLcid(lcid)) throw fail('LCID', frameHeaderSize - 1, `${lcid} is not used`)
  return { source, destination, lcid, pdu: pduIn(octets) }
}

/** Whether octets that may be a frame are for that UE: most of what is in the air is not, and needs no decoding. */
export const isToward = (own: Layer2Id, octets: Uint8Array): boolean => readUint(octets, 4, 3) === own

/** Whether a UE takes a frame: sent to it, and not its own coming back (R28). */
export const isFor = ({ source, destination }: SlSchFrame, own: Layer2Id): boolean =>
  destination === own && source !== own
