import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { MalformedMessage } from '../../core/errors.ts'
import { isServerHello, offerOf, suiteOfServerHello, type PskOffer } from './client-hello.ts'
import { goesOnLikeTls, HandshakeReader } from './handshake-reader.ts'

/** The offer of a client, with the cipher suite that the server chose where it chose one before (TLS 1.2). */
export interface GateOffer extends PskOffer {
  readonly suite?: number
}

export interface GateOptions {
  /** Versions that the server may choose: an offer for another is passed over. */
  readonly versions: readonly PskOffer['version'][]
  /** Resolves when the key is at hand, so that the synchronous callback of TLS can give it; throws to end the connection. */
  readonly lookUp: (offer: GateOffer) => Promise<void>
  /** Octets that passed, as they are on the wire. */
  readonly onOctets?: ((direction: 'in' | 'out', octets: Uint8Array) => void) | undefined
}

/**
 * Stands between a TCP socket and TLS on the side of the server. It reads the handshake while that is in the clear and
 * holds back the octets which complete the client's identity until `lookUp` is done: TLS asks for the key by a
 * synchronous callback, and the key is at the BSF. Bounded: one chunk is held while the socket is paused.
 */
export class PskGate extends Duplex {
  readonly #raw: Socket
  readonly #options: GateOptions
  #inbound: HandshakeReader | undefined = new HandshakeReader()
  #outbound: HandshakeReader | undefined = new HandshakeReader()
  #suite: number | undefined
  #received = 0
  #holding = false

  constructor(raw: Socket, options: GateOptions) {
    super({ allowHalfOpen: false })
    this.#raw = raw
    this.#options = options
    raw.on('data', (chunk: Buffer) => this.#receive(chunk))
    raw.on('end', () => this.push(null))
    raw.on('error', (error) => this.destroy(error))
    raw.on('close', () => this.destroy())
  }

  override _read(): void {
    if (!this.#holding) this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#options.onOctets?.('out', chunk)
    this.#watchOutbound(chunk)
    this.#raw.write(chunk, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#raw.end(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#raw.destroy()
    done(error)
  }

  #receive(chunk: Buffer): void {
    this.#options.onOctets?.('in', chunk)
    if (!goesOnLikeTls(this.#received, chunk)) {
      this.destroy(new MalformedMessage('record', this.#received, 'not TLS'))
      return
    }
    this.#received += chunk.length
    const offer = this.#watchInbound(chunk)
    if (offer) void this.#hold(chunk, offer)
    else this.#pass(chunk)
  }

  #pass(chunk: Buffer): void {
    if (!this.push(chunk)) this.#raw.pause()
  }

  async #hold(chunk: Buffer, offer: GateOffer): Promise<void> {
    this.#holding = true
    this.#inbound = undefined
    this.#raw.pause()
    try {
      await this.#options.lookUp(offer)
    } catch (error) {
      this.destroy(error instanceof Error ? error : undefined)
      return
    }
    if (this.destroyed) return
    this.#holding = false
    this.#pass(chunk)
    this.#raw.resume()
  }

  /** The first offer in what the client says. What cannot be read is left to TLS, which will send its alert. */
  #watchInbound(chunk: Uint8Array): GateOffer | undefined {
    try {
      for (const message of this.#inbound?.push(chunk) ?? []) {
        const offer = offerOf(message)
        if (offer && this.#options.versions.includes(offer.version))
          return this.#suite === undefined ? offer : { ...offer, suite: this.#suite }
      }
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#inbound = undefined
    }
    return undefined
  }

  #watchOutbound(chunk: Uint8Array): void {
    try {
      for (const message of this.#outbound?.push(chunk) ?? []) {
        if (!isServerHello(message)) continue
        this.#suite = suiteOfServerHello(message.body)
        this.#outbound = undefined
        return
      }
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#outbound = undefined
    }
  }
}
