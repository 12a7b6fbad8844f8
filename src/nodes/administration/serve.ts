import { dirname } from 'node:path'
import type { Audit } from '../../core/audit.ts'
import type { AdminRoute } from '../../io/admin/admin-route.ts'
import {
  startAdminServer,
  type AdminCredentials,
  type AdminServerOptions,
} from '../../io/admin/admin-server.ts'
import { openAuditFile } from '../../io/audit/audit-file.ts'
import { ensureDirectory } from '../../io/lab/files.ts'
import { Closing } from '../closing.ts'
import type { AdminConfig, NetworkConfig, PlmnConfig } from '../config/network-config.ts'
import type { ConfiguredNode } from '../config/nodes.ts'
import { openConfiguredHssStore, openConfiguredKmfStore } from '../config/stores.ts'
import type { Node, NodeContext } from '../node.ts'
import { peerPlmnRoutes } from '../peer-plmns/routes.ts'
import { hssAdministration, kmfAdministration } from './administration.ts'
import { hssPorts, kmfPorts, type AdministeredPlmn } from './ports.ts'
import { hssRoutes, kmfRoutes } from './routes.ts'

/** A list of a million subscribers in pages of a thousand, six times (R43). */
const requestsPerMinute = 6_000

type Administered = Extract<ConfiguredNode, { kind: 'hss' | 'bsf' | 'kmf' }>

/** The audit of a node; throws OutputUnwritable. */
export function openAudit(name: string, { auditFile }: AdminConfig, { clock }: Pick<NodeContext, 'clock'>) {
  ensureDirectory(dirname(auditFile))
  return openAuditFile({ file: auditFile, node: name, clock })
}

const credentialsOf = ({ diameter }: NetworkConfig, admin: AdminConfig): AdminCredentials => ({
  ...admin,
  trustedCaFile: admin.trustedCaFile ?? diameter.trustedCaFile,
})

const tlsOf = (config: NetworkConfig, admin: AdminConfig): Pick<AdminServerOptions, 'tls'> =>
  admin.listen ? { tls: { ...admin.listen, ...credentialsOf(config, admin) } } : {}

/** Routes that look at the configuration as it is when somebody asks. */
interface Routes {
  readonly routes: readonly AdminRoute[]
  readonly follow: (of: AdministeredPlmn) => void
}

async function routesOfHss(of: AdministeredPlmn, audit: Audit, closing: Closing): Promise<Routes> {
  const store = await openConfiguredHssStore(of.config, of.plmn)
  closing.opened(() => store.close())
  let ports = hssPorts(of, store.subscribers, audit)
  return {
    routes: hssRoutes((who) => hssAdministration(who, ports)),
    follow: (next) => void (ports = hssPorts(next, store.subscribers, audit)),
  }
}

async function routesOfKmf(
  of: AdministeredPlmn,
  audit: Audit,
  closing: Closing,
  running: Node,
): Promise<Routes> {
  const store = await openConfiguredKmfStore(of.config, of.plmn)
  closing.opened(() => store.close())
  const actions = {
    changed: async () => running.peersChanged?.(),
    connections: () => running.levels().peers,
  }
  let ports = kmfPorts(of, store, audit, actions)
  const as = (who: string) => kmfAdministration(who, ports)
  return {
    routes: [...kmfRoutes(as), ...peerPlmnRoutes((who) => as(who).peers)],
    follow: (next) => void (ports = kmfPorts(next, store, audit, actions)),
  }
}

/**
 * An HSS or KMF that runs, with its administration served over connections of its own to the store (nothing of a BSF is
 * administered); it ends with the node. `file`: the configuration as its owner knows it. Throws InvalidConfig, StoreUnusable,
 * OutputUnwritable or the error of its sockets; the node has then stopped.
 */
export async function administered(
  { kind, name, plmn }: Administered,
  context: NodeContext,
  running: Node,
  file: string,
): Promise<Node> {
  if (kind === 'bsf') return running
  const { config, clock, onFault } = context
  const adminOf = (plmn: PlmnConfig) => (kind === 'hss' ? plmn.hss : plmn.kmf).admin
  const admin = adminOf(plmn)
  const closing = new Closing()
  closing.opened(() => running.stop())
  try {
    const audit = await openAudit(name, admin, context)
    closing.opened(() => audit.close())
    const of = { config, plmn, file }
    const { routes, follow } =
      kind === 'hss' ? await routesOfHss(of, audit, closing) : await routesOfKmf(of, audit, closing, running)
    const server = await startAdminServer({
      ...{ node: name, routes, socketFile: admin.socketFile, clock, audit, ...tlsOf(config, admin) },
      requestsPerMinute,
      onFault: (error) => onFault(name, error),
    })
    closing.opened(() => server.close())
    return {
      ...running,
      async reload(plmn, context) {
        server.renew(credentialsOf(context.config, adminOf(plmn)))
        await running.reload?.(plmn, context)
        follow({ config: context.config, plmn, file })
      },
      stop: () => closing.close(),
    }
  } catch (error) {
    await closing.close()
    throw error
  }
}
