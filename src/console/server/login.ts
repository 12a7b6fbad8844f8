import type { FastifyInstance, FastifyRequest } from 'fastify'
import { adminRoles, NotPermitted, type AdminRole } from '../../core/administration.ts'
import type { Audit, AuditEntry } from '../../core/audit.ts'
import { LocalFault } from '../../core/errors.ts'
import { callerOf, mayDo, type AdminCaller, type RoleOf } from '../../io/admin/admin-caller.ts'
import type { AdminCredentials } from '../../io/admin/admin-server.ts'
import type { AdminConfig, NetworkConfig } from '../../nodes/config/network-config.ts'
import { configuredNodes } from '../../nodes/config/nodes.ts'

/** The console would be open to who has no login. */
export class NeedsLogin extends LocalFault {
  readonly code = 'ERR_CONSOLE_NEEDS_LOGIN'
  readonly hint =
    'give roles in admin of every HSS and KMF (npx sidelock config hss.admin), or an address of loopback'
}

/** Mutual TLS, and who may what (R46). */
export interface Login extends Omit<AdminCredentials, 'roles'> {
  readonly roleOf: RoleOf
}

/** The same with the node whose certificate and audit it has. */
interface LoginOfNode extends Login {
  readonly node: string
  readonly admin: AdminConfig
}

/** A login that is asked for. */
export interface Demanded extends Login {
  /** Keys show. */
  readonly unsafe: boolean
  /** Told of every act, and of those that were refused. */
  readonly audit: Audit
}

/**
 * The login of the administration of all HSSs and KMFs: the certificate of the first KMF, and of each name the least role that
 * it has at any of them. Throws NeedsLogin where one of them lets nobody in.
 */
export function loginOf(config: NetworkConfig, host: string): LoginOfNode {
  const { plmns, diameter } = config
  const admins = plmns.flatMap(({ hss, kmf }) => [hss.admin, kmf.admin])
  const closed = configuredNodes(config).filter(
    ({ kind, plmn }) => (kind === 'hss' || kind === 'kmf') && plmn[kind].admin.roles.size === 0,
  )
  const own = plmns[0]?.kmf
  if (!own || closed.length > 0) {
    const names = closed.map(({ name }) => name).join(', ')
    throw new NeedsLogin(`a console at ${host} needs the admin login of the nodes: no roles at ${names}`)
  }
  return {
    ...{ node: own.name, admin: own.admin },
    certificateFile: own.admin.certificateFile,
    certificateKeyFile: own.admin.certificateKeyFile,
    trustedCaFile: own.admin.trustedCaFile ?? diameter.trustedCaFile,
    roleOf: (name) => leastOf(admins.map(({ roles }) => roles.get(name))),
  }
}

/** Undefined where one of them gives none. */
function leastOf(roles: readonly (AdminRole | undefined)[]): AdminRole | undefined {
  const levels = roles.map((role) => (role === undefined ? -1 : adminRoles.indexOf(role)))
  return adminRoles[Math.min(...levels)]
}

/** Looks are for viewers, acts for operators; where keys show, all is for who may see keys. */
export function demandLogin(app: FastifyInstance, { roleOf, unsafe, audit }: Demanded): void {
  const callers = new WeakMap<FastifyRequest, AdminCaller>()
  app.addHook('onRequest', (request, _reply, done) => {
    const caller = callerOf(request, roleOf)
    callers.set(request, caller)
    const needed = unsafe ? 'security' : request.method === 'GET' ? 'viewer' : 'operator'
    if (!mayDo(caller, needed)) throw new NotPermitted(`this needs the role ${needed}`)
    done()
  })
  app.addHook('onSend', async (request, reply) => {
    const caller = callers.get(request)
    if (!caller || request.method === 'GET') return
    const outcome = outcomes[reply.statusCode] ?? 'failed'
    await audit.record({ who: caller.who, ...actIn(request.body, outcome === 'done'), outcome })
  })
}

const outcomes: Readonly<Record<number, AuditEntry['outcome']>> = { 200: 'done', 403: 'refused' }

/** What was typed is told when it was understood only. */
function actIn(body: unknown, isKnown: boolean): Pick<AuditEntry, 'what' | 'subject'> {
  if (!isKnown || typeof body !== 'object' || body === null) return { what: 'act', subject: 'testbed' }
  const { act, ...given } = body as Readonly<Record<string, string | number>>
  return { what: `act ${act ?? ''}`, subject: ['testbed', ...Object.values(given)].join(' ') }
}
