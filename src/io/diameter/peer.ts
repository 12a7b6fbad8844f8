import { TokenBuckets } from '../../core/token-buckets.ts'
import { seconds } from '../../core/units.ts'
import { capabilitiesExchange, deviceWatchdog, disconnectPeer } from '../../wire/diameter/base.ts'
import { decodeRows } from '../../wire/diameter/grammar.ts'
import { headerLength, readHeader, type Header } from '../../wire/diameter/header.ts'
import { MalformedDiameter } from '../../wire/diameter/malformed.ts'
import { decodeMessage, type DiameterMessage } from '../../wire/diameter/message.ts'
import { isProtocolError, resultCode, resultCodes, type Result } from '../../wire/diameter/result.ts'
import { Connection } from './connection.ts'
import { baseAnswer, baseRequest, proxyInfoOf, refusalOf, type DiameterIdentity } from './identity.ts'
import type { NodeContext } from './node-context.ts'
import {
  initialPeerState,
  stepPeer,
  type PeerEffect,
  type PeerEvent,
  type PeerState,
  type Side,
} from './peer-machine.ts'
import { PeerRules, type PeerOptions } from './peer-rules.ts'
import { PutOffTimer } from './put-off-timer.ts'
import { Repetition } from './repetition.ts'
import { connectTo } from './security.ts'

/** What becomes of the messages of the applications. */
export interface PeerUser {
  request(message: DiameterMessage, peer: Peer, connection: Connection): void
  /** Application ids that requests of others may come with. */
  readonly served: readonly number[]
  /** Why a request cannot be served, whatever its AVPs are. */
  unsupported(header: Header, peer: Peer): Result | undefined
  answer(message: DiameterMessage, peer: Peer, connection: Connection): void
  malformedAnswer(octets: Uint8Array, error: MalformedDiameter, connection: Connection): void
  available(peer: Peer): void
  lost(peer: Peer): void
}

/** Runs the machine of one peer: sockets, timer, and the messages of RFC 6733 itself. */
export class Peer {
  readonly options: PeerOptions
  readonly rules: PeerRules
  readonly #rate: TokenBuckets
  readonly #context: NodeContext
  readonly #user: PeerUser
  #state: PeerState = initialPeerState
  readonly #connections: Record<Side, Connection | undefined> = { initiator: undefined, responder: undefined }
  #newest: { readonly connection: Connection; readonly cer: DiameterMessage } | undefined
  #held: { readonly connection: Connection; readonly cer: DiameterMessage } | undefined
  #dpr: Header | undefined
  /** The last DWR that was answered, where nobody looks on who would be told of each. */
  #watchdog: { readonly connection: Connection; readonly repetition: Repetition } | undefined
  readonly #timer: PutOffTimer
  #whenStopped: (() => void) | undefined
  #heard = false
  isAvailable = false

  constructor(options: PeerOptions, context: NodeContext, user: PeerUser) {
    this.options = options
    this.rules = new PeerRules(options, context.identity.applications)
    this.#rate = new TokenBuckets(options.requestsPerSecond ?? Infinity, 1, seconds(1))
    this.#context = context
    this.#user = user
    this.#timer = new PutOffTimer(context, () => this.dispatch({ event: 'timeout' }))
  }

  get priority(): number {
    return this.options.priority ?? 0
  }

  /** Takes one of the requests that it may bring now; false when none is left. */
  takeRequest(): boolean {
    return this.#rate.take(this.options.host, this.#context.clock.now())
  }

  get phase(): PeerState['phase'] {
    return this.#state.phase
  }

  /** The connection in use, undefined when there is none. */
  get connection(): Connection | undefined {
    const state = this.#state
    return state.phase === 'open' || state.phase === 'closing' ? this.#connections[state.side] : undefined
  }

  start(): void {
    this.dispatch({ event: 'start' })
  }

  /** Says DPR on an open connection and resolves when no connection is left. */
  async stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => (this.#whenStopped = resolve))
    this.dispatch({ event: 'stop' })
    return stopped
  }

  /** A connection that the peer opened, with its CER; certificate and names are checked. */
  offer(connection: Connection, cer: DiameterMessage): void {
    this.#newest = { connection, cer }
    this.dispatch({ event: 'r-conn-cer' })
    if (!this.#takeNewest()) return
    if (this.#connections.responder !== connection) this.#held = { connection, cer }
    connection.handOver(this.#eventsOf('responder', () => connection))
  }

  send(octets: Uint8Array, context?: string): void {
    const { connection } = this
    if (!connection) return
    this.#context.tap('sent', octets, this.options.host, context)
    connection.send(octets)
  }

  /** The peer broke a rule after which nothing it says counts (R39). */
  violation(reason: string): void {
    this.#context.count(`diameter.${reason}`)
    this.dispatch({ event: 'violation' })
  }

  dispatch(event: PeerEvent): void {
    const env = {
      initiates: this.options.address !== undefined,
      winsElection: this.#context.identity.originHost > this.options.host,
      random: this.#context.random,
      intervals: this.#context.intervals,
    }
    const [state, ...effects] = stepPeer(this.#state, event, env)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    if (this.#state.phase === 'stopped') this.#whenStopped?.()
  }

  /** A relay learns only what this node serves: it would else bring requests for those whom the node itself asks. */
  get #identity(): DiameterIdentity {
    const { identity } = this.#context
    const { served } = this.#user
    return this.options.relayFor && served.length > 0 ? { ...identity, applications: served } : identity
  }

  #perform(effect: PeerEffect): void {
    const { identity } = this.#context
    switch (effect.effect) {
      case 'connect': {
        this.#connect()
        return
      }
      case 'send-cer': {
        this.#sendOn('initiator', baseRequest.cer(this.#identity, this.#context.newIds()))
        return
      }
      case 'send-dwr': {
        this.send(baseRequest.dwr(identity, this.#context.newIds()))
        return
      }
      case 'send-dpr': {
        this.send(baseRequest.dpr(identity, this.#context.newIds()))
        return
      }
      case 'send-dpa':
        if (this.#dpr) this.send(baseAnswer.dpa(identity, this.#dpr))
        return
      case 'accept': {
        this.#accept()
        return
      }
      case 'reject':
        this.#newest?.connection.close()
        this.#newest = undefined
        return
      case 'disconnect':
        this.#connections[effect.side]?.close()
        this.#connections[effect.side] = undefined
        if (effect.side === 'responder') this.#dropHeld()
        return
      case 'timer': {
        this.#timer.set(effect.delay)
        return
      }
      case 'available':
        this.isAvailable = true
        {
          this.#user.available(this)
          return
        }
      case 'unavailable':
        this.isAvailable = false
        return
      case 'lost': {
        this.#user.lost(this)
        return
      }
      case 'ignored': {
        this.#context.count(`diameter.ignored-${effect.event}`)
        return
      }
    }
  }

  /** Undefined when the machine rejected it. */
  #takeNewest() {
    const newest = this.#newest
    this.#newest = undefined
    return newest
  }

  #dropHeld(): void {
    this.#held?.connection.close()
    this.#held = undefined
  }

  #connect(): void {
    const { address, host } = this.options
    if (!address) return
    const { security, streams } = this.#context
    const socket = connectTo(security(), streams, address, host, () =>
      this.#ifCurrent(connection, { event: 'conn-ack' }),
    )
    const connection: Connection = new Connection(
      socket,
      this.#eventsOf('initiator', () => connection),
    )
    this.#connections.initiator = connection
  }

  #ifCurrent(connection: Connection, event: PeerEvent): void {
    if (this.#connections.initiator === connection) this.dispatch(event)
  }

  #accept(): void {
    const chosen = this.#held ?? this.#newest
    if (!chosen) return
    this.#held = undefined
    this.#connections.responder = chosen.connection
    this.#sendOn('responder', baseAnswer.cea(this.#identity, chosen.cer.header))
  }

  #sendOn(side: Side, octets: Uint8Array): void {
    this.#context.tap('sent', octets, this.options.host)
    this.#connections[side]?.send(octets)
  }

  #eventsOf(side: Side, connection: () => Connection) {
    return {
      again: (octets: Uint8Array, at: number) => this.#answerAgain(connection(), octets, at),
      message: (octets: Uint8Array) => this.#receive(side, connection(), octets),
      broken: (error: MalformedDiameter, octets: Uint8Array) => {
        if (octets.length >= headerLength) this.#refuse(connection(), octets, error)
        this.violation('broken-framing')
      },
      closed: () => this.#closed(side, connection()),
    }
  }

  #closed(side: Side, connection: Connection): void {
    if (side === 'responder' && this.#held?.connection === connection) this.#held = undefined
    else if (this.#connections[side] !== connection) return
    const waiting = side === 'initiator' && this.#state.phase.startsWith('wait-conn-ack')
    this.dispatch(waiting ? { event: 'conn-nack' } : { event: 'peer-disc', side })
  }

  #receive(side: Side, connection: Connection, octets: Uint8Array): void {
    let message: DiameterMessage
    try {
      message = decodeMessage(octets)
    } catch (error) {
      if (!(error instanceof MalformedDiameter)) throw error
      this.#malformed(connection, octets, error)
      return
    }
    this.#context.tapMessage('received', message, this.options.host)
    const { applicationId, commandCode, request } = message.header
    if (commandCode === capabilitiesExchange.code && applicationId === 0) {
      if (request) this.violation('second-cer')
      else this.#receiveCea(side, message)
      return
    }
    if (this.connection !== connection) {
      this.violation('message-before-cea')
      return
    }
    try {
      if (applicationId === 0) this.#receiveBase(message, connection)
      else {
        this.#hear()
        if (request) this.#user.request(message, this, connection)
        else this.#user.answer(message, this, connection)
      }
    } catch (error) {
      if (!(error instanceof MalformedDiameter)) throw error
      this.#malformed(connection, octets, error)
    }
  }

  /** How many octets are the last DWR of this connection again, which needs no second look. */
  #answerAgain(connection: Connection, octets: Uint8Array, at: number): number {
    const watchdog = this.#watchdog
    if (watchdog?.connection !== connection || this.connection !== connection) return 0
    const end = watchdog.repetition.answer(octets, at, (answer) => connection.send(answer))
    if (end > at) this.#hear()
    return end - at
  }

  /** Messages of one turn of the event loop put the watchdog off once. */
  #hear(): void {
    if (this.#heard) return
    this.#heard = true
    process.nextTick(() => (this.#heard = false))
    this.dispatch({ event: 'rcv-message' })
  }

  #malformed(connection: Connection, octets: Uint8Array, error: MalformedDiameter): void {
    this.#context.count('diameter.malformed')
    if (this.connection !== connection) {
      this.violation('malformed-before-cea')
      return
    }
    this.dispatch({ event: 'rcv-message' })
    if (readHeader(octets).request) this.#refuse(connection, octets, error)
    else this.#user.malformedAnswer(octets, error, connection)
  }

  #refuse(connection: Connection, octets: Uint8Array, error: MalformedDiameter): void {
    const header = readHeader(octets)
    if (!header.request) return
    const found = resultCode(error.resultCode)
    const unsupported = isProtocolError(found) ? undefined : this.#user.unsupported(header, this)
    const refusal = unsupported ? { result: unsupported } : { result: found, failedAvp: error.failedAvp }
    const answer = refusalOf(this.#context.identity, octets, refusal)
    this.#context.tap('sent', answer, this.options.host)
    connection.send(answer)
  }

  #receiveCea(side: Side, message: DiameterMessage): void {
    const expected = side === 'initiator' && this.#state.phase.startsWith('wait-')
    if (!expected) {
      this.violation('unexpected-cea')
      return
    }
    this.dispatch({ event: this.rules.isGoodCea(message) ? 'i-rcv-cea' : 'i-rcv-non-cea' })
  }

  #receiveBase(message: DiameterMessage, connection: Connection): void {
    const { header } = message
    const { identity } = this.#context
    if (header.commandCode === deviceWatchdog.code) {
      if (!header.request) {
        this.dispatch({ event: 'rcv-dwa' })
        return
      }
      if (!this.rules.admits(decodeRows(deviceWatchdog.request, message.avps))) {
        this.forged(message)
        return
      }
      const answer = baseAnswer.dwa(identity, header)
      if (!this.#context.isTapped)
        this.#watchdog = { connection, repetition: new Repetition(message.octets, answer) }
      this.send(answer)
      this.#hear()
    } else if (header.commandCode === disconnectPeer.code) {
      if (!header.request) {
        this.dispatch({ event: 'rcv-dpa' })
        return
      }
      const request = decodeRows(disconnectPeer.request, message.avps)
      if (!this.rules.admits(request)) {
        this.forged(message)
        return
      }
      this.#dpr = header
      this.dispatch({ event: 'rcv-dpr', cause: request['Disconnect-Cause'] })
    } else if (header.request)
      this.send(refusalOf(identity, message.octets, { result: resultCode(resultCodes.commandUnsupported) }))
    else this.#context.count('diameter.unexpected-answer')
  }

  /** A request under a name that is not the peer's: 5012, and the connection ends (R39, B69). */
  forged(message: DiameterMessage): void {
    this.send(
      refusalOf(
        this.#context.identity,
        message.octets,
        { result: resultCode(resultCodes.unableToComply) },
        proxyInfoOf(message.avps),
      ),
    )
    this.brokeNames()
  }

  /**
   * A message came under names that this peer may not bring. Its own connection ends; that of a relay stays, or any host
   * behind the relay could cut off all others.
   */
  brokeNames(): void {
    if (this.options.relayFor) this.#context.count('diameter.forged-origin')
    else this.violation('forged-origin')
  }
}
