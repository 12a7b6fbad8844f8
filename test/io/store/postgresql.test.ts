import { afterAll, beforeAll } from 'vitest'
import { openBsfStore } from '../../../src/io/store/bsf-store.ts'
import { openHssStore } from '../../../src/io/store/hss-store.ts'
import { openKmfStore } from '../../../src/io/store/kmf-store.ts'
import { bootstrapStoreContract } from '../../contracts/bootstrap-store.ts'
import {
  authorisationStoreContract,
  decisionStoreContract,
  nafKeyStoreContract,
  peerPlmnStoreContract,
  pushedGpiStoreContract,
} from '../../contracts/kmf-stores.ts'
import { subscriberStoreContract } from '../../contracts/subscriber-store.ts'
import { PostgresqlServers } from './postgresql-server.ts'
import { inTest, storeKeys } from './temporary.ts'

const servers = new PostgresqlServers()
beforeAll(() => servers.start())
afterAll(() => servers.remove())

const hss = async () => inTest(openHssStore(await servers.emptyPlace(), storeKeys))
const bsf = async () => inTest(openBsfStore(await servers.emptyPlace(), storeKeys))
const kmf = async () => inTest(openKmfStore(await servers.emptyPlace(), storeKeys))

subscriberStoreContract('PostgreSQL', async () => (await hss()).subscribers)
bootstrapStoreContract('PostgreSQL', async () => (await bsf()).bootstraps)
nafKeyStoreContract('PostgreSQL', async () => (await kmf()).keys)
authorisationStoreContract('PostgreSQL', async () => (await kmf()).authorisations)
decisionStoreContract('PostgreSQL', kmf)
peerPlmnStoreContract('PostgreSQL', async () => (await kmf()).peers)
pushedGpiStoreContract('PostgreSQL', async () => (await kmf()).pushedGpis)
