import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startAdminServer } from '../../../src/io/admin/admin-server.ts'
import { systemClock } from '../../../src/io/system.ts'
import { hssAdministration, kmfAdministration } from '../../../src/nodes/administration/administration.ts'
import { remoteHss, remoteKmf } from '../../../src/nodes/administration/remote.ts'
import { hssRoutes, kmfRoutes } from '../../../src/nodes/administration/routes.ts'
import { administrationContract } from '../../contracts/administration.ts'
import { temporaryDirectory } from '../../io/store/temporary.ts'

administrationContract('on the store', ({ hss, kmf }) =>
  Promise.resolve({ hss: hssAdministration('user test', hss), kmf: kmfAdministration('user test', kmf) }),
)

administrationContract('over the API', async ({ hss, kmf }) => {
  const socketFile = join(temporaryDirectory(), 'admin.sock')
  const routes = [
    ...hssRoutes((who) => hssAdministration(who, hss)),
    ...kmfRoutes((who) => kmfAdministration(who, kmf)),
  ]
  const faults: unknown[] = []
  const server = await startAdminServer({
    requestsPerMinute: 100,
    ...{
      node: 'hss1',
      routes,
      socketFile,
      clock: systemClock,
      audit: hss.audit,
      onFault: (error) => faults.push(error),
    },
  })
  onTestFinished(async () => {
    await server.close()
    if (faults.length > 0) throw faults[0]
  })
  return { hss: remoteHss({ socketFile }), kmf: remoteKmf({ socketFile }) }
})
