import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Timers } from '../../core/environment.ts'
import { TemporaryFailure } from '../../core/errors.ts'
import { traceparentOf } from '../../core/traceparent.ts'
import { inMilliseconds } from '../../core/units.ts'
import { describeRequest, describeResponse, identityOf } from '../../reference-points/ub/describe.ts'
import type { HttpFields, UbConnection, UbRequest, UbResponse } from '../../reference-points/ub/exchange.ts'
import { requestOctets, responseOctets } from '../../reference-points/ub/http-octets.ts'
import { ubTimers } from '../../reference-points/ub/timers.ts'
import { tcp, type Streams } from '../streams.ts'
import { systemTimers } from '../system.ts'
import { abortAfter } from './abort-after.ts'
import { fieldsAsSent } from './http-fields.ts'
import type { UbMessage } from './ub-message.ts'

export interface UbClientOptions {
  /** Where the BSF listens; its name goes into Host only. */
  readonly address: string
  readonly port: number
  readonly onMessage: (message: UbMessage) => void
  /** Gets what the BSF says, as far as it was understood. */
  readonly onAnswer?: (message: UbMessage) => void
  /** TCP and the time of the system, unless told otherwise. */
  readonly streams?: Streams
  readonly timers?: Timers
}

/** What one answer may cost (R42). */
const limits = { head: 16 * 1024, body: 64 * 1024 } as const

/** A connection to a BSF for one run, kept alive between its requests. */
export function connectUb(options: UbClientOptions): UbConnection {
  const { streams = tcp, address: host, port } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agent.createConnection = () => streams.connect({ host, port })
  return {
    exchange: (request, context) => exchange(agent, options, request, context),
    close: () => agent.destroy(),
  }
}

async function exchange(
  agent: Agent,
  options: UbClientOptions,
  request: UbRequest,
  context?: string,
): Promise<UbResponse> {
  const sent = { ...request, fields: [...request.fields, ...ownFields(context)] }
  const { signal, stop } = abortAfter(inMilliseconds(ubTimers.exchange), options.timers ?? systemTimers)
  try {
    return await new Promise<UbResponse>((resolve, reject) => {
      const outgoing = httpRequest({
        ...{ agent, signal, host: options.address, port: options.port, maxHeaderSize: limits.head },
        ...{ method: sent.method, path: sent.target, headers: sent.fields.flat() },
      })
      onceConnected(outgoing, (client) => options.onMessage(messageOf(sent, client, context)))
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        // Node takes the socket away with the end of the body.
        const client = clientOf(incoming.socket)
        const answered = (body: Uint8Array) => {
          const response = responseOf(incoming, body)
          options.onAnswer?.(answerOf(response, client, identityOf(sent), context))
          resolve(response)
        }
        bodyOf(incoming).then(answered).catch(reject)
      })
      outgoing.end(sent.body)
    })
  } catch (cause) {
    const reason = signal.aborted ? `no answer within ${ubTimers.exchange} s` : 'no connection to the BSF'
    throw new TemporaryFailure(`Ub: ${reason}`, undefined, { cause })
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

const messageOf = (request: UbRequest, client: string, context: string | undefined): UbMessage => ({
  ...{ sender: 'ue', client, context, identity: identityOf(request), octets: requestOctets(request) },
  ...describeRequest(request),
})

const clientOf = ({ localAddress, localPort }: Socket): string => `${localAddress ?? ''}:${localPort ?? 0}`

const answerOf = (
  response: UbResponse,
  client: string,
  identity: string | undefined,
  context: string | undefined,
): UbMessage => ({
  ...{ sender: 'bsf', client, context, identity, octets: responseOctets(response) },
  ...describeResponse(response),
})

async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of incoming as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length > limits.body) throw new TemporaryFailure('Ub: an answer of more than 64 KiB')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const responseOf = (incoming: IncomingMessage, body: Uint8Array): UbResponse => ({
  status: incoming.statusCode ?? 0,
  fields: fieldsAsSent(incoming.rawHeaders),
  body,
})
