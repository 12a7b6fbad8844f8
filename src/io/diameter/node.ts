import type { Server, Socket } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import type { Clock, Random, Timers } from '../../core/environment.ts'
import { readUint } from '../../core/bytes.ts'
import { LocalFault } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { Count } from '../../core/tap.ts'
import { contextOf, traceparentOf } from '../../core/traceparent.ts'
import { milliseconds } from '../../core/units.ts'
import { traceParent } from '../../wire/diameter/avps-3gpp.ts'
import { baseCommands } from '../../wire/diameter/base.ts'
import type { Command, Exchange } from '../../wire/diameter/command.ts'
import type { AnyAvps } from '../../wire/diameter/grammar.ts'
import { encodeMessage, readHeader, type Header } from '../../wire/diameter/header.ts'
import { decodeMessage, type DiameterMessage } from '../../wire/diameter/message.ts'
import { Acceptor } from './acceptor.ts'
import { frameOf, requestHeader, type DiameterIdentity } from './identity.ts'
import type { Direction, NodeContext } from './node-context.ts'
import { defaultIntervals, type PeerIntervals, type PeerState } from './peer-machine.ts'
import { Peer } from './peer.ts'
import type { PeerOptions } from './peer-rules.ts'
import { Requests, type Route } from './requests.ts'
import { tcp, type StreamAddress, type Streams } from '../streams.ts'
import { createServer, renewSecurity, type DiameterSecurity } from './security.ts'
import { Service, type Handler } from './service.ts'

/** A message that this node sent or received, for the tap. */
export interface DiameterEvent {
  readonly direction: Direction
  /** Abbreviation such as `BIR`; the code of a command that is not known. */
  readonly name: string
  readonly message: DiameterMessage
  readonly octets: Uint8Array
  readonly peer: Fqdn
  /** Trace id of the set-up it belongs to, 32 hex digits. */
  readonly context?: string
  /** A message of RFC 6733 itself: CER, DWR, DPR and their answers. */
  readonly base: boolean
}

/** Bounds of a node; beyond them new work is refused, heartbeats go on (R43). */
export interface DiameterLimits {
  /** Requests of this node without an answer; more end as TemporaryFailure. */
  readonly outstanding: number
  /** Requests of one peer being worked on; more are answered 3004. */
  readonly working: number
  /** First answers kept for duplicates. */
  readonly duplicates: number
  /** Connections to one port, also those whose TLS handshake is not done; more are closed. */
  readonly connections: number
}

export const defaultLimits: DiameterLimits = {
  outstanding: 4096,
  working: 1024,
  duplicates: 10_000,
  connections: 1024,
}

export interface DiameterNodeOptions {
  readonly identity: DiameterIdentity
  readonly security: DiameterSecurity
  /** What plain connections go over, and where the server listens; TCP. */
  readonly streams?: Streams
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly onMessage?: (event: DiameterEvent) => void
  /** A peer takes requests from now on, or its connection is lost; not told while this node closes. */
  readonly onPeer?: (peer: Fqdn, isAvailable: boolean) => void
  readonly count?: Count
  readonly intervals?: Partial<PeerIntervals>
  readonly limits?: Partial<DiameterLimits>
}

/** The state of a peer, for status displays. */
export interface PeerStatus {
  readonly host: Fqdn
  readonly phase: PeerState['phase']
  /** It takes requests now. */
  readonly isAvailable: boolean
}

/** A peer, or a second peer of one name, that this node is not set up for. */
export class PeerRefused extends LocalFault {
  readonly code = 'ERR_PEER_REFUSED'
}

/** What this node encoded itself; its AVPs are read once somebody looks at them. */
function asDecoded(octets: Uint8Array): DiameterMessage {
  let avps: DiameterMessage['avps'] | undefined
  return {
    header: readHeader(octets),
    get avps() {
      return (avps ??= decodeMessage(octets).avps)
    },
    octets,
  }
}

/** One Diameter node: its peers, what it asks and what it answers. RFC 6733. */
export class DiameterNode {
  readonly #options: DiameterNodeOptions
  readonly #context: NodeContext
  readonly #peers = new Map<string, Peer>()
  readonly #requests: Requests
  readonly #service: Service
  readonly #acceptor: Acceptor
  readonly #servers: Server[] = []
  /** Also those whose TLS handshake is not done. */
  readonly #sockets = new Set<Socket>()
  readonly #names = new Map<string, readonly [request: string, answer: string]>()
  readonly #frames = new Map<Command, AnyAvps>()
  readonly #waitingForPeer = new Set<() => void>()
  readonly #startSeconds: number
  readonly #limits: DiameterLimits
  #security: DiameterSecurity
  #isClosing = false
  #sessions = 0
  #endToEnd: number
  #hopByHop: number

  constructor(options: DiameterNodeOptions) {
    this.#options = options
    this.#security = options.security
    this.#startSeconds = Math.floor(options.clock.now() / 1000)
    this.#endToEnd = readUint(options.random.octets(3), 0, 3) & 0xfffff
    this.#hopByHop = readUint(options.random.octets(4), 0, 4)
    this.#context = this.#contextOf(options)
    const limits = { ...defaultLimits, ...options.limits }
    this.#limits = limits
    this.#requests = new Requests(this.#context, () => this.#peers.values(), limits.outstanding)
    this.#service = new Service(this.#context, limits)
    this.#acceptor = new Acceptor(this.#context, (host) => this.#peers.get(host))
    for (const command of baseCommands) this.#know(command)
  }

  /** Port 0 draws a free one; gives the address that was taken. */
  async listen({ host, port }: StreamAddress): Promise<StreamAddress> {
    const server = createServer(this.#security, (socket) => this.#acceptor.accept(socket))
    this.#servers.push(server)
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    server.maxConnections = this.#limits.connections
    server.on('drop', () => this.#context.count('diameter.connection-dropped'))
    server.on('tlsClientError', () => this.#context.count('diameter.tls-refused'))
    return { host, port: await this.#context.streams.listen(server, { host, port }) }
  }

  /** From now on this peer may connect; with an address, it is connected to and kept so. Throws PeerRefused. */
  addPeer(options: PeerOptions): void {
    if (this.#peers.has(options.host)) throw new PeerRefused(`${options.host} is a peer already`)
    if (options.host === this.#options.identity.originHost)
      throw new PeerRefused('a node is no peer of itself', 'RFC 6733 6.1.3')
    const service = this.#service
    const peer = new Peer(options, this.#context, {
      get served() {
        return service.applications
      },
      request: (message, from, connection) => service.request(message, from, connection),
      unsupported: (header, from) => service.unsupported(header, from),
      answer: (message, from, connection) => this.#requests.answer(message, from, connection),
      malformedAnswer: (octets, error, connection) =>
        this.#requests.malformedAnswer(octets, error, connection),
      available: () => {
        this.#available()
        this.#tellPeer(options.host, true)
      },
      lost: () => {
        this.#requests.lost()
        this.#tellPeer(options.host, false)
      },
    })
    this.#peers.set(options.host, peer)
    peer.start()
  }

  /** From now on these are its peers: others are left with DPR, those that stay as they are are not touched. */
  async setPeers(wanted: readonly PeerOptions[]): Promise<void> {
    const isWanted = ({ options }: Peer) => wanted.some((one) => isDeepStrictEqual(one, options))
    const leaving = [...this.#peers.values()].filter((peer) => !isWanted(peer))
    for (const { options } of leaving) this.#peers.delete(options.host)
    await Promise.all(leaving.map((peer) => peer.stop()))
    for (const one of wanted) if (!this.#peers.has(one.host)) this.addPeer(one)
  }

  /** New connections are secured by these; those that are open stay. Whether TLS is used cannot change. */
  secure(security: DiameterSecurity): void {
    this.#security = security
    for (const server of this.#servers) renewSecurity(server, security)
  }

  get peers(): readonly PeerStatus[] {
    return Array.from(this.#peers.values(), ({ options: { host }, phase, isAvailable }) => ({
      host,
      phase,
      isAvailable,
    }))
  }

  /** Entries and bound of what is kept for requests under way and for connections (R43). */
  get tables(): Readonly<Record<'outstanding requests' | 'Diameter connections', readonly [number, number]>> {
    return {
      'outstanding requests': [this.#requests.size, this.#limits.outstanding],
      'Diameter connections': [this.#sockets.size, this.#limits.connections],
    }
  }

  /** Whether a peer takes requests of this application for this realm now. */
  leadsTo(realm: Fqdn, applicationId: number): boolean {
    return this.#requests.leadTo(realm, applicationId)
  }

  /** Resolves once all these peers take requests. */
  async whenAvailable(...hosts: readonly Fqdn[]): Promise<void> {
    while (!hosts.every((host) => this.#peers.get(host)?.isAvailable))
      await new Promise<void>((resolve) => this.#waitingForPeer.add(resolve))
  }

  /** Serves a command; what the handler throws is answered as the exchange says. `encoded` may wipe keys of an answer. */
  handle<Request, Answer>(
    exchange: Exchange<Request, Answer>,
    handler: Handler<Request, Answer>,
    encoded: (answer: Answer) => void = () => undefined,
  ): void {
    this.#know(exchange.command)
    this.#service.handle(exchange, handler, encoded)
  }

  /** Asks; throws what the exchange makes of the result, TemporaryFailure or KeyRequestFailed. */
  async request<Request, Answer>(
    exchange: Exchange<Request, Answer>,
    request: Request,
    route: Route,
  ): Promise<Answer> {
    const { command } = exchange
    const way = {
      'Session-Id': `${this.#options.identity.originHost};${this.#startSeconds};${++this.#sessions}`,
      'Destination-Realm': route.destinationRealm,
      'Trace-Parent': this.#tellsTrace(route, command.applicationId)
        ? route.context && traceparentOf(route.context)
        : undefined,
    }
    const header = requestHeader(command, this.#context.newIds())
    const octets = encodeMessage(header, exchange.encodeRequest(request, way, this.#know(command)))
    return this.#requests.ask(exchange, request, octets, route)
  }

  /**
   * No new connections or requests; what is worked on is answered while there is time for it, then DPR to every peer, and
   * what is still open ends as TemporaryFailure.
   */
  async close(): Promise<void> {
    this.#isClosing = true
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    )
    this.#acceptor.close()
    await this.#drained()
    await Promise.all(Array.from(this.#peers.values(), (peer) => peer.stop()))
    this.#requests.close()
    for (const socket of this.#sockets) socket.destroySoon()
    await Promise.all(closed)
  }

  async #drained(): Promise<void> {
    let stopTimer: () => void = () => undefined
    const { draining } = this.#context.intervals
    const patience = new Promise<void>((resolve) => (stopTimer = this.#context.after(draining, resolve)))
    await Promise.race([this.#service.drain(), patience])
    stopTimer()
  }

  #tellPeer(host: Fqdn, isAvailable: boolean): void {
    if (!this.#isClosing) this.#options.onPeer?.(host, isAvailable)
  }

  #available(): void {
    for (const resolve of this.#waitingForPeer) resolve()
    this.#waitingForPeer.clear()
    this.#requests.available()
  }

  #tellsTrace(route: Route, applicationId: number): boolean {
    return ![...this.#peers.values()].some(
      ({ options, rules }) =>
        options.tellsTrace === false && rules.leadsTo(route.destinationRealm, applicationId),
    )
  }

  /** What this node says in each message of a command. */
  #know(command: Command): AnyAvps {
    let frame = this.#frames.get(command)
    if (!frame) {
      frame = frameOf(this.#options.identity, command)
      this.#frames.set(command, frame)
      this.#names.set(`${command.applicationId}/${command.code}`, command.names)
    }
    return frame
  }

  #nameOf({ applicationId, commandCode, request }: Header): string {
    return this.#names.get(`${applicationId}/${commandCode}`)?.[request ? 0 : 1] ?? String(commandCode)
  }

  #contextOf(options: DiameterNodeOptions): NodeContext {
    return {
      identity: options.identity,
      security: () => this.#security,
      streams: options.streams ?? tcp,
      clock: options.clock,
      random: options.random,
      intervals: { ...defaultIntervals, ...options.intervals },
      count: options.count ?? (() => undefined),
      after: (delay, expire) => options.timers.after(milliseconds(delay), expire),
      // Top 12 bits: low 12 bits of the start time; the rest counts from a random start. RFC 6733 3.
      newIds: () => ({
        hopByHop: this.#nextHopByHop(),
        endToEnd:
          (((this.#startSeconds & 0xfff) << 20) | (this.#endToEnd = (this.#endToEnd + 1) & 0xfffff)) >>> 0,
      }),
      newHopByHop: () => this.#nextHopByHop(),
      isTapped: options.onMessage !== undefined,
      tap: (direction, octets, peer, context) => {
        if (options.onMessage) this.#tap(direction, asDecoded(octets), peer, context)
      },
      tapMessage: (direction, message, peer, context) => this.#tap(direction, message, peer, context),
    }
  }

  #nextHopByHop(): number {
    this.#hopByHop = (this.#hopByHop + 1) >>> 0
    return this.#hopByHop
  }

  #tap(direction: Direction, message: DiameterMessage, peer: Fqdn, context?: string): void {
    const { onMessage } = this.#options
    if (!onMessage) return
    const base = message.header.applicationId === 0
    const known = context ?? (base ? undefined : this.#contextIn(message))
    onMessage({
      direction,
      name: this.#nameOf(message.header),
      message,
      octets: message.octets,
      peer,
      base,
      ...(known !== undefined && { context: known }),
    })
  }

  #contextIn({ header, avps }: DiameterMessage): string | undefined {
    if (!header.request) return this.#requests.contextOf(header.hopByHop)
    const trace = avps.find((avp) => avp.definition === traceParent)
    return trace && contextOf(new TextDecoder().decode(trace.data))
  }
}
