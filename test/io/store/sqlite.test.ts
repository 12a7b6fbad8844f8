import { join } from 'node:path'
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
import { inTest, storeKeys, temporaryDirectory } from './temporary.ts'

const file = () => join(temporaryDirectory(), 'store.db')
const kmf = () => inTest(openKmfStore(file(), storeKeys))

subscriberStoreContract('SQLite', async () => (await inTest(openHssStore(file(), storeKeys))).subscribers)
bootstrapStoreContract('SQLite', async () => (await inTest(openBsfStore(file(), storeKeys))).bootstraps)
nafKeyStoreContract('SQLite', async () => (await kmf()).keys)
authorisationStoreContract('SQLite', async () => (await kmf()).authorisations)
decisionStoreContract('SQLite', kmf)
peerPlmnStoreContract('SQLite', async () => (await kmf()).peers)
pushedGpiStoreContract('SQLite', async () => (await kmf()).pushedGpis)
