import { readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { NotPermitted, type AdminRole } from '../../core/administration.ts'
import type { Audit } from '../../core/audit.ts'
import type { Clock } from '../../core/environment.ts'
import { InvalidValue, Refused } from '../../core/errors.ts'
import { TokenBuckets } from '../../core/token-buckets.ts'
import { ensureDirectory } from '../lab/files.ts'
import { listenLocally } from '../local-socket.ts'
import { callerOf, mayDo, NotIdentified, type AdminCaller } from './admin-caller.ts'
import { answerTo, fault, notFound } from './admin-errors.ts'
import type { AdminRoute } from './admin-route.ts'
import { jsonLines } from './json-lines.ts'
import { openApiOf } from './openapi.ts'

export interface AdminServerOptions {
  /** For example `hss1`. */
  readonly node: string
  readonly routes: readonly AdminRoute[]
  /** A local socket that its owner alone can open. */
  readonly socketFile: string
  /** Given: also here, by mutual TLS. */
  readonly tls?: AdminTls
  readonly clock: Clock
  /** Of each who asks (R43). */
  readonly requestsPerMinute: number
  /** Told of changes that a role did not allow; the routes tell of all others. */
  readonly audit: Audit
  readonly onFault: (error: unknown) => void
}

/** PEM files. */
interface AdminTls {
  readonly host: string
  /** 0 draws a free one. */
  readonly port: number
  readonly certificateFile: string
  readonly certificateKeyFile: string
  readonly trustedCaFile: string
  /** By a name in the certificate. */
  readonly roles: ReadonlyMap<string, AdminRole>
}

export interface AdminServer {
  /** Of TLS. */
  readonly port: number | undefined
  close(): Promise<void>
}

/** What one who asks may take of the node (R43): octets of a body, requests a minute, milliseconds, connections. */
const limits = {
  body: 64 * 1024,
  perMinute: 6_000,
  silence: 10_000,
  request: 600_000,
  connections: 64,
} as const

class TooManyRequests extends Refused {
  readonly code = 'ERR_TOO_MANY_REQUESTS'
}

/**
 * Serves the administration of a node: JSON over HTTP/1.1 on a local socket of mode 0600 and, if so configured, by mutual TLS
 * with roles (R46). Rejects with InvalidControlAddress, ControlAddressInUse, or the error of its TCP socket.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { socketFile, tls } = options
  const local = appOf(options, fastify(common), new Map())
  const remote = tls && appOf(options, fastify({ ...common, https: tlsOf(tls) }), tls.roles) // prettier-ignore
  let isThere = false
  const close = async () => {
    await Promise.all([local.close(), remote?.close()])
    if (isThere) rmSync(socketFile, { force: true })
  }
  try {
    ensureDirectory(dirname(socketFile))
    await listenLocally(socketFile, (path) => local.listen({ path }))
    isThere = true
    await remote?.listen({ host: tls?.host ?? '', port: tls?.port ?? 0 })
    const address = remote?.server.address() as AddressInfo | null | undefined
    return { port: address?.port, close }
  } catch (error) {
    await close()
    throw error
  }
}

const common = {
  bodyLimit: limits.body,
  requestTimeout: limits.request,
  connectionTimeout: limits.silence,
  forceCloseConnections: true,
  return503OnClosing: false,
  routerOptions: { maxParamLength: 64 },
} as const

/** Whoever comes without a certificate is told so (401), and comes no further than that. */
const tlsOf = ({ certificateFile, certificateKeyFile, trustedCaFile }: AdminTls) => ({
  cert: readFileSync(certificateFile),
  key: readFileSync(certificateKeyFile),
  ca: readFileSync(trustedCaFile),
  ...{ requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' as const },
})

function appOf(
  { node, routes, audit, clock, requestsPerMinute, onFault }: AdminServerOptions,
  app: FastifyInstance,
  roles: ReadonlyMap<string, AdminRole>,
): FastifyInstance {
  const buckets = new TokenBuckets(requestsPerMinute)
  const callers: Callers = new WeakMap()
  app.server.maxConnections = limits.connections
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload))
  // Before anything of the request is read: who asks, and how often.
  app.addHook('onRequest', (request, _reply, done) => {
    const caller = callerOf(request, roles)
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
  const document = openApiOf(`Administration of ${node}`, routes)
  app.get('/openapi.json', () => document)
  for (const route of routes) add(app, route, callers, audit)
  return app
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
