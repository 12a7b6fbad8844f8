import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Timers } from '../../core/environment.ts'
import { TemporaryFailure } from '../../core/errors.ts'
import { traceparentOf } from '../../core/traceparent.ts'
import type { Milliseconds } from '../../core/units.ts'
import type { HttpConnection, HttpFields, HttpRequest, HttpResponse } from '../../wire/http.ts'
import { abortAfter } from './abort-after.ts'
import { fieldsAsSent } from './http-fields.ts'

export interface HttpClientOptions {
  /** Where errors say that they come from, for example `Ub`. */
  readonly point: string
  /** Who does not answer, for example `the BSF`. */
  readonly server: string
  readonly connect: () => Duplex
  /** For one exchange. */
  readonly patience: Milliseconds
  readonly timers: Timers
  /** A request as it goes out; `client` is the own address, such as `127.0.0.1:40001`. */
  readonly onRequest?: (request: HttpRequest, client: string, context: string | undefined) => void
  /** A response, to that request. */
  readonly onResponse?: (
    response: HttpResponse,
    client: string,
    request: HttpRequest,
    context: string | undefined,
  ) => void
}

/** What one answer may cost (R42). */
const limits = { head: 16 * 1024, body: 64 * 1024 } as const

/** A connection that is kept alive between requests; it is made with the first one. */
export function connectHttp(options: HttpClientOptions): HttpConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agent.createConnection = options.connect
  return {
    exchange: (request, context) => exchange(agent, options, request, context),
    close: () => agent.destroy(),
  }
}

async function exchange(
  agent: Agent,
  { point, server, patience, timers, onRequest, onResponse }: HttpClientOptions,
  request: HttpRequest,
  context?: string,
): Promise<HttpResponse> {
  const sent = { ...request, fields: [...request.fields, ...ownFields(context)] }
  const { signal, stop } = abortAfter(patience, timers)
  try {
    return await new Promise<HttpResponse>((resolve, reject) => {
      const outgoing = httpRequest({
        ...{ agent, signal, maxHeaderSize: limits.head },
        ...{ method: sent.method, path: sent.target, headers: sent.fields.flat() },
      })
      onceConnected(outgoing, (client) => onRequest?.(sent, client, context))
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        // Node takes the socket away with the end of the body.
        const client = clientOf(incoming.socket)
        const answered = (body: Uint8Array) => {
          const response = responseOf(incoming, body)
          onResponse?.(response, client, sent, context)
          resolve(response)
        }
        bodyOf(incoming, point).then(answered).catch(reject)
      })
      outgoing.end(sent.body)
    })
  } catch (cause) {
    const reason = signal.aborted ? `no answer within ${patience / 1000} s` : `no connection to ${server}`
    throw new TemporaryFailure(`${point}: ${reason}`, undefined, { cause })
  } finally {
    stop()
  }
}

const ownFields = (context: string | undefined): HttpFields => [
  ...(context === undefined ? [] : [['traceparent', traceparentOf(context)] as const]),
  ['Connection', 'keep-alive'],
]

/** Calls with the own address as soon as the request goes out. */
function onceConnected(outgoing: ClientRequest, sent: (client: string) => void): void {
  outgoing.on('socket', (socket) => {
    const tell = () => sent(clientOf(socket))
    if (socket.connecting) socket.once('connect', tell)
    else tell()
  })
}

const clientOf = ({ localAddress, localPort }: Socket): string => `${localAddress ?? ''}:${localPort ?? 0}`

async function bodyOf(incoming: IncomingMessage, point: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of incoming as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length > limits.body) throw new TemporaryFailure(`${point}: an answer of more than 64 KiB`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const responseOf = (incoming: IncomingMessage, body: Uint8Array): HttpResponse => ({
  status: incoming.statusCode ?? 0,
  fields: fieldsAsSent(incoming.rawHeaders),
  body,
})
