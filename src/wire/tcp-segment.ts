import { concat, readUint, u16, u32 } from '../core/bytes.ts'
import { MalformedMessage } from '../core/errors.ts'
import { ipv6Checksum, protocols, type IpEnds } from './ip-packet.ts'

export interface TcpSegment {
  readonly fromPort: number
  readonly toPort: number
  /** 32 bits each. */
  readonly sequence: number
  readonly acknowledgement: number
  /** A sum of `tcpFlags`; others are read over. */
  readonly flags: number
  /** 16 bits, in octets: window scaling is not used. */
  readonly window: number
  /** With SYN only. RFC 9293 3.7.1. */
  readonly maximumSegmentSize?: number
  readonly payload: Uint8Array
}

export const tcpFlags = { fin: 0x01, syn: 0x02, reset: 0x04, push: 0x08, acknowledge: 0x10 } as const

export const tcpHeaderSize = 20
const clause = 'RFC 9293 3.1'
const options = { end: 0, nothing: 1, maximumSegmentSize: 2 } as const

/** Header and payload with a checksum of 0, which covers a pseudo-header too. RFC 9293 3.1. */
export function encodeUnsummed(segment: TcpSegment): Uint8Array {
  const { fromPort, toPort, sequence, acknowledgement, flags, window, maximumSegmentSize, payload } = segment
  const option =
    maximumSegmentSize === undefined
      ? new Uint8Array()
      : concat(Uint8Array.of(options.maximumSegmentSize, 4), u16(maximumSegmentSize))
  const dataOffset = (tcpHeaderSize + option.length) / 4
  return concat(
    ...[u16(fromPort), u16(toPort), u32(sequence), u32(acknowledgement)],
    Uint8Array.of(dataOffset << 4, flags),
    ...[u16(window), u32(0), option, payload],
  )
}

/** Where the checksum stands in a segment. */
export const tcpChecksumOffset = 16

export function encodeTcp(segment: TcpSegment, ends: IpEnds): Uint8Array {
  const octets = encodeUnsummed(segment)
  octets.set(u16(ipv6Checksum({ ...ends, protocol: protocols.tcp, payload: octets })), tcpChecksumOffset)
  return octets
}

/** Throws MalformedMessage: cut short, a wrong checksum, options that run over their end. */
export function decodeTcp(octets: Uint8Array, ends: IpEnds): TcpSegment {
  if (octets.length < tcpHeaderSize)
    throw new MalformedMessage('TCP header', octets.length, 'cut short', { clause })
  if (ipv6Checksum({ ...ends, protocol: protocols.tcp, payload: octets }) !== 0)
    throw new MalformedMessage('Checksum', tcpChecksumOffset, 'wrong', { clause })
  const headerSize = ((octets[12] ?? 0) >> 4) * 4
  if (headerSize < tcpHeaderSize || headerSize > octets.length)
    throw new MalformedMessage('Data Offset', 12, 'not within the segment', { clause })
  const maximumSegmentSize = readMaximumSegmentSize(octets.subarray(0, headerSize))
  return {
    fromPort: readUint(octets, 0, 2),
    toPort: readUint(octets, 2, 2),
    sequence: readUint(octets, 4, 4),
    acknowledgement: readUint(octets, 8, 4),
    flags: octets[13] ?? 0,
    window: readUint(octets, 14, 2),
    ...(maximumSegmentSize !== undefined && { maximumSegmentSize }),
    payload: octets.subarray(headerSize),
  }
}

/** Options of other kinds are read over. RFC 9293 3.2. */
function readMaximumSegmentSize(header: Uint8Array): number | undefined {
  let found: number | undefined
  for (let at = tcpHeaderSize; at < header.length;) {
    const kind = header[at]
    if (kind === options.end) break
    if (kind === options.nothing) {
      at++
      continue
    }
    const length = header[at + 1] ?? 0
    if (length < 2 || at + length > header.length)
      throw new MalformedMessage('Options', at, 'run over their end', { clause })
    if (kind === options.maximumSegmentSize && length === 4) found = readUint(header, at + 2, 2)
    at += length
  }
  return found
}
