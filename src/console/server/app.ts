import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { tlsOf } from '../../io/admin/admin-server.ts'
import { answerTo, fault, notFound } from './console-errors.ts'
import { guard } from './guard.ts'
import { demandLogin, type Demanded } from './login.ts'
import { formFor, type PageFile } from './page-files.ts'

export interface ConsoleAddress {
  readonly host: string
  readonly port: number
}

export interface ConsoleServer {
  readonly address: ConsoleAddress
  close(): Promise<void>
}

/** What one who asks may take of the server (R43): octets of a body, milliseconds, connections. */
const limits = { body: 4 * 1024, silence: 30_000, connections: 128 } as const

export interface AppOptions {
  readonly host: string
  readonly files: ReadonlyMap<string, PageFile>
  readonly onFault: (error: unknown) => void
  /** Given: by mutual TLS. */
  readonly login?: Demanded | undefined
}

/** A server of these files that answers nobody whom it should not. */
export function guardedApp({ host, files, onFault, login }: AppOptions): FastifyInstance {
  const app = fastify({
    ...(login && { https: tlsOf({ ...login, roles: new Map() }) }),
    ...{ bodyLimit: limits.body, forceCloseConnections: true, return503OnClosing: false },
    ...{ requestTimeout: limits.silence, routerOptions: { maxParamLength: 64 } },
  })
  app.server.maxConnections = limits.connections
  app.removeContentTypeParser('text/plain')
  guard(app, login ? undefined : host)
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(notFound))
  app.setErrorHandler((error, _request, reply) => {
    const answer = answerTo(error)
    if (!answer) onFault(error)
    return reply.code(answer?.status ?? 500).send(answer?.body ?? fault)
  })
  if (login) demandLogin(app, login)
  for (const [path, file] of files)
    app.get(path, (request, reply) => {
      const { octets, coding } = formFor(file, request.headers['accept-encoding'] ?? '')
      if (coding) void reply.header('content-encoding', coding)
      return reply.type(file.type).header('vary', 'accept-encoding').send(octets)
    })
  return app
}

/** Rejects with the error of its socket. */
export async function listening(
  app: FastifyInstance,
  { host, port }: ConsoleAddress,
): Promise<ConsoleServer> {
  await app.listen({ host, port })
  const { port: taken } = app.server.address() as AddressInfo
  return { address: { host, port: taken }, close: () => app.close() }
}

/** Where a console is, unless somebody says otherwise; taken, the next free port is. */
const usualAddress: ConsoleAddress = { host: '127.0.0.1', port: 7330 }
const portsTried = 50

/** Starts it there or at the next free port. Rejects with the error of its socket. */
export async function onFreePort(
  start: (address: ConsoleAddress) => Promise<ConsoleServer>,
): Promise<ConsoleServer> {
  const { host, port: first } = usualAddress
  for (let port = first; ; port++)
    try {
      return await start({ host, port })
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!isTaken || port >= first + portsTried) throw error
    }
}

export const urlOf = ({ host, port }: ConsoleAddress, scheme: 'http' | 'https' = 'http'): string =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
