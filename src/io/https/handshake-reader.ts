import { readUint } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'

const contentHandshake = 22
const longestRecord = 16384 + 2048
const longestHandshake = 64 * 1024

const malformed = (field: string, at: number, reason: string): MalformedMessage =>
  new MalformedMessage(field, at, reason, { clause: 'RFC 8446 5.1' })

/** One handshake message: its type and its body. */
export interface HandshakeMessage {
  readonly type: number
  readonly body: Uint8Array
}

/** Whether octets can begin a TLS connection: a handshake record of major version 3; one octet is enough to say no. */
const looksLikeTls = (octets: Uint8Array): boolean =>
  (octets[0] ?? contentHandshake) === contentHandshake && (octets[1] ?? 3) === 3

/** The same of a chunk that comes after `received` octets of its direction. */
export const goesOnLikeTls = (received: number, chunk: Uint8Array): boolean =>
  received >= 2 || looksLikeTls(received === 0 ? chunk : Uint8Array.of(contentHandshake, chunk[0] ?? 3))

/**
 * Takes the octets of one direction as they come and gives the handshake messages that end in them, as long as these
 * are in the clear. Keeps at most one message. RFC 8446 5.1, RFC 5246 6.2.1.
 */
export class HandshakeReader {
  readonly #header = new Uint8Array(5)
  #headerLength = 0
  #recordLeft = 0
  readonly #messageHeader = new Uint8Array(4)
  #messageHeaderLength = 0
  #body = new Uint8Array(0)
  #bodyLength = 0
  #read = 0

  #readRecordHeader(octets: Uint8Array): number {
    const part = octets.subarray(0, this.#header.length - this.#headerLength)
    this.#header.set(part, this.#headerLength)
    this.#headerLength += part.length
    if (!looksLikeTls(this.#header.subarray(0, this.#headerLength)))
      throw malformed('record', 0, 'no handshake record of TLS')
    if (this.#headerLength === this.#header.length) {
      this.#recordLeft = readUint(this.#header, 3, 2)
      this.#headerLength = 0
      if (this.#recordLeft === 0 || this.#recordLeft > longestRecord)
        throw malformed('record', 3, 'empty or too long')
    }
    return part.length
  }

  /** To be read to its end. Throws MalformedMessage at a record that is no handshake, or longer than TLS allows. */
  *push(octets: Uint8Array): Generator<HandshakeMessage, void, void> {
    let at = 0
    while (at < octets.length) {
      if (this.#recordLeft === 0) at += this.#readRecordHeader(octets.subarray(at))
      else at += this.#readFragment(octets.subarray(at, at + this.#recordLeft))
      const message = this.#complete()
      if (message) yield message
    }
  }

  #readFragment(octets: Uint8Array): number {
    const isHeader = this.#messageHeaderLength < this.#messageHeader.length
    const part = isHeader ? this.#readMessageHeader(octets) : this.#readBody(octets)
    this.#recordLeft -= part
    this.#read += part
    if (this.#read > longestHandshake) throw malformed('handshake', this.#read, 'longer than 64 KiB')
    return part
  }

  #complete(): HandshakeMessage | undefined {
    if (this.#messageHeaderLength < 4 || this.#bodyLength < this.#body.length) return undefined
    this.#messageHeaderLength = 0
    return { type: this.#messageHeader[0] ?? 0, body: this.#body }
  }

  #readMessageHeader(octets: Uint8Array): number {
    const part = octets.subarray(0, this.#messageHeader.length - this.#messageHeaderLength)
    this.#messageHeader.set(part, this.#messageHeaderLength)
    this.#messageHeaderLength += part.length
    if (this.#messageHeaderLength === this.#messageHeader.length) {
      const length = readUint(this.#messageHeader, 1, 3)
      if (length > longestHandshake) throw malformed('handshake', 1, 'longer than 64 KiB')
      this.#body = new Uint8Array(length)
      this.#bodyLength = 0
    }
    return part.length
  }

  #readBody(octets: Uint8Array): number {
    const part = octets.subarray(0, this.#body.length - this.#bodyLength)
    this.#body.set(part, this.#bodyLength)
    this.#bodyLength += part.length
    return part.length
  }
}
