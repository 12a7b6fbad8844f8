import { readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import type { AdminRole } from '../../core/administration.ts'
import type { Audit } from '../../core/audit.ts'
import type { Clock } from '../../core/environment.ts'
import { ensureDirectory } from '../lab/files.ts'
import { listenLocally } from '../local-socket.ts'
import type { RoleOf } from './admin-caller.ts'
import type { AdminRoute } from './admin-route.ts'

export interface AdminServerOptions {
  /** For example `hss1`. */
  readonly node: string
  readonly routes: readonly AdminRoute[]
  /** A local socket that its owner alone can open. */
  readonly socketFile: string
  /** Given: also here, by mutual TLS. */
  readonly tls?: AdminAddress & AdminCredentials
  readonly clock: Clock
  /** Of each who asks (R43). */
  readonly requestsPerMinute: number
  /** Told of changes that a role did not allow; the routes tell of all others. */
  readonly audit: Audit
  readonly onFault: (error: unknown) => void
}

interface AdminAddress {
  readonly host: string
  /** 0 draws a free one. */
  readonly port: number
}

/** PEM files, and who may what. */
export interface AdminCredentials {
  readonly certificateFile: string
  readonly certificateKeyFile: string
  readonly trustedCaFile: string
  /** By a name in the certificate. */
  readonly roles: ReadonlyMap<string, AdminRole>
}

export interface AdminServer {
  /** Of TLS. */
  readonly port: number | undefined
  /** From now on who connects by TLS meets these, and so do the requests of all. Throws when a file cannot be used. */
  renew(credentials: AdminCredentials): void
  close(): Promise<void>
}

/** What one who asks may take of the node (R43): milliseconds, connections. */
const limits = { silence: 10_000, request: 600_000, connections: 64 } as const

/**
 * Serves the administration of a node: JSON over HTTP/1.1 on a local socket of mode 0600 and, if so configured, by mutual TLS
 * with roles (R46). Rejects with InvalidControlAddress, ControlAddressInUse, or the error of its TCP socket.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { socketFile, tls } = options
  let roles = tls?.roles ?? new Map<string, AdminRole>()
  const answer = answering(options, (name) => roles.get(name))
  const local = bounded(createHttpServer(answer))
  const remote = tls && bounded(createHttpsServer(tlsOf(tls), answer))
  let isThere = false
  const close = async () => {
    await Promise.all([closed(local), remote && closed(remote)])
    if (isThere) rmSync(socketFile, { force: true })
  }
  try {
    ensureDirectory(dirname(socketFile))
    await listenLocally(socketFile, (path) => listening(local, { path }))
    isThere = true
    if (remote) await listening(remote, { host: tls.host, port: tls.port })
    const address = remote?.address() as AddressInfo | null | undefined
    return {
      port: address?.port,
      renew(credentials) {
        remote?.setSecureContext(tlsOf(credentials))
        roles = credentials.roles
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The API is loaded with the first request: a node that nobody asks starts sooner and stays smaller. */
function answering(options: AdminServerOptions, roleOf: RoleOf): RequestListener {
  let app: Promise<RequestListener> | undefined
  return (request, response) => {
    app ??= import('./admin-app.ts').then(({ adminApp }) => adminApp(options, roleOf))
    app
      .then((answer) => answer(request, response))
      .catch((error: unknown) => {
        options.onFault(error)
        response.destroy()
      })
  }
}

function bounded<Some extends Server>(server: Some): Some {
  server.maxConnections = limits.connections
  server.requestTimeout = limits.request
  server.setTimeout(limits.silence)
  return server
}

const listening = (server: Server, where: { path: string } | { host: string; port: number }) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** Whoever comes without a certificate is told so (401), and comes no further than that. */
export const tlsOf = ({ certificateFile, certificateKeyFile, trustedCaFile }: AdminCredentials) => ({
  cert: readFileSync(certificateFile),
  key: readFileSync(certificateKeyFile),
  ca: readFileSync(trustedCaFile),
  ...{ requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' as const },
})
