import { u32 } from '../../core/bytes.ts'
import { KeyRequestFailed, MalformedMessage, TemporaryFailure, type ProseError } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { Milliseconds } from '../../core/units.ts'
import { originHost, originRealm } from '../../wire/diameter/avps-base.ts'
import { resultOf, type Exchange } from '../../wire/diameter/command.ts'
import { decodeRows, required } from '../../wire/diameter/grammar.ts'
import { readHeader } from '../../wire/diameter/header.ts'
import type { DiameterMessage } from '../../wire/diameter/message.ts'
import { isSuccess, resultCodes } from '../../wire/diameter/result.ts'
import type { Connection } from './connection.ts'
import type { NodeContext } from './node-context.ts'
import type { Peer } from './peer.ts'

/** Where a request goes, and how long its answer is waited for. */
export interface Route {
  readonly destinationRealm: Fqdn
  readonly deadline: Milliseconds
  /** Trace id of the set-up, 32 hex digits. */
  readonly context?: string
}

type Destination = Pick<Route, 'destinationRealm'>

/** A request without an answer yet. */
interface Outstanding {
  readonly octets: Uint8Array
  readonly applicationId: number
  readonly route: Route
  readonly tried: Set<Peer>
  /** Undefined while its connection is lost and no other is there. */
  connection: Connection | undefined
  hopByHop: number
  answer(message: DiameterMessage): void
  fail(error: ProseError): void
}

const originRows = [required(originHost), required(originRealm)] as const

/** Requests of this node: each has one answer or one error, within its deadline. */
export class Requests {
  readonly #context: NodeContext
  readonly #peers: () => Iterable<Peer>
  readonly #capacity: number
  readonly #open = new Map<number, Outstanding>()
  readonly #waiting = new Set<Outstanding>()

  constructor(context: NodeContext, peers: () => Iterable<Peer>, capacity: number) {
    this.#context = context
    this.#peers = peers
    this.#capacity = capacity
  }

  /** How many have no answer yet. */
  get size(): number {
    return this.#open.size + this.#waiting.size
  }

  /**
   * Sends `octets`, the request of `exchange`, and gives its answer. Throws what the exchange makes of an unsuccessful
   * result, TemporaryFailure (nobody to ask, no answer in time) or KeyRequestFailed (malformed answer).
   */
  async ask<Request, Answer>(
    exchange: Exchange<Request, Answer>,
    request: Request,
    octets: Uint8Array,
    route: Route,
  ): Promise<Answer> {
    if (this.size >= this.#capacity) throw new TemporaryFailure('too many requests are without an answer')
    const message = await new Promise<DiameterMessage>((resolve, reject) =>
      this.#start(octets, exchange.command.applicationId, route, resolve, reject),
    )
    try {
      const result = resultOf(message.avps)
      if (!isSuccess(result)) throw exchange.errorOf(result, request)
      return exchange.decodeAnswer(message.avps, request)
    } catch (error) {
      throw error instanceof MalformedMessage ? malformedAnswer(error) : error
    }
  }

  /** Whether somebody could be asked now. */
  leadTo(destinationRealm: Fqdn, applicationId: number): boolean {
    return this.#choose(applicationId, { destinationRealm }) !== undefined
  }

  /** Trace id of the request that an answer on this connection belongs to. */
  contextOf(hopByHop: number): string | undefined {
    return this.#open.get(hopByHop)?.route.context
  }

  /** An answer; one that nobody asked this connection for is dropped (B68). */
  answer(message: DiameterMessage, peer: Peer, connection: Connection): void {
    const found = this.#find(message.octets, connection)
    if (!found) {
      this.#context.count('diameter.unexpected-answer')
      return
    }
    const { route, tried } = found
    if (!peer.rules.answersFor(decodeRows(originRows, message.avps))) {
      peer.brokeNames()
      return
    }
    const another = isTurnedAway(message) && this.#choose(found.applicationId, route, tried)
    this.#open.delete(found.hopByHop)
    // The T flag may not be set after a protocol error. RFC 6733 3.
    if (another) this.#send(found, another, false)
    else found.answer(message)
  }

  malformedAnswer(octets: Uint8Array, error: MalformedMessage, connection: Connection): void {
    const found = this.#find(octets, connection)
    if (!found) {
      this.#context.count('diameter.unexpected-answer')
      return
    }
    this.#open.delete(found.hopByHop)
    found.fail(malformedAnswer(error))
  }

  /** A peer may be asked again: what lost its connection is sent once more, with the T flag. */
  available(): void {
    for (const one of this.#waiting) {
      const peer = this.#choose(one.applicationId, one.route)
      if (!peer) continue
      this.#waiting.delete(one)
      this.#send(one, peer, true)
    }
  }

  /** The connection of a peer is gone: its requests go another way, or wait for one. */
  lost(): void {
    const connections = new Set(Array.from(this.#peers(), (peer) => peer.connection))
    for (const one of [...this.#open.values()]) {
      if (one.connection && connections.has(one.connection)) continue
      this.#open.delete(one.hopByHop)
      one.connection = undefined
      this.#waiting.add(one)
    }
    this.available()
  }

  /** Ends all of them as temporary failure. */
  close(): void {
    for (const one of [...this.#open.values(), ...this.#waiting])
      one.fail(new TemporaryFailure('the node stops'))
    this.#open.clear()
    this.#waiting.clear()
  }

  #start(
    octets: Uint8Array,
    applicationId: number,
    route: Route,
    resolve: (message: DiameterMessage) => void,
    reject: (error: ProseError) => void,
  ): void {
    const peer = this.#choose(applicationId, route)
    if (!peer) {
      reject(new TemporaryFailure(`no connection towards ${route.destinationRealm}`))
      return
    }
    const stopTimer = this.#context.after(route.deadline, () => {
      this.#open.delete(one.hopByHop)
      this.#waiting.delete(one)
      reject(new TemporaryFailure(`no answer from ${route.destinationRealm} in ${route.deadline} ms`))
    })
    const one: Outstanding = {
      octets,
      applicationId,
      route,
      tried: new Set(),
      connection: undefined,
      hopByHop: 0,
      answer(message) {
        stopTimer()
        resolve(message)
      },
      fail(error) {
        stopTimer()
        reject(error)
      },
    }
    this.#send(one, peer, false)
  }

  #send(one: Outstanding, peer: Peer, retransmitted: boolean): void {
    const octets = one.octets.slice()
    one.hopByHop = this.#context.newHopByHop()
    one.connection = peer.connection
    one.tried.add(peer)
    octets.set(u32(one.hopByHop), 12)
    if (retransmitted) octets[4] = (octets[4] ?? 0) | 0x10
    this.#open.set(one.hopByHop, one)
    peer.send(octets, one.route.context)
  }

  /** The realm table: of the peers that lead there now, the first of the lowest priority. RFC 6733 2.7. */
  #choose(applicationId: number, route: Destination, tried?: ReadonlySet<Peer>): Peer | undefined {
    let best: Peer | undefined
    for (const peer of this.#peers()) {
      const leads = peer.rules.leadsTo(route.destinationRealm, applicationId)
      if (!leads || !peer.isAvailable || tried?.has(peer)) continue
      if (!best || peer.priority < best.priority) best = peer
    }
    return best
  }

  #find(octets: Uint8Array, connection: Connection): Outstanding | undefined {
    const { hopByHop, endToEnd, applicationId, commandCode } = readHeader(octets)
    const one = this.#open.get(hopByHop)
    if (one?.connection !== connection) return undefined
    const asked = readHeader(one.octets)
    const same =
      endToEnd === asked.endToEnd &&
      applicationId === asked.applicationId &&
      commandCode === asked.commandCode
    return same ? one : undefined
  }
}

const malformedAnswer = (error: MalformedMessage) =>
  new KeyRequestFailed('the answer is malformed', error.clause, { cause: error })

function isTurnedAway(message: DiameterMessage): boolean {
  if (!message.header.error) return false
  const { code } = resultOf(message.avps)
  return code === resultCodes.unableToDeliver || code === resultCodes.tooBusy
}
