import { freshOctets, putU32, readU32 } from '../../core/bytes.ts'
import { MalformedDiameter } from './malformed.ts'
import { resultCodes } from './result.ts'

/** Header of a Diameter message, 20 octets. RFC 6733 3. */
export interface Header {
  readonly request: boolean
  readonly proxiable: boolean
  readonly error: boolean
  /** T flag: the request may have been received before. */
  readonly retransmitted: boolean
  /** 24 bits. */
  readonly commandCode: number
  readonly applicationId: number
  readonly hopByHop: number
  readonly endToEnd: number
}

export const headerLength = 20
/** No message of ours comes near; nothing longer is buffered (B56). */
export const longestMessage = 64 * 1024

const flags = { request: 0x80, proxiable: 0x40, error: 0x20, retransmitted: 0x10 } as const

/**
 * Length of the message that begins at `at`, from its version and length octets (4 are needed, undefined before); throws
 * MalformedDiameter with 5011 or 5015. RFC 6733 3.
 */
export function messageLength(octets: Uint8Array, at = 0): number | undefined {
  if (octets.length - at < 4) return undefined
  const fail = (resultCode: number, reason: string) =>
    new MalformedDiameter('header', 0, reason, { resultCode })
  if (octets[at] !== 1) throw fail(resultCodes.unsupportedVersion, 'version is not 1')
  const length = readU32(octets, at) & 0xffffff
  if (length < headerLength || length % 4 !== 0 || length > longestMessage)
    throw fail(resultCodes.invalidMessageLength, `length ${length} is not possible`)
  return length
}

/** Header fields as they stand, flags not judged; needs 20 octets. */
export function readHeader(octets: Uint8Array): Header {
  const bits = octets[4] ?? 0
  return {
    request: (bits & flags.request) !== 0,
    proxiable: (bits & flags.proxiable) !== 0,
    error: (bits & flags.error) !== 0,
    retransmitted: (bits & flags.retransmitted) !== 0,
    commandCode: readU32(octets, 4) & 0xffffff,
    applicationId: readU32(octets, 8),
    hopByHop: readU32(octets, 12),
    endToEnd: readU32(octets, 16),
  }
}

/** Header of a whole message; throws MalformedDiameter with 5011, 5015 or 3008. */
export function decodeHeader(octets: Uint8Array): Header {
  if (octets.length < headerLength || messageLength(octets) !== octets.length)
    throw new MalformedDiameter('header', 1, 'not the length of the message', {
      resultCode: resultCodes.invalidMessageLength,
    })
  const header = readHeader(octets)
  if (((octets[4] ?? 0) & 0x0f) !== 0 || (header.request && header.error))
    throw new MalformedDiameter('header', 4, 'flag bits that may not be set', {
      resultCode: resultCodes.invalidHeaderBits,
    })
  return header
}

/** The header of a message that is all of `octets`. */
function writeHeader(octets: Uint8Array, header: Header): void {
  putU32(octets, 0, octets.length)
  octets[0] = 1
  putU32(octets, 4, header.commandCode)
  octets[4] =
    (header.request ? flags.request : 0) |
    (header.proxiable ? flags.proxiable : 0) |
    (header.error ? flags.error : 0) |
    (header.retransmitted ? flags.retransmitted : 0)
  putU32(octets, 8, header.applicationId)
  putU32(octets, 12, header.hopByHop)
  putU32(octets, 16, header.endToEnd)
}

/** A whole message of its header and its AVPs, one or more in each piece, with their padding. */
export function encodeMessage(header: Header, ...avps: readonly Uint8Array[]): Uint8Array {
  let length = headerLength
  for (const avp of avps) length += avp.length
  const octets = freshOctets(length)
  writeHeader(octets, header)
  let at = headerLength
  for (const avp of avps) {
    octets.set(avp, at)
    at += avp.length
  }
  return octets
}
