import { createServer as createHttpServer, type Server as HttpServer, type ServerResponse } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { Timers } from '../../core/environment.ts'
import { uaIds, type UaId } from '../../core/identities/naf-id.ts'
import { wipe } from '../../core/keys.ts'
import { milliseconds, type Milliseconds } from '../../core/units.ts'
import type { Pc8Subscriber } from '../../entities/kmf/ports.ts'
import { pskIdentityLimit } from '../../reference-points/pc8/psk-identity.ts'
import { tcp, type Streams } from '../streams.ts'
import { systemTimers } from '../system.ts'
import { httpLimits, refusalOctets, servePc8, type Pc8Client, type Pc8HttpOptions } from './pc8-http.ts'
import { identityOf, type Pc8Octets, type TlsVersion } from './pc8-message.ts'
import { pc8Tls, type Pc8Security } from './pc8-security.ts'
import type { GateOffer } from './psk-gate.ts'

export interface Pc8ServerOptions extends Pc8HttpOptions {
  readonly address: string
  /** 0: a free one. */
  readonly port: number
  readonly versions: readonly TlsVersion[]
  /** Connections at once; more are closed (R43). */
  readonly maxConnections: number
  /** For a handshake, and for one request to arrive; 10 s each. In milliseconds. */
  readonly deadlines?: { readonly handshake: number; readonly request: number }
  readonly onOctets?: (octets: Pc8Octets) => void
  /** TCP, TLS of those versions and the time of the system, unless told otherwise. */
  readonly streams?: Streams
  readonly security?: Pc8Security
  readonly timers?: Timers
}

export interface Pc8Server {
  readonly port: number
  /** Open ones, also those whose handshake is not done. */
  readonly connections: number
  close(): Promise<void>
}

const defaultDeadlines = { handshake: 10_000, request: 10_000 } as const

/** Requests of one connection without an answer: the own UE sends one at a time (R43). */
const mostWaiting = 16

/** Suite TLS_DHE_PSK_WITH_AES_128_GCM_SHA256. RFC 5487 2. */
const suiteDhePsk = 0x00aa

/** HTTP over TLS with the key of a B-TID. TS 33.222 5.4, TS 24.109 5.3.3. */
export async function startPc8Server(options: Pc8ServerOptions): Promise<Pc8Server> {
  const { streams = tcp, security = pc8Tls(options.versions) } = options
  const clients = new WeakMap<Socket, Connection>()
  const http = httpServer(clients, options)
  const open = new Set<Socket>()
  const server = createServer((raw) => {
    open.add(raw)
    raw.once('close', () => open.delete(raw))
    raw.setNoDelay(true)
    const connection = new Connection(raw, security, options)
    clients.set(connection.tls, connection)
    connection.tls.once('secure', () => http.emit('connection', connection.tls))
  })
  server.maxConnections = options.maxConnections
  server.on('drop', () => options.count('pc8-connection-dropped'))
  const port = await streams.listen(server, { host: options.address, port: options.port })
  return {
    port,
    get connections() {
      return open.size
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const raw of open) raw.destroy()
      }),
  }
}

/** Never listens: it is given sockets whose handshake is done. Its own time limits count from `Connection`. */
function httpServer(clients: WeakMap<Socket, Connection>, options: Pc8ServerOptions): HttpServer {
  const http = createHttpServer({ maxHeaderSize: httpLimits.head, keepAliveTimeout: 0 })
  http.on('request', (incoming, outgoing) => {
    const connection = clients.get(incoming.socket)
    if (connection?.takes(outgoing) === false) {
      options.count('pc8-too-many-waiting')
      incoming.socket.destroy()
      return
    }
    incoming.once('end', () => connection?.requestComplete())
    servePc8(connection ?? stranger, incoming, outgoing, options).catch(options.onFault)
  })
  http.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    options.count('pc8-http-malformed')
    if (socket.writable) socket.end(refusalOctets(error.code), () => socket.destroy())
    else socket.destroy()
  })
  return http
}

const stranger: Pc8Client = { name: '', subscriber: undefined }

/** One TCP connection with its gate, its TLS and the identity that its key proves. */
class Connection implements Pc8Client {
  readonly name: string
  readonly tls: Socket
  readonly #options: Pc8ServerOptions
  readonly #deadlines: { readonly handshake: number; readonly request: number }
  readonly #octets: Pc8Octets[] = []
  #offered: { readonly identity: string; readonly subscriber: Pc8Subscriber | undefined } | undefined
  #secure = false
  #waiting = 0
  #stopTimer: (() => void) | undefined
  #stopExpiry: (() => void) | undefined

  constructor(raw: Socket, security: Pc8Security, options: Pc8ServerOptions) {
    this.name = `${raw.remoteAddress ?? ''}:${raw.remotePort ?? 0}`
    this.#options = options
    this.#deadlines = options.deadlines ?? defaultDeadlines
    this.tls = security.accept(raw, {
      lookUp: (offer) => this.#lookUp(offer),
      keyOf: (identity) =>
        this.#offered?.identity === identity ? (this.#offered.subscriber?.key ?? null) : null,
      onOctets: (direction, octets) => this.#passed(direction, octets),
    })
    this.#startTimer(this.#deadlines.handshake)
    this.tls.once('secure', () => this.#secured())
    this.tls.once('close', () => this.#closed())
    this.tls.on('error', () => this.tls.destroy())
  }

  get subscriber(): Pc8Subscriber | undefined {
    return this.#secure ? this.#offered?.subscriber : undefined
  }

  /** Whether one more request may wait for its answer. */
  takes(outgoing: ServerResponse): boolean {
    outgoing.once('close', () => this.#waiting--)
    return ++this.#waiting <= mostWaiting
  }

  /** The whole of a request is here: the next one has its own time. */
  requestComplete(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  async #lookUp(offer: GateOffer): Promise<void> {
    const uaId = uaIdOf(offer)
    if (uaId && offer.identity.length <= pskIdentityLimit) {
      const subscriber = await this.#options.service.associate({ identity: offer.identity, uaId })
      this.#offered = { identity: offer.identity, subscriber }
    }
    this.#flushOctets()
  }

  #secured(): void {
    this.requestComplete()
    this.#secure = true
    const { subscriber } = this
    if (!subscriber) return
    wipe(subscriber.key)
    const left = Math.min(subscriber.expires - this.#options.clock.now(), 0x7fffffff)
    this.#stopExpiry = this.#after(milliseconds(left), () => this.tls.destroy())
  }

  #closed(): void {
    if (!this.#secure) this.#options.count('pc8-handshake-refused')
    if (this.#offered?.subscriber) wipe(this.#offered.subscriber.key)
    this.requestComplete()
    this.#stopExpiry?.()
    this.#flushOctets()
  }

  #startTimer(delay: number): void {
    this.#stopTimer = this.#after(milliseconds(delay), () => {
      this.#options.count('pc8-too-slow')
      this.tls.destroy()
    })
  }

  #after(delay: Milliseconds, expire: () => void): () => void {
    return (this.#options.timers ?? systemTimers).after(delay, expire)
  }

  #passed(direction: 'in' | 'out', octets: Uint8Array): void {
    if (direction === 'in' && this.#secure) {
      if (!this.#stopTimer) this.#startTimer(this.#deadlines.request)
    }
    if (!this.#options.onOctets) return
    const sender = direction === 'in' ? 'ue' : 'kmf'
    const time = this.#options.clock.now()
    this.#octets.push({ client: this.name, sender, time, identity: undefined, octets: octets.slice() })
    if (this.#offered) this.#flushOctets()
  }

  /** Octets wait until it is known whose they are. */
  #flushOctets(): void {
    for (const octets of this.#octets.splice(0))
      this.#options.onOctets?.({ ...octets, identity: identityOf(this.#offered?.subscriber) })
  }
}

/** The Ua security protocol identifier of what was negotiated, undefined for what is not on offer. TS 33.220 H.3. */
function uaIdOf(offer: GateOffer): UaId | undefined {
  if (offer.version === '1.3') return uaIds.tls13
  return offer.suite === suiteDhePsk ? uaIds.tls12DhePsk : undefined
}
