import { K, Opc, Topc } from '../../core/keys.ts'
import type { AkaSecrets } from '../../entities/hss/ports.ts'
import { memoryBootstrapStore } from '../../io/store/memory-bsf-store.ts'
import { memorySubscriberStore } from '../../io/store/memory-hss-store.ts'
import {
  decisionsOf,
  memoryAuthorisationStore,
  memoryNafKeyStore,
  memoryPeerPlmnStore,
  memoryPushedGpiStore,
} from '../../io/store/memory-kmf-store.ts'
import type { Carriers } from '../../nodes/carriers.ts'
import type { PlmnConfig, SubscriberConfig } from '../../nodes/config/network-config.ts'
import { seedAuthorisations, seedSubscribers } from '../../nodes/config/stores.ts'
import type { SimulatedRadio } from '../simulated-radio.ts'
import type { SeededRandom } from './seeded-random.ts'
import { simulatedAssociation } from './simulated-association.ts'
import type { SimulatedStreams } from './simulated-streams.ts'

/** The first value for a name is made, each later one is the same: a store outlives its node. */
function kept<Value>(): (name: string, make: () => Value) => Value {
  const values = new Map<string, Value>()
  return (name, make) => {
    const value = values.get(name) ?? make()
    values.set(name, value)
    return value
  }
}

/** Streams, radio and stores of one simulated network; stores stay when a node ends, and go with the process. */
export function simulatedCarriers(
  streams: SimulatedStreams,
  radio: SimulatedRadio,
  random: SeededRandom,
): Carriers {
  const secrets = kept<AkaSecrets>()
  const subscribers = kept<ReturnType<typeof memorySubscriberStore>>()
  const bootstraps = kept<ReturnType<typeof memoryBootstrapStore>>()
  const keys = kept<ReturnType<typeof memoryNafKeyStore>>()
  const authorisations = kept<ReturnType<typeof memoryAuthorisationStore>>()
  const pushedGpis = kept<ReturnType<typeof memoryPushedGpiStore>>()
  const peers = kept<ReturnType<typeof memoryPeerPlmnStore>>()
  const close = () => Promise.resolve()
  const akaSecrets = (_plmn: PlmnConfig, { imsi, aka }: SubscriberConfig) =>
    secrets(imsi, () => drawnSecrets(aka, random))
  return {
    streams: (node) => streams.of(node),
    diameter: () => ({ unsafePlainTcp: true }),
    pc8: (node, versions) => simulatedAssociation(versions, streams.of(node), random),
    radio: (ue) => Promise.resolve(radio.station(ue)),
    async hssStore(plmn) {
      const store = subscribers(plmn.plmn, memorySubscriberStore)
      await seedSubscribers(plmn, store, (subscriber) => akaSecrets(plmn, subscriber))
      return { subscribers: store, close }
    },
    bsfStore: ({ plmn }) => Promise.resolve({ bootstraps: bootstraps(plmn, memoryBootstrapStore), close }),
    async kmfStore(plmn) {
      const ours = {
        keys: keys(plmn.plmn, memoryNafKeyStore),
        authorisations: authorisations(plmn.plmn, memoryAuthorisationStore),
      }
      await seedAuthorisations(plmn, ours.authorisations)
      return {
        ...{ ...ours, decisions: decisionsOf(ours.keys, ours.authorisations) },
        ...{ peers: peers(plmn.plmn, memoryPeerPlmnStore), close },
        pushedGpis: pushedGpis(plmn.plmn, memoryPushedGpiStore),
      }
    },
    watch: () => Promise.resolve(undefined),
    akaSecrets,
  }
}

function drawnSecrets(aka: SubscriberConfig['aka'], random: SeededRandom): AkaSecrets {
  const k = K(random.octets(16))
  if (aka.algorithm === 'MILENAGE') return { algorithm: 'MILENAGE', k, opc: Opc(random.octets(16)) }
  const { keccakIterations } = aka
  return { algorithm: 'TUAK', k, topc: Topc(random.octets(32)), keccakIterations }
}
