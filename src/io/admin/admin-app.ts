import { Readable } from 'node:stream'
import type { RequestListener } from 'node:http'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { NotPermitted } from '../../core/administration.ts'
import type { Audit } from '../../core/audit.ts'
import { InvalidValue, Refused } from '../../core/errors.ts'
import { TokenBuckets } from '../../core/token-buckets.ts'
import { callerOf, mayDo, NotIdentified, type AdminCaller, type RoleOf } from './admin-caller.ts'
import { answerTo, fault, notFound } from './admin-errors.ts'
import type { AdminRoute } from './admin-route.ts'
import type { AdminServerOptions } from './admin-server.ts'
import { jsonLines } from './json-lines.ts'
import { openApiOf } from './openapi.ts'

/** Octets of a body, characters of a name in a path. */
const limits = { body: 64 * 1024, name: 256 } as const

class TooManyRequests extends Refused {
  readonly code = 'ERR_TOO_MANY_REQUESTS'
}

/** The API of one node, for the requests of a server of its own. */
export async function adminApp(
  { node, routes, audit, clock, requestsPerMinute, onFault }: AdminServerOptions,
  roleOf: RoleOf,
): Promise<RequestListener> {
  const app = fastify({ bodyLimit: limits.body, routerOptions: { maxParamLength: limits.name } })
  const buckets = new TokenBuckets(requestsPerMinute)
  const callers: Callers = new WeakMap()
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload))
  // Before anything of the request is read: who asks, and how often.
  app.addHook('onRequest', (request, _reply, done) => {
    const caller = callerOf(request, roleOf)
    if (!buckets.take(caller.who, clock.now()))
      throw new TooManyRequests(`more than ${requestsPerMinute} requests in a minute`)
    callers.set(request, caller)
    done()
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(notFound))
  app.setErrorHandler((error, _request, reply) => {
    const answer = answerTo(error)
    if (!answer) onFault(error)
    return reply.code(answer?.status ?? 500).send(answer?.body ?? fault)
  })
  let document: object | undefined
  app.get('/openapi.json', () => (document ??= openApiOf(`Administration of ${node}`, routes)))
  for (const route of routes) add(app, route, callers, audit)
  await app.ready()
  return (request, response) => app.routing(request, response)
}

/** Those who were let in. */
type Callers = WeakMap<FastifyRequest, AdminCaller>

function add(app: FastifyInstance, route: AdminRoute, callers: Callers, audit: Audit): void {
  const { method, path } = route
  const callerIn = (request: FastifyRequest): AdminCaller => {
    const caller = callers.get(request)
    if (!caller) throw new NotIdentified('nobody asked')
    return caller
  }
  app.route({
    ...{ method, url: path },
    onRequest: async (request) => {
      const caller = callerIn(request)
      if (mayDo(caller, route.role)) return
      const what = `${method} ${path}`
      if (method !== 'GET')
        await audit.record({ who: caller.who, what, subject: caller.role, outcome: 'refused' })
      throw new NotPermitted(`this needs the role ${route.role}`)
    },
    handler: async (request, reply) => {
      const { who } = callerIn(request)
      const call = { who, parameters: parametersOf(request, route), ...bodyOf(request, route) }
      const { status, body } = await route.handle(call)
      return reply.code(status).send(body)
    },
  })
}

/** Throws InvalidValue. */
function parametersOf({ params, query }: FastifyRequest, { parameters }: AdminRoute): unknown {
  const { data, error } = parameters.safeParse({ ...(query as object), ...(params as object) })
  if (!error) return data
  const [issue] = error.issues
  throw new InvalidValue(issue?.path.join('.') ?? 'query', issue?.message ?? 'wrong')
}

/** Throws InvalidValue for a body of the other form. */
function bodyOf({ body }: FastifyRequest, route: AdminRoute) {
  const isStream = body instanceof Readable
  if ((route.body?.form === 'records') !== isStream)
    throw new InvalidValue('body', isStream ? 'JSON is needed' : 'lines of JSON are needed')
  return { body: isStream ? undefined : body, records: jsonLines(isStream ? body : Readable.from([])) }
}
