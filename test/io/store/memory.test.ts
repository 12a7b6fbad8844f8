import { memoryBootstrapStore } from '../../../src/io/store/memory-bsf-store.ts'
import { memorySubscriberStore } from '../../../src/io/store/memory-hss-store.ts'
import {
  decisionsOf,
  memoryAuthorisationStore,
  memoryNafKeyStore,
  memoryPeerPlmnStore,
  memoryPushedGpiStore,
} from '../../../src/io/store/memory-kmf-store.ts'
import { bootstrapStoreContract } from '../../contracts/bootstrap-store.ts'
import {
  authorisationStoreContract,
  decisionStoreContract,
  nafKeyStoreContract,
  peerPlmnStoreContract,
  pushedGpiStoreContract,
} from '../../contracts/kmf-stores.ts'
import { subscriberStoreContract } from '../../contracts/subscriber-store.ts'

subscriberStoreContract('memory', () => Promise.resolve(memorySubscriberStore()))
bootstrapStoreContract('memory', () => Promise.resolve(memoryBootstrapStore()))
nafKeyStoreContract('memory', () => Promise.resolve(memoryNafKeyStore()))
authorisationStoreContract('memory', () => Promise.resolve(memoryAuthorisationStore()))
decisionStoreContract('memory', () => {
  const [keys, authorisations] = [memoryNafKeyStore(), memoryAuthorisationStore()]
  return Promise.resolve({ keys, authorisations, decisions: decisionsOf(keys, authorisations) })
})
peerPlmnStoreContract('memory', () => Promise.resolve(memoryPeerPlmnStore()))
pushedGpiStoreContract('memory', () => Promise.resolve(memoryPushedGpiStore()))
