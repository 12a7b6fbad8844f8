import { hex } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'
import { moved, stoppedBy, type ByteRange, type Explanation } from '../../wire/explanation.ts'
import { frameHeader, headerText, pdcpHeader, type HeaderRow } from './headers.ts'
import { explainSdu } from './messages.ts'
import {
  decodePdu,
  directionHeard,
  isCiphered,
  isUserData,
  macSize,
  pdcpHeaderSize,
  type Lcid,
  type Pc5Profile,
} from './pdcp.ts'
import { decodeFrame, frameHeaderSize } from './sl-sch.ts'

const range = (name: string, from: number, to: number, text: string): ByteRange => ({
  name,
  from,
  valueFrom: from,
  to,
  text,
})

/**
 * What each octet of an SL-SCH frame says to a reader who knows the profile, which the octets do not tell. A ciphered SDU is one
 * range, unless its clear octets are given as `clearSdu` (of the same length). Never throws.
 */
export function explainFrame(frame: Uint8Array, clearSdu?: Uint8Array, profile?: Pc5Profile): Explanation {
  try {
    const parts = decodeFrame(frame)
    const inner = moved(explainPdu(parts.lcid, parts.pdu, clearSdu, profile), frameHeaderSize)
    return { ...inner, ranges: [...headerRanges(frameHeader, frame), ...inner.ranges] }
  } catch (error) {
    if (error instanceof MalformedMessage) return { name: 'unknown', ranges: [], ...stoppedBy(error) }
    throw error
  }
}

/** The same for a PDCP PDU; `stopped.offset` counts from its first octet, as the ranges do. */
export function explainPdu(
  lcid: Lcid,
  octets: Uint8Array,
  clearSdu?: Uint8Array,
  profile?: Pc5Profile,
): Explanation {
  try {
    const pdu = decodePdu(lcid, octets, profile)
    const isHidden = isCiphered(lcid, directionHeard(lcid, pdu.data.length), profile)
    const inner = moved(explainData(lcid, pdu.data, isHidden ? clearSdu : pdu.data), pdcpHeaderSize)
    const end = octets.length - pdu.mac.length
    const reached = pdu.mac.length === macSize && !inner.stopped
    const mac = reached ? [range('MAC-I', end, octets.length, hex(pdu.mac))] : []
    return { ...inner, ranges: [...headerRanges(pdcpHeader, octets), ...inner.ranges, ...mac] }
  } catch (error) {
    if (error instanceof MalformedMessage) return { name: 'unknown', ranges: [], ...stoppedBy(error) }
    throw error
  }
}

function explainData(lcid: Lcid, data: Uint8Array, clear: Uint8Array | undefined): Explanation {
  if (clear === undefined)
    return {
      name: isUserData(lcid) ? 'user data' : 'protected signalling',
      ranges: [range('SDU', 0, data.length, 'ciphered')],
    }
  if (isUserData(lcid)) return { name: 'user data', ranges: [range('SDU', 0, data.length, hex(clear))] }
  return explainSdu(clear)
}

const headerRanges = (rows: Readonly<Record<string, HeaderRow>>, octets: Uint8Array): readonly ByteRange[] =>
  Object.values(rows).map((row) => range(row.name, row.from, row.to, headerText(row, octets)))
