import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { Clock, Timers } from '../../core/environment.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import { uaIds, type UaId } from '../../core/identities/naf-id.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import { wipe, type KsNaf } from '../../core/keys.ts'
import type { Count } from '../../core/tap.ts'
import { milliseconds, type Instant, type Milliseconds } from '../../core/units.ts'
import type { GbaOffer } from '../../reference-points/ua/exchange.ts'
import { pskIdentityLimit } from '../../reference-points/pc8/psk-identity.ts'
import { tcp, type Streams } from '../streams.ts'
import { systemClock, systemTimers } from '../system.ts'
import { httpLimits, refusalOctets } from './pc8-http.ts'
import { identityOf, type Pc8Octets, type TlsVersion } from './pc8-message.ts'
import { pc8Tls, type Pc8Security, type PskLookUp } from './pc8-security.ts'
import type { GateOffer } from './psk-gate.ts'

/** A UE whose key secures a connection. */
export interface GbaUe {
  readonly btid: BTid
  readonly imsi?: Imsi
  /** Ks_(ext)_NAF under the Ua id of the offer; wiped once the handshake is over (R33). */
  readonly key: KsNaf
  /** Then the connection ends. */
  readonly expires: Instant
}

/** One connection; `ue` is undefined until the handshake is done, and then nothing may be served (R38). */
export interface GbaClient<Ue extends GbaUe> {
  /** Such as `127.0.0.1:40001`. */
  readonly name: string
  readonly ue: Ue | undefined
}

export interface GbaServerOptions<Ue extends GbaUe> {
  readonly address: string
  /** 0: a free one. */
  readonly port: number
  readonly versions: readonly TlsVersion[]
  /** Connections at once; more are closed (R43). */
  readonly maxConnections: number
  /** Undefined for an identity that is not served; what it throws ends the connection. */
  readonly associate: (offer: GbaOffer) => Promise<Ue | undefined>
  readonly serve: (
    client: GbaClient<Ue>,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ) => Promise<void>
  /** A fault of ours in `serve`. */
  readonly onFault: (error: unknown) => void
  readonly count?: Count
  /** For a handshake, and for one request to arrive; 10 s each. In milliseconds. */
  readonly deadlines?: { readonly handshake: number; readonly request: number }
  readonly onOctets?: (octets: Pc8Octets) => void
  /** TCP, TLS of those versions and the time of the system, unless told otherwise. */
  readonly streams?: Streams
  readonly security?: Pc8Security
  readonly clock?: Clock
  readonly timers?: Timers
}

export interface GbaServer {
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

/** HTTP over TLS with the key of a B-TID, for a NAF. TS 33.222 5.4, TS 24.109 5.3.3. */
export async function startGbaServer<Ue extends GbaUe>(options: GbaServerOptions<Ue>): Promise<GbaServer> {
  const { streams = tcp, security = pc8Tls(options.versions) } = options
  const clients = new WeakMap<Socket, Connection<Ue>>()
  const http = httpServer(clients, options)
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (raw) => {
    open.add(raw)
    raw.once('close', () => open.delete(raw))
    const connection = new Connection(raw, options)
    connection.secure(raw, security, (socket) => {
      clients.set(socket, connection)
      http.emit('connection', socket)
    })
  })
  server.maxConnections = options.maxConnections
  server.on('drop', () => options.count?.('connection-dropped'))
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
function httpServer<Ue extends GbaUe>(
  clients: WeakMap<Socket, Connection<Ue>>,
  options: GbaServerOptions<Ue>,
): HttpServer {
  const http = createHttpServer({ maxHeaderSize: httpLimits.head, keepAliveTimeout: 0 })
  http.on('request', (incoming, outgoing) => {
    const connection = clients.get(incoming.socket)
    if (!connection?.takes(outgoing)) {
      options.count?.('too-many-waiting')
      incoming.socket.destroy()
      return
    }
    incoming.once('end', () => connection.requestComplete())
    options.serve(connection, incoming, outgoing).catch(options.onFault)
  })
  http.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    options.count?.('http-malformed')
    if (socket.writable) socket.end(refusalOctets(error.code), () => socket.destroy())
    else socket.destroy()
  })
  return http
}

/** One TCP connection with its TLS and the identity that its key proves. */
class Connection<Ue extends GbaUe> implements GbaClient<Ue> {
  readonly name: string
  readonly #options: GbaServerOptions<Ue>
  readonly #deadlines: { readonly handshake: number; readonly request: number }
  readonly #octets: Pc8Octets[] = []
  #offered: { readonly identity: string; readonly ue: Ue | undefined } | undefined
  #secure = false
  #waiting = 0
  #socket: Socket
  #stopTimer: (() => void) | undefined
  #stopExpiry: (() => void) | undefined

  constructor(raw: Socket, options: GbaServerOptions<Ue>) {
    this.name = `${raw.remoteAddress ?? ''}:${raw.remotePort ?? 0}`
    this.#options = options
    this.#deadlines = options.deadlines ?? defaultDeadlines
    this.#socket = raw
    this.#startTimer(this.#deadlines.handshake)
    raw.once('close', () => this.#closed())
  }

  /** `serve` gets the connection once its handshake is done. */
  secure(raw: Socket, security: Pc8Security, serve: (socket: Socket) => void): void {
    const { onOctets } = this.#options
    const look: PskLookUp = {
      lookUp: (offer) => this.#lookUp(offer),
      keyOf: (identity) => (this.#offered?.identity === identity ? (this.#offered.ue?.key ?? null) : null),
      onOctets: onOctets && ((direction, octets) => this.#passed(direction, octets)),
    }
    security.accept(raw, look, (socket) => {
      this.#secured(socket)
      serve(socket)
      socket.on('data', () => this.#requestBegins()).resume()
    })
  }

  get ue(): Ue | undefined {
    return this.#secure ? this.#offered?.ue : undefined
  }

  /** Whether one more request may wait for its answer. */
  takes(outgoing: ServerResponse): boolean {
    outgoing.once('close', () => this.#waiting--)
    return ++this.#waiting <= mostWaiting
  }

  #requestBegins(): void {
    if (!this.#stopTimer) this.#startTimer(this.#deadlines.request)
  }

  /** The whole of a request is here: the next one has its own time. */
  requestComplete(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  async #lookUp(offer: GateOffer): Promise<void> {
    const uaId = uaIdOf(offer)
    if (uaId && offer.identity.length <= pskIdentityLimit) {
      const ue = await this.#options.associate({ identity: offer.identity, uaId })
      this.#offered = { identity: offer.identity, ue }
    }
    this.#flushOctets()
  }

  #secured(socket: Socket): void {
    this.requestComplete()
    this.#socket = socket
    this.#secure = true
    const { ue } = this
    if (!ue) return
    wipe(ue.key)
    const { clock = systemClock } = this.#options
    const left = Math.min(ue.expires - clock.now(), 0x7fffffff)
    this.#stopExpiry = this.#after(milliseconds(left), () => socket.destroy())
  }

  #closed(): void {
    if (!this.#secure) this.#options.count?.('handshake-refused')
    if (this.#offered?.ue) wipe(this.#offered.ue.key)
    this.requestComplete()
    this.#stopExpiry?.()
    this.#flushOctets()
  }

  #startTimer(delay: number): void {
    this.#stopTimer = this.#after(milliseconds(delay), () => {
      this.#options.count?.('too-slow')
      this.#socket.destroy()
    })
  }

  #after(delay: Milliseconds, expire: () => void): () => void {
    return (this.#options.timers ?? systemTimers).after(delay, expire)
  }

  #passed(direction: 'in' | 'out', octets: Uint8Array): void {
    const sender = direction === 'in' ? 'ue' : 'kmf'
    const time = (this.#options.clock ?? systemClock).now()
    this.#octets.push({ client: this.name, sender, time, identity: undefined, octets: octets.slice() })
    if (this.#offered) this.#flushOctets()
  }

  /** Octets wait until it is known whose they are. */
  #flushOctets(): void {
    for (const octets of this.#octets.splice(0))
      this.#options.onOctets?.({ ...octets, identity: identityOf(this.#offered?.ue) })
  }
}

/** The Ua security protocol identifier of what was negotiated, undefined for what is not on offer. TS 33.220 H.3. */
function uaIdOf(offer: GateOffer): UaId | undefined {
  if (offer.version === '1.3') return uaIds.tls13
  return offer.suite === suiteDhePsk ? uaIds.tls12DhePsk : undefined
}
