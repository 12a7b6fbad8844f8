import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { contextOf } from '../../core/traceparent.ts'
import { inMilliseconds } from '../../core/units.ts'
import { describeResponse, identityOf } from '../../reference-points/ub/describe.ts'
import {
  fieldValue,
  type UbRequest,
  type UbResponse,
  type UbSession,
} from '../../reference-points/ub/exchange.ts'
import { reasonOf, responseOctets } from '../../reference-points/ub/http-octets.ts'
import { ubTimers } from '../../reference-points/ub/timers.ts'
import { tcp, type Streams } from '../streams.ts'
import { bodyWithin } from './http-body.ts'
import { fieldsAsSent } from './http-fields.ts'
import type { UbMessage } from './ub-message.ts'

export interface UbServerOptions {
  readonly address: string
  /** 0: a free one. */
  readonly port: number
  /** TCP, unless told otherwise. */
  readonly streams?: Streams
  /** Connections at once; more are closed (R43). */
  readonly maxConnections: number
  /** The BSF: called for each connection with the address of the client, without its port. */
  readonly connect: (client: string) => UbSession
  readonly onMessage?: (message: UbMessage) => void
  /** A fault of ours; the client got 500. */
  readonly onFault: (error: unknown) => void
}

export interface UbServer {
  readonly port: number
  /** Open ones. */
  readonly connections: number
  close(): Promise<void>
}

/** R42. `waiting`: requests of one connection that have no answer yet, as nobody honest sends them (R43). */
const limits = { head: 16 * 1024, body: 64 * 1024, requests: 100, waiting: 16 } as const

interface Client {
  readonly connection: UbSession
  readonly name: string
  requests: number
  waiting: number
  /** Requests of one connection are answered one after the other. */
  last: Promise<void>
}

/** Plain HTTP/1.1 of Ub. Faults of HTTP end here; what has the form of a request goes to the BSF. */
export async function startUbServer(options: UbServerOptions): Promise<UbServer> {
  const clients = new WeakMap<Socket, Client>()
  const deadline = inMilliseconds(ubTimers.request)
  const server = createServer({
    maxHeaderSize: limits.head,
    headersTimeout: deadline,
    requestTimeout: deadline,
    connectionsCheckingInterval: 500,
  })
  server.maxConnections = options.maxConnections
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    socket.once('close', () => connections--)
    clients.set(socket, newClient(socket, options))
  })
  server.on('request', (incoming, outgoing) => {
    const client = clients.get(incoming.socket)
    if (!client || ++client.waiting > limits.waiting) {
      incoming.socket.destroy()
      return
    }
    client.last = client.last
      .then(() => serve(client, incoming, outgoing, options))
      .finally(() => client.waiting--)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    refuseOctets(error, socket, clients.get(socket), options)
  })
  const { streams = tcp, address: host, port } = options
  return {
    port: await streams.listen(server, { host, port }),
    get connections() {
      return connections
    },
    close: () => closed(server),
  }
}

function newClient(socket: Socket, options: UbServerOptions): Client {
  const address = socket.remoteAddress ?? ''
  const connection = options.connect(address)
  socket.once('close', () => connection.close())
  return {
    connection,
    name: `${address}:${socket.remotePort ?? 0}`,
    requests: 0,
    waiting: 0,
    last: Promise.resolve(),
  }
}

async function serve(
  client: Client,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: UbServerOptions,
) {
  if (incoming.socket.destroyed || client.requests >= limits.requests) return
  try {
    const body = await bodyWithin(limits.body, incoming)
    const request: UbRequest = {
      ...{
        method: incoming.method ?? '',
        target: incoming.url ?? '',
        fields: fieldsAsSent(incoming.rawHeaders),
      },
      body: body ?? new Uint8Array(),
    }
    const context = contextOf(fieldValue(request.fields, 'traceparent') ?? '')
    const response = body ? await client.connection.exchange(request, context) : bare(413)
    const last = !body || ++client.requests >= limits.requests || !outgoing.shouldKeepAlive
    const sent = withConnection(response, last ? 'close' : 'keep-alive')
    send(outgoing, sent)
    options.onMessage?.(messageOf(sent, client, client.connection.impi ?? identityOf(request), context))
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) return // the client went away in mid request
    options.onFault(error)
    if (!outgoing.headersSent) send(outgoing, withConnection(bare(500), 'close'))
  }
}

const bare = (status: number): UbResponse => ({
  status,
  fields: [['Content-Length', '0']],
  body: new Uint8Array(),
})

/** Said in every answer, so that the head is ours to the last octet; what the BSF said stays. */
function withConnection(response: UbResponse, connection: 'close' | 'keep-alive'): UbResponse {
  const said = fieldValue(response.fields, 'Connection') !== undefined
  return said ? response : { ...response, fields: [...response.fields, ['Connection', connection]] }
}

function send(outgoing: ServerResponse, response: UbResponse): void {
  outgoing.sendDate = false
  outgoing.writeHead(response.status, reasonOf(response.status), response.fields.flat())
  outgoing.end(response.body)
}

const messageOf = (
  response: UbResponse,
  client: Client,
  identity: string | undefined,
  context: string | undefined,
): UbMessage => ({
  ...{ sender: 'bsf', client: client.name, identity, context, octets: responseOctets(response) },
  ...describeResponse(response),
})

const statusOfCode: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Octets that are no request: one answer, then the end of the connection. */
function refuseOctets(
  error: NodeJS.ErrnoException,
  socket: Socket,
  client: Client | undefined,
  options: UbServerOptions,
): void {
  if (!socket.writable || !client || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const response = withConnection(bare(statusOfCode[error.code ?? ''] ?? 400), 'close')
  socket.end(responseOctets(response), () => socket.destroy())
  options.onMessage?.(messageOf(response, client, undefined, undefined))
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
