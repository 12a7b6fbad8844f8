import { fromAscii, readUint } from '../../core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import type { HandshakeMessage } from './handshake-reader.ts'

/** What a client offers as its pre-shared key, in the clear before any key is needed. */
export interface PskOffer {
  readonly version: '1.3' | '1.2'
  /** psk_identity as received, ASCII. */
  readonly identity: string
}

const messageTypes = { clientHello: 1, serverHello: 2, clientKeyExchange: 16 } as const
const extensions = { preSharedKey: 41, supportedVersions: 43 } as const

const malformed = (field: string, at: number, reason: string): MalformedMessage =>
  new MalformedMessage(field, at, reason, { clause: 'RFC 8446 4.1.2' })

/** Reads vectors one after the other and never beyond the octets it has. */
class VectorReader {
  readonly #octets: Uint8Array
  readonly #field: string
  #at = 0

  constructor(octets: Uint8Array, field: string) {
    this.#octets = octets
    this.#field = field
  }

  get isAtEnd(): boolean {
    return this.#at === this.#octets.length
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#octets.length) throw malformed(this.#field, this.#at, 'cut short')
    this.#at += length
    return this.#octets.subarray(this.#at - length, this.#at)
  }

  uint(size: 1 | 2 | 3): number {
    return readUint(this.take(size), 0, size)
  }

  /** A vector after its length in `size` octets. */
  vector(size: 1 | 2 | 3): Uint8Array {
    return this.take(this.uint(size))
  }
}

/** A psk_identity as text, undefined when it is not printable ASCII. */
function identityOf(octets: Uint8Array): string | undefined {
  try {
    return fromAscii(octets)
  } catch (error) {
    if (error instanceof InvalidValue) return undefined
    throw error
  }
}

/**
 * The first printable identity that a ClientHello offers for TLS 1.3, undefined when it offers none; others may be
 * tickets, which are not taken. RFC 8446 4.1.2, 4.2.11.
 */
function offerOfClientHello(body: Uint8Array): PskOffer | undefined {
  const found = extensionsOf(body)
  const versions = found.get(extensions.supportedVersions)
  const preSharedKey = found.get(extensions.preSharedKey)
  if (!versions || !preSharedKey || !offersTls13(versions)) return undefined
  const list = new VectorReader(preSharedKey, 'pre_shared_key').vector(2)
  const identities = new VectorReader(list, 'pre_shared_key')
  while (!identities.isAtEnd) {
    const identity = identityOf(identities.vector(2))
    identities.take(4) // obfuscated_ticket_age
    if (identity !== undefined) return { version: '1.3', identity }
  }
  return undefined
}

function offersTls13(extension: Uint8Array): boolean {
  const versions = new VectorReader(
    new VectorReader(extension, 'supported_versions').vector(1),
    'supported_versions',
  )
  let offers = false
  while (!versions.isAtEnd) if (versions.uint(2) === 0x0304) offers = true
  return offers
}

function extensionsOf(body: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const hello = new VectorReader(body, 'ClientHello')
  hello.take(2 + 32) // legacy_version, random
  hello.vector(1) // legacy_session_id
  hello.vector(2) // cipher_suites
  hello.vector(1) // legacy_compression_methods
  const found = new Map<number, Uint8Array>()
  if (hello.isAtEnd) return found
  const list = new VectorReader(hello.vector(2), 'extensions')
  while (!list.isAtEnd) found.set(list.uint(2), list.vector(2))
  return found
}

/** The identity in a ClientKeyExchange of TLS 1.2 with a PSK suite: its first vector. RFC 4279 2, 3. */
function offerOfClientKeyExchange(body: Uint8Array): PskOffer | undefined {
  const identity = identityOf(new VectorReader(body, 'ClientKeyExchange').vector(2))
  return identity === undefined ? undefined : { version: '1.2', identity }
}

/** The cipher suite that a ServerHello chose. RFC 5246 7.4.1.3, RFC 8446 4.1.3. */
export function suiteOfServerHello(body: Uint8Array): number {
  const hello = new VectorReader(body, 'ServerHello')
  hello.take(2 + 32) // legacy_version, random
  hello.vector(1) // legacy_session_id
  return hello.uint(2)
}

/** What a message of the client offers; undefined for every message that offers no pre-shared key. */
export function offerOf(message: HandshakeMessage): PskOffer | undefined {
  if (message.type === messageTypes.clientHello) return offerOfClientHello(message.body)
  if (message.type === messageTypes.clientKeyExchange) return offerOfClientKeyExchange(message.body)
  return undefined
}

export const isServerHello = (message: HandshakeMessage): boolean => message.type === messageTypes.serverHello
