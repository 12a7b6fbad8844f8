import { SynchronisationRefused, TemporaryFailure } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { contextOf } from '../../core/traceparent.ts'
import type { Avp } from '../../wire/diameter/avp.ts'
import { routingRows } from '../../wire/diameter/base.ts'
import { resultAvps, type Command, type Exchange } from '../../wire/diameter/command.ts'
import { decodeRows, type AnyAvps, type AvpsOf } from '../../wire/diameter/grammar.ts'
import { encodeMessage, type Header } from '../../wire/diameter/header.ts'
import { MalformedDiameter } from '../../wire/diameter/malformed.ts'
import type { DiameterMessage } from '../../wire/diameter/message.ts'
import { RefusedWithResult, resultCode, resultCodes, type Result } from '../../wire/diameter/result.ts'
import type { Connection } from './connection.ts'
import { Duplicates } from './duplicates.ts'
import { answerHeader, answerTo, frameOf, proxyInfoOf, refusalOf } from './identity.ts'
import type { NodeContext } from './node-context.ts'
import type { Peer } from './peer.ts'

/** Who asks: the names of its connection and certificate, or those that a relay may bring (R39). */
export interface From {
  readonly originHost: Fqdn
  readonly originRealm: Fqdn
}

/** Answers a request; what it throws becomes the result that the reference point has for it. */
export type Handler<Request, Answer> = (request: Request, from: From, context?: string) => Promise<Answer>

interface Served {
  readonly command: Command
  /** Throws MalformedDiameter; the promise gives the AVPs of the answer, `session` among them. */
  prepare(avps: readonly Avp[], from: From, context?: string): (session: AnyAvps) => Promise<Uint8Array>
  causeOf(error: unknown): Result
}

type Routing = AvpsOf<typeof routingRows>

/** The instance that was asked before may have used AUTS up, which is good once (R35): whoever asks begins anew (R48). */
const ofAnother = (error: unknown): unknown =>
  error instanceof SynchronisationRefused
    ? new TemporaryFailure('AUTS may have been taken before', undefined, { cause: error })
    : error

const traceOf = (routing: Routing) => contextOf(routing['Trace-Parent'] ?? '')

const nameOf = (applicationId: number, code: number) => `${applicationId}/${code}`

/** Requests to this node: checked in the order of RFC 6733 6, answered once, duplicates from the first answer. */
export class Service {
  readonly #context: NodeContext
  readonly #served = new Map<string, Served>()
  readonly #duplicates: Duplicates
  readonly #capacity: number
  readonly #working = new Map<Peer, number>()
  /** Once the node closes. */
  #whenIdle: (() => void) | undefined

  constructor(context: NodeContext, limits: { readonly working: number; readonly duplicates: number }) {
    this.#context = context
    this.#capacity = limits.working
    this.#duplicates = new Duplicates(limits.duplicates, context.clock)
  }

  handle<Request, Answer>(
    exchange: Exchange<Request, Answer>,
    handler: Handler<Request, Answer>,
    encoded: (answer: Answer) => void,
  ): void {
    const { command } = exchange
    const frame = {
      ...frameOf(this.#context.identity, command),
      ...resultAvps(resultCode(resultCodes.success)),
    }
    this.#served.set(nameOf(command.applicationId, command.code), {
      command,
      prepare(avps, from, context) {
        const request = exchange.decodeRequest(avps)
        return async (session) => {
          const answer = await handler(request, from, context)
          try {
            return exchange.encodeAnswer(answer, session, frame)
          } finally {
            encoded(answer)
          }
        }
      },
      causeOf: (error) => exchange.causeOf(error),
    })
  }

  get applications(): readonly number[] {
    return [...new Set(Array.from(this.#served.values(), ({ command }) => command.applicationId))]
  }

  /** From now on peers are sent elsewhere; resolves when all that was asked before has been answered. */
  async drain(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve
      if (this.#working.size === 0) resolve()
    })
  }

  /** 3007 or 3001 (R39). */
  unsupported({ applicationId, commandCode }: Header, peer: Peer): Result | undefined {
    if (!peer.rules.applications.includes(applicationId))
      return resultCode(resultCodes.applicationUnsupported)
    if (!this.#served.has(nameOf(applicationId, commandCode)))
      return resultCode(resultCodes.commandUnsupported)
    return undefined
  }

  /** Throws MalformedDiameter. */
  request(message: DiameterMessage, peer: Peer, connection: Connection): void {
    const { header } = message
    const served = this.#served.get(nameOf(header.applicationId, header.commandCode))
    const unsupported = this.unsupported(header, peer)
    if (unsupported || !served) {
      this.#refuse(message, peer, unsupported ?? resultCode(resultCodes.commandUnsupported))
      return
    }
    const routing = decodeRows(routingRows, message.avps)
    const loops =
      routing['Origin-Host'] === this.#context.identity.originHost ||
      routing['Route-Record']?.includes(this.#context.identity.originHost)
    if (loops) {
      this.#refuse(message, peer, resultCode(resultCodes.loopDetected))
      return
    }
    if (!peer.rules.asksFor(routing)) {
      peer.forged(message)
      return
    }
    const misrouted = this.#misrouted(header, routing, peer)
    if (misrouted) {
      this.#refuse(message, peer, misrouted)
      return
    }
    const first = header.retransmitted && this.#duplicates.find(routing['Origin-Host'], header.endToEnd)
    if (first) void this.#sendLater(first, message, routing, peer, connection)
    else this.#work(message, served, routing, peer, connection)
  }

  #misrouted({ applicationId }: Header, routing: Routing, peer: Peer): Result | undefined {
    const { originHost, originRealm } = this.#context.identity
    if (!peer.rules.mayUse(applicationId, routing)) return resultCode(resultCodes.applicationUnsupported)
    if (routing['Destination-Realm'] !== originRealm) return resultCode(resultCodes.realmNotServed)
    const host = routing['Destination-Host']
    return host !== undefined && host !== originHost ? resultCode(resultCodes.unableToDeliver) : undefined
  }

  #work(
    message: DiameterMessage,
    served: Served,
    routing: Routing,
    peer: Peer,
    connection: Connection,
  ): void {
    if (this.#whenIdle) {
      this.#refuse(message, peer, resultCode(resultCodes.unableToDeliver))
      return
    }
    const working = this.#working.get(peer) ?? 0
    if (working >= this.#capacity || !peer.takeRequest()) {
      this.#refuse(message, peer, resultCode(resultCodes.tooBusy))
      return
    }
    const answer = this.#answer(message, served, routing)
    this.#working.set(peer, working + 1)
    this.#duplicates.keep(routing['Origin-Host'], message.header.endToEnd, answer)
    void this.#sendLater(answer, message, routing, peer, connection).finally(() => this.#worked(peer))
  }

  #worked(peer: Peer): void {
    const left = (this.#working.get(peer) ?? 1) - 1
    if (left > 0) this.#working.set(peer, left)
    else this.#working.delete(peer)
    if (this.#working.size === 0) this.#whenIdle?.()
  }

  /**
   * The octets of the answer, whatever happens, without the Proxy-Info that is each request's own; throws MalformedDiameter
   * at once when the request is none.
   */
  #answer(message: DiameterMessage, served: Served, routing: Routing): Promise<Uint8Array> {
    const { identity } = this.#context
    const from = { originHost: routing['Origin-Host'], originRealm: routing['Origin-Realm'] }
    const refuse = (refusal: { result: Result; failedAvp?: Uint8Array | undefined }) =>
      refusalOf(identity, message.octets, refusal)
    const session = { 'Session-Id': routing['Session-Id'] }
    try {
      return served
        .prepare(
          message.avps,
          from,
          traceOf(routing),
        )(session)
        .then((avps) => encodeMessage(answerHeader(message.header), avps))
        .catch((error: unknown) => {
          const { retransmitted } = message.header
          if (!(error instanceof MalformedDiameter))
            return refuse({ result: served.causeOf(retransmitted ? ofAnother(error) : error) })
          return refuse({ result: resultCode(error.resultCode), failedAvp: error.failedAvp })
        })
    } catch (error) {
      if (error instanceof RefusedWithResult) return Promise.resolve(refuse({ result: error.result }))
      throw error
    }
  }

  /** To the connection that asked, or to nobody (R39). */
  async #sendLater(
    answer: Promise<Uint8Array>,
    { header, avps }: DiameterMessage,
    routing: Routing,
    peer: Peer,
    connection: Connection,
  ): Promise<void> {
    const octets = answerTo(header, await answer, proxyInfoOf(avps))
    if (peer.connection === connection) peer.send(octets, traceOf(routing))
    else this.#context.count('diameter.answer-without-connection')
  }

  #refuse(message: DiameterMessage, peer: Peer, result: Result): void {
    this.#context.count('diameter.refused')
    peer.send(refusalOf(this.#context.identity, message.octets, { result }, proxyInfoOf(message.avps)))
  }
}
