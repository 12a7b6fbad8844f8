import { Socket } from 'node:net'

/** What one end of a simulated stream gives to the other. */
export type Parcel =
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  /** Octets of what secures a stream, apart from those of its user. */
  | { readonly kind: 'handshake'; readonly octets: Uint8Array }
  | { readonly kind: 'end' }

type Written = { readonly chunk: unknown; readonly encoding: BufferEncoding }

const octetsOf = ({ chunk, encoding }: Written): Uint8Array =>
  typeof chunk === 'string' ? Buffer.from(chunk, encoding) : (chunk as Uint8Array)

/**
 * One end of a stream of octets in this process. To HTTP and Diameter it is a socket; what is written goes to `carry`,
 * and what arrives is given to `deliver`.
 */
export class SimulatedSocket extends Socket {
  /** Takes what leaves this end; undefined until it is connected. */
  carry: ((parcel: Parcel) => void) | undefined
  #ended = false

  constructor(local: number, remote: number) {
    super({ allowHalfOpen: false })
    Object.assign(this, { connecting: true })
    for (const [name, value] of Object.entries({ localPort: local, remotePort: remote }))
      Object.defineProperty(this, name, { value })
    for (const name of ['localAddress', 'remoteAddress'])
      Object.defineProperty(this, name, { value: '127.0.0.1' })
  }

  /** From now on it is connected. */
  open(carry: (parcel: Parcel) => void): void {
    this.carry = carry
    Object.assign(this, { connecting: false })
    this.emit('connect')
    this.emit('ready')
  }

  /** Gives octets to what secures the other end; they come there as `handshake`. */
  shake(octets: Uint8Array): void {
    this.carry?.({ kind: 'handshake', octets: octets.slice() })
  }

  deliver(parcel: Parcel): void {
    if (this.destroyed) return
    if (parcel.kind === 'octets') this.push(parcel.octets)
    else if (parcel.kind === 'handshake') this.emit('handshake', parcel.octets)
    else this.push(null)
  }

  /** There is nothing that could keep the process alive, and so nothing to wait for. */
  override ref(): this {
    return this
  }

  override unref(): this {
    return this
  }

  /** Time limits of real sockets count real time: nodes set their own. */
  override setTimeout(): this {
    return this
  }

  override _read(): void {
    // Octets come by `deliver`.
  }

  override _write(chunk: unknown, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#whenOpen(() => {
      this.carry?.({ kind: 'octets', octets: octetsOf({ chunk, encoding }).slice() })
      done()
    })
  }

  override _writev(chunks: readonly Written[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(octetsOf)), 'latin1', done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#whenOpen(() => {
      this.#end()
      done()
    })
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#end()
    super._destroy(error, (passed) => done(passed ?? null))
  }

  #whenOpen(act: () => void): void {
    if (this.connecting) this.once('connect', act)
    else act()
  }

  #end(): void {
    if (!this.#ended) this.carry?.({ kind: 'end' })
    this.#ended = true
  }
}
