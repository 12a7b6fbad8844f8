import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startAdminServer } from '../../../src/io/admin/admin-server.ts'
import { systemClock } from '../../../src/io/system.ts'
import { remoteKmf } from '../../../src/nodes/administration/remote.ts'
import { peerPlmnAdministration } from '../../../src/nodes/peer-plmns/administration.ts'
import { peerPlmnRoutes } from '../../../src/nodes/peer-plmns/routes.ts'
import { peerPlmnAdministrationContract } from '../../contracts/peer-plmns.ts'
import { temporaryDirectory } from '../../io/store/temporary.ts'

peerPlmnAdministrationContract('on the store', (ports) =>
  Promise.resolve(peerPlmnAdministration('user test', ports)),
)

peerPlmnAdministrationContract('over the API', async (ports) => {
  const socketFile = join(temporaryDirectory(), 'admin.sock')
  const faults: unknown[] = []
  const server = await startAdminServer({
    ...{ node: 'kmf1', socketFile, clock: systemClock, audit: ports.audit, requestsPerMinute: 100 },
    routes: peerPlmnRoutes((who) => peerPlmnAdministration(who, ports)),
    onFault: (error) => faults.push(error),
  })
  onTestFinished(async () => {
    await server.close()
    if (faults.length > 0) throw faults[0]
  })
  return remoteKmf({ socketFile }).peers
})
