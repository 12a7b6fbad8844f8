import type { Socket } from 'node:net'
import { MalformedMessage } from '../../core/errors.ts'
import { offerOf, type PskOffer } from './client-hello.ts'
import { goesOnLikeTls, HandshakeReader } from './handshake-reader.ts'

/** A ClientHello with more octets before it ends is left to the gate, which keeps none of them. */
const longestHello = 16 * 1024

/**
 * Reads what a client of TLS 1.3 offers from the TCP socket itself and puts its octets back, so that TLS can have the socket
 * as it is. The socket is paused then, as long as `found` likes: TLS asks for the key by a synchronous callback, and the key
 * is at the BSF. `found` gets undefined where the first message of the client offers nothing for 1.3, or cannot be read; what
 * is no TLS is closed at once (R42).
 */
export function readOffer(raw: Socket, found: (offer: PskOffer | undefined) => void): void {
  const reader = new HandshakeReader()
  const chunks: Buffer[] = []
  let received = 0
  const take = (chunk: Buffer) => {
    if (!goesOnLikeTls(received, chunk)) {
      raw.destroy()
      return
    }
    chunks.push(chunk)
    received += chunk.length
    const read = firstOffer(reader, chunk)
    if (read === 'unfinished' && received <= longestHello) return
    raw.off('data', take).pause()
    raw.unshift(chunks.length === 1 ? chunk : Buffer.concat(chunks))
    found(read === 'unfinished' ? undefined : read)
  }
  raw.on('data', take)
  raw.on('error', () => raw.destroy())
}

/** Of the first message that ends in these octets. */
function firstOffer(reader: HandshakeReader, octets: Uint8Array): PskOffer | undefined | 'unfinished' {
  try {
    for (const message of reader.push(octets)) {
      const offer = offerOf(message)
      return offer?.version === '1.3' ? offer : undefined
    }
    return 'unfinished'
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined
    throw error
  }
}
