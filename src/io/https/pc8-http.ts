import type { IncomingMessage, ServerResponse } from 'node:http'
import { utf8 } from '../../core/bytes.ts'
import type { Clock } from '../../core/environment.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { wipe } from '../../core/keys.ts'
import { projectValues } from '../../core/project-values.ts'
import type { Count } from '../../core/tap.ts'
import { contextOf } from '../../core/traceparent.ts'
import type { Pc8Service, Pc8Subscriber } from '../../entities/kmf/ports.ts'
import { causeOf } from '../../reference-points/pc8/cause-of.ts'
import { describeResponse } from '../../reference-points/pc8/describe.ts'
import type { ProseDirectKeyResponse } from '../../reference-points/pc8/exchange.ts'
import { writeProseDirectKeyResponse } from '../../reference-points/pc8/messages.ts'
import type { HttpFields } from '../../reference-points/ub/exchange.ts'
import { reasonOf, responseHead, responseOctets } from '../../reference-points/ub/http-octets.ts'
import { bodyWithin } from './http-body.ts'
import { identityOf, type Pc8Message } from './pc8-message.ts'

/** R42. */
export const httpLimits = { head: 16 * 1024, body: 64 * 1024 } as const

export interface Pc8HttpOptions {
  /** What Host may name, its port left out (R42). */
  readonly names: readonly Fqdn[]
  readonly service: Pc8Service
  readonly clock: Clock
  readonly onMessage?: (message: Pc8Message) => void
  /** A fault of ours; the UE got 500. */
  readonly onFault: (error: unknown) => void
  readonly count: Count
}

/** One connection whose handshake is done; without a subscriber nothing is served (R38). */
export interface Pc8Client {
  readonly name: string
  readonly subscriber: Pc8Subscriber | undefined
}

interface Reply {
  readonly status: number
  readonly fields: HttpFields
  /** ASCII. */
  readonly body: string
  /** Only for who hears of messages. */
  readonly described: Pick<Pc8Message, 'name' | 'step' | 'fields'> | undefined
}

const mediaType = projectValues.pc8MediaType.value
const acceptedMediaType = new RegExp(
  `^${mediaType.replace(/[.+]/g, '\\$&')}(?:[ \\t]*;[ \\t]*charset="?utf-8"?)?[ \\t]*$`,
  'i',
)

/** Answers one request; what never becomes a request of PC8 gets a bare status and the end of the connection. */
export async function servePc8(
  client: Pc8Client,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: Pc8HttpOptions,
): Promise<void> {
  const context = contextOf(String(incoming.headers['traceparent'] ?? ''))
  const said = await replyTo(client, incoming, context, options)
  if (!said) return
  const reply = complete(said, outgoing.shouldKeepAlive)
  outgoing.sendDate = false
  outgoing.writeHead(reply.status, reasonOf(reply.status), reply.fields.flat())
  outgoing.end(reply.body, 'latin1')
  tell(client, reply, context, options)
}

function complete(reply: Reply, keepsAlive: boolean): Reply {
  const connection = reply.status === 200 && keepsAlive ? 'keep-alive' : 'close'
  return { ...reply, fields: [...reply.fields, ['Connection', connection]] }
}

function tell(
  { name, subscriber }: Pc8Client,
  reply: Reply,
  context: string | undefined,
  { count, onMessage }: Pc8HttpOptions,
): void {
  if (reply.status !== 200) count(`pc8-http-${reply.status}`)
  if (!onMessage || !reply.described) return
  onMessage({
    ...{ sender: 'kmf', client: name, identity: identityOf(subscriber), context },
    ...{ octets: responseOctets({ ...reply, body: utf8(reply.body) }), ...reply.described },
  })
}

/** Undefined when the UE went away in the middle of its request. */
async function replyTo(
  { subscriber }: Pc8Client,
  incoming: IncomingMessage,
  context: string | undefined,
  options: Pc8HttpOptions,
): Promise<Reply | undefined> {
  try {
    if (!subscriber || options.clock.now() >= subscriber.expires) return bare(401)
    const status = refusalOf(incoming, options.names)
    if (status !== undefined) return bare(status)
    const body = await bodyWithin(httpLimits.body, incoming)
    if (!body) return bare(413)
    const response = await options.service.answer(body, subscriber, context)
    try {
      return withDocument(response, options.onMessage !== undefined)
    } finally {
      if (response.outcome === 'key') wipe(response.pdk)
    }
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) return undefined
    const cause = causeOf(error)
    if ('status' in cause && cause.status !== 500) return bare(cause.status)
    options.onFault(error)
    return bare(500)
  }
}

/** The status for a head that is no request of PC8 (B39 to B42), undefined for one that is. */
function refusalOf(incoming: IncomingMessage, names: readonly Fqdn[]): number | undefined {
  const { 'content-type': type = '', 'content-length': length = '0' } = incoming.headers
  const [host = '', ...otherHosts] = incoming.headersDistinct['host'] ?? []
  if (otherHosts.length > 0) return 400
  if (!names.some((name) => name === host.replace(/:\d+$/, '').toLowerCase())) return 400
  if (incoming.url !== projectValues.pc8Path.value) return 404
  if (incoming.method !== 'POST') return 405
  if (!acceptedMediaType.test(type)) return 415
  return Number(length) > Number.MAX_SAFE_INTEGER ? 400 : undefined
}

function withDocument(response: ProseDirectKeyResponse, isHeard: boolean): Reply {
  const body = writeProseDirectKeyResponse(response)
  return {
    status: 200,
    fields: [
      ['Content-Type', mediaType],
      ['Content-Length', String(body.length)],
      ['Cache-Control', 'no-store'],
    ],
    body,
    described: isHeard ? describeResponse(response) : undefined,
  }
}

const bare = (status: number): Reply => ({
  status,
  fields: [...(status === 405 ? [['Allow', 'POST'] as const] : []), ['Content-Length', '0']],
  body: '',
  described: { name: `${status} ${reasonOf(status)}`, fields: {} },
})

/** Answers octets that are no HTTP request. */
export function refusalOctets(code: string | undefined): Uint8Array {
  return utf8(responseHead(complete(bare(code === 'HPE_HEADER_OVERFLOW' ? 431 : 400), false)))
}
