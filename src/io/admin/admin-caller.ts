import { userInfo } from 'node:os'
import { TLSSocket, type PeerCertificate } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { adminRoles, NotPermitted, type AdminRole } from '../../core/administration.ts'
import { Refused } from '../../core/errors.ts'

/** Who asks, and what they may. */
export interface AdminCaller {
  readonly who: string
  readonly role: AdminRole
}

/** By a name in the certificate of who asks. */
export type RoleOf = (name: string) => AdminRole | undefined

/** No certificate, or none that the trusted CA gave (R46). */
export class NotIdentified extends Refused {
  readonly code = 'ERR_NOT_IDENTIFIED'
}

/** The user of this process: only that user, and root, can open a socket of mode 0600. */
export const localUser = (): string => `user ${userInfo().username}`

/**
 * Who sends this request: the owner of the local socket, or by a name in the client certificate. Throws NotIdentified,
 * NotPermitted.
 */
export function callerOf({ raw: { socket } }: FastifyRequest, roleOf: RoleOf): AdminCaller {
  if (!(socket instanceof TLSSocket)) return { who: localUser(), role: 'security' }
  if (!socket.authorized) throw new NotIdentified('a certificate of the trusted CA is needed')
  for (const name of namesIn(socket.getPeerCertificate())) {
    const role = roleOf(name)
    if (role !== undefined) return { who: `certificate ${name}`, role }
  }
  throw new NotPermitted('this certificate has no role here')
}

/** Common name, and DNS names and mail addresses among the alternative names. RFC 5280 4.1.2.6, 4.2.1.6. */
function namesIn({ subject, subjectaltname = '' }: PeerCertificate): readonly string[] {
  const alternative = subjectaltname
    .split(', ')
    .flatMap((entry) => /^(?:DNS|email):([A-Za-z0-9.@_+-]+)$/.exec(entry)?.[1] ?? [])
  const commonName: unknown = subject.CN
  return [...(typeof commonName === 'string' ? [commonName] : []), ...alternative]
}

/** Each role may what those before it may. */
export const mayDo = ({ role }: AdminCaller, needed: AdminRole): boolean =>
  adminRoles.indexOf(role) >= adminRoles.indexOf(needed)
