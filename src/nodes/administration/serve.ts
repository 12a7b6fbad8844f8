import { dirname } from 'node:path'
import { startAdminServer, type AdminServerOptions } from '../../io/admin/admin-server.ts'
import { openAuditFile } from '../../io/audit/audit-file.ts'
import { ensureDirectory } from '../../io/lab/files.ts'
import { Closing } from '../closing.ts'
import type { AdminConfig, NetworkConfig } from '../config/network-config.ts'
import type { ConfiguredNode } from '../config/nodes.ts'
import { openConfiguredHssStore, openConfiguredKmfStore } from '../config/stores.ts'
import type { Node, NodeContext } from '../node.ts'
import { peerPlmnRoutes } from '../peer-plmns/routes.ts'
import { hssAdministration, kmfAdministration } from './administration.ts'
import { hssPorts, kmfPorts } from './ports.ts'
import { hssRoutes, kmfRoutes } from './routes.ts'

/** A list of a million subscribers in pages of a thousand, six times (R43). */
const requestsPerMinute = 6_000

type Administered = Extract<ConfiguredNode, { kind: 'hss' | 'bsf' | 'kmf' }>

/** The audit of a node; throws OutputUnwritable. */
export function openAudit(name: string, { auditFile }: AdminConfig, { clock }: Pick<NodeContext, 'clock'>) {
  ensureDirectory(dirname(auditFile))
  return openAuditFile({ file: auditFile, node: name, clock })
}

const tlsOf = ({ diameter }: NetworkConfig, admin: AdminConfig): Pick<AdminServerOptions, 'tls'> => {
  const { listen, certificateFile, certificateKeyFile, trustedCaFile = diameter.trustedCaFile, roles } = admin
  return listen ? { tls: { ...listen, certificateFile, certificateKeyFile, trustedCaFile, roles } } : {}
}

/**
 * Serves the administration of an HSS or KMF that runs (nothing of a BSF is administered), over connections of its own to the
 * store. `file`: the configuration as its owner knows it. Gives what ends it. Throws InvalidConfig, StoreUnusable, OutputUnwritable or the error of its sockets.
 */
export async function startAdministration(
  { kind, name, plmn }: Administered,
  context: NodeContext,
  running: Node,
  file: string,
): Promise<() => Promise<void>> {
  if (kind === 'bsf') return () => Promise.resolve()
  const { config, clock, onFault } = context
  const { admin } = kind === 'hss' ? plmn.hss : plmn.kmf
  const of = { config, plmn, file }
  const closing = new Closing()
  try {
    const audit = await openAudit(name, admin, context)
    closing.opened(() => audit.close())
    const routes = async () => {
      if (kind === 'hss') {
        const store = await openConfiguredHssStore(config, plmn)
        closing.opened(() => store.close())
        const ports = hssPorts(of, store.subscribers, audit)
        return hssRoutes((who) => hssAdministration(who, ports))
      }
      const store = await openConfiguredKmfStore(config, plmn)
      closing.opened(() => store.close())
      const ports = kmfPorts(of, store, audit, {
        changed: async () => running.peersChanged?.(),
        connections: () => running.levels().peers,
      })
      const as = (who: string) => kmfAdministration(who, ports)
      return [...kmfRoutes(as), ...peerPlmnRoutes((who) => as(who).peers)]
    }
    const server = await startAdminServer({
      ...{
        node: name,
        routes: await routes(),
        socketFile: admin.socketFile,
        clock,
        audit,
        ...tlsOf(config, admin),
      },
      requestsPerMinute,
      onFault: (error) => onFault(name, error),
    })
    closing.opened(() => server.close())
    return () => closing.close()
  } catch (error) {
    await closing.close()
    throw error
  }
}
