import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Timers } from '../../core/environment.ts'
import {
  KeyRequestFailed,
  MalformedMessage,
  Pc8IdentityRefused,
  TemporaryFailure,
} from '../../core/errors.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { milliseconds } from '../../core/units.ts'
import { projectValues } from '../../core/project-values.ts'
import { traceparentOf } from '../../core/traceparent.ts'
import type { Pc8Association, Pc8Port } from '../../entities/ue/ports.ts'
import { describeRequest } from '../../reference-points/pc8/describe.ts'
import type { ProseDirectKeyRequest, ProseDirectKeyResponse } from '../../reference-points/pc8/exchange.ts'
import { encodeProseDirectKeyRequest, responseTo } from '../../reference-points/pc8/messages.ts'
import type { HttpFields, UbResponse } from '../../reference-points/ub/exchange.ts'
import { requestOctets } from '../../reference-points/ub/http-octets.ts'
import { systemTimers } from '../system.ts'
import { abortAfter } from './abort-after.ts'
import { bodyWithin } from './http-body.ts'
import { fieldsAsSent } from './http-fields.ts'
import { answerOf } from './pc8-answer.ts'
import type { Pc8Message, TlsVersion } from './pc8-message.ts'
import { pc8Tls, type Pc8Security } from './pc8-security.ts'
import { handshake } from './psk-handshake.ts'

export interface Pc8ClientOptions {
  /** Where the KMF listens; its name goes into server_name and Host only. */
  readonly address: string
  readonly port: number
  /** What is offered; of both the server takes 1.3. */
  readonly versions: readonly TlsVersion[]
  /** For opening a connection, 10 s, and for one request on it, 13 s. In milliseconds. */
  readonly deadlines?: { readonly open: number; readonly request: number }
  /** Gets what the UE says. */
  readonly onMessage?: (message: Pc8Message) => void
  /** Gets what the KMF says. */
  readonly onAnswer?: (message: Pc8Message) => void
  /** TLS of those versions and the time of the system, unless told otherwise. */
  readonly security?: Pc8Security
  readonly timers?: Timers
}

const defaultDeadlines = { open: 10_000, request: 13_000 } as const
const limits = { head: 16 * 1024, body: 64 * 1024 } as const

interface Connection {
  readonly tls: Socket
  handshakeDone: boolean
  /** Requests that had the connection and wait for their answer: one, or two while it changes hands. */
  asked: number
  readonly agent: Agent
  readonly kmf: Fqdn
  readonly btid: BTid
}

/** PC8 on the side of the UE: one connection that is kept, requests on it one after the other. */
export function createPc8Client(options: Pc8ClientOptions): Pc8Port {
  let connection: Connection | undefined
  const isOpen = () => connection?.handshakeDone === true && connection.tls.writable
  const close = () => {
    connection?.agent.destroy()
    connection?.tls.destroy()
    connection = undefined
  }
  return {
    get isOpen() {
      return isOpen()
    },
    async open(association) {
      close()
      connection = connectTo(association, options)
      const { timers = systemTimers, deadlines } = options
      const deadline = milliseconds(deadlines?.open ?? defaultDeadlines.open)
      await handshake(connection.tls, { point: 'PC8', deadline, timers })
      connection.handshakeDone = true
    },
    async requestKey(request, context) {
      if (!connection || !isOpen()) throw new TemporaryFailure('PC8: no connection to the KMF')
      return exchange(connection, request, context, options)
    },
    close() {
      close()
      return Promise.resolve()
    },
  }
}

function connectTo(association: Pc8Association, options: Pc8ClientOptions): Connection {
  const { address: host, port, security = pc8Tls(options.versions) } = options
  const tls = security.connect({ host, port }, association)
  const { kmf, btid } = association
  const connection = { tls, handshakeDone: false, asked: 0, agent: agentOf(tls), kmf, btid }
  // What nobody asked for is dropped, and with it the connection (R15).
  tls.on('data', () => {
    if (connection.asked === 0) tls.destroy()
  })
  return connection
}

/** One of its requests at a time has the socket; there is no other socket. */
function agentOf(tls: Socket): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxTotalSockets: 1 })
  agent.createConnection = () => tls
  return agent
}

async function exchange(
  connection: Connection,
  request: ProseDirectKeyRequest,
  context: string | undefined,
  options: Pc8ClientOptions,
): Promise<ProseDirectKeyResponse> {
  const body = encodeProseDirectKeyRequest(request)
  const fields = fieldsOf(connection, body, context)
  const deadline = milliseconds(options.deadlines?.request ?? defaultDeadlines.request)
  const { signal, stop } = abortAfter(deadline, options.timers ?? systemTimers)
  try {
    const octets = await post(connection, fields, body, signal, {
      sent: () => options.onMessage?.(messageOf(connection, request, fields, body, context)),
      answered: (answer) => options.onAnswer?.(answerOf(answer, from(connection), context)),
    })
    return responseTo(request, octets)
  } catch (error) {
    if (error instanceof MalformedMessage)
      throw new KeyRequestFailed('PC8: malformed answer', undefined, { cause: error })
    const isTold = [KeyRequestFailed, TemporaryFailure, Pc8IdentityRefused].some(
      (kind) => error instanceof kind,
    )
    if (isTold) throw error
    const reason = signal.aborted ? `no answer in ${deadline} ms` : 'the connection broke'
    throw new TemporaryFailure(`PC8: ${reason}`, undefined, { cause: error })
  } finally {
    stop()
  }
}

const method = 'POST'
const target = projectValues.pc8Path.value

const fieldsOf = ({ kmf }: Connection, body: Uint8Array, context: string | undefined): HttpFields => [
  ['Host', kmf],
  ['Content-Type', projectValues.pc8MediaType.value],
  ['Content-Length', String(body.length)],
  ...(context === undefined ? [] : [['traceparent', traceparentOf(context)] as const]),
  ['Connection', 'keep-alive'],
]

const from = ({ tls, btid }: Connection) => ({
  client: `${tls.localAddress ?? ''}:${tls.localPort ?? 0}`,
  identity: { btid },
})

const messageOf = (
  connection: Connection,
  request: ProseDirectKeyRequest,
  fields: HttpFields,
  body: Uint8Array,
  context: string | undefined,
): Pc8Message => ({
  ...{ sender: 'ue', ...from(connection), context },
  octets: requestOctets({ method, target, fields, body }),
  ...describeRequest(request),
})

interface Watching {
  /** Called when the request has the connection. */
  readonly sent: () => void
  readonly answered: (answer: UbResponse) => void
}

/** The body of a 200; throws for every other status. */
function post(
  connection: Connection,
  fields: HttpFields,
  body: Uint8Array,
  signal: AbortSignal,
  { sent, answered }: Watching,
): Promise<Uint8Array> {
  const { agent, kmf } = connection
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      ...{ agent, signal, host: kmf, maxHeaderSize: limits.head },
      ...{ method, path: target, headers: fields.flat() },
    })
    outgoing.once('socket', () => {
      connection.asked++
      outgoing.once('close', () => connection.asked--)
      sent()
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      documentOf(incoming, answered).then(resolve, (error: unknown) => {
        outgoing.destroy()
        reject(error instanceof Error ? error : new TemporaryFailure('PC8: the answer broke off'))
      })
    })
    outgoing.end(body)
  })
}

async function documentOf(incoming: IncomingMessage, answered: Watching['answered']): Promise<Uint8Array> {
  const { statusCode: status = 0, headers } = incoming
  const body = status === 200 ? await bodyWithin(limits.body, incoming) : new Uint8Array()
  answered({ status, fields: fieldsAsSent(incoming.rawHeaders), body: body ?? new Uint8Array() })
  if (status >= 500) throw new TemporaryFailure(`PC8: HTTP ${status}`)
  if (status === 401) throw new Pc8IdentityRefused('PC8: HTTP 401', 'TS 33.222 5.4')
  if (status !== 200) throw new KeyRequestFailed(`PC8: HTTP ${status}`)
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== projectValues.pc8MediaType.value)
    throw new KeyRequestFailed('PC8: the answer is of another media type')
  if (!body) throw new KeyRequestFailed('PC8: the answer is too long')
  return body
}
