import { InvalidValue } from '../../core/errors.ts'
import { maskedImsi } from '../../core/identities/subscriber.ts'
import type { AuthorisationStore } from '../../entities/kmf/ports.ts'
import type { AkaSecrets, Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { storeKeysIn } from '../../io/lab/store-key-file.ts'
import { WrittenMeanwhile } from '../../io/store/errors.ts'
import { openBsfStore, type BsfStore } from '../../io/store/bsf-store.ts'
import { openHssStore, type HssStore } from '../../io/store/hss-store.ts'
import { openKmfStore, type KmfStore } from '../../io/store/kmf-store.ts'
import type { StoreKeys } from '../../io/store/seal.ts'
import { readAkaSecrets, storeKeyFile, storePlace, type EntityKind } from './files.ts'
import type { NetworkConfig, PlmnConfig, SubscriberConfig } from './network-config.ts'

async function opened<Store>(
  config: NetworkConfig,
  plmn: PlmnConfig,
  kind: EntityKind,
  open: (place: string, keys: StoreKeys) => Promise<Store>,
): Promise<Store> {
  const keys = storeKeysIn(config.file, storeKeyFile(config, plmn, kind))
  return open(storePlace(config, plmn, kind), keys)
}

/**
 * The subscribers of the file as the HSS keeps them, all or none; sequence numbers stay, and so do subscribers the file does
 * not name. Throws InvalidValue for an IMPI or a ProSe UE ID of another subscriber.
 */
export async function seedSubscribers(
  { subscribers }: PlmnConfig,
  store: SubscriberStore,
  akaOf: (subscriber: SubscriberConfig) => AkaSecrets,
): Promise<void> {
  if (subscribers.length === 0) return
  const [conflict] = await unlessMeanwhile(() =>
    store.putAll(kept(subscribers, akaOf), { replace: true, ueIds: [] }),
  )
  if (!conflict) return
  const { imsi } = subscribers[conflict.at] ?? { imsi: '' }
  throw new InvalidValue(`${conflict.field} of subscriber ${maskedImsi(imsi)}`, conflict.reason)
}

/** Again while another node puts the same: each time one of them is done. */
async function unlessMeanwhile<Result>(put: () => Promise<Result>): Promise<Result> {
  for (;;)
    try {
      return await put()
    } catch (error) {
      if (!(error instanceof WrittenMeanwhile)) throw error
    }
}

/** Each with its keys only when it is its turn. */
function* kept(
  subscribers: readonly SubscriberConfig[],
  akaOf: (subscriber: SubscriberConfig) => AkaSecrets,
): Iterable<Subscriber> {
  for (const subscriber of subscribers) {
    const { imsi, impi, amf, gba, ksLifetime, prose } = subscriber
    yield {
      imsi,
      impi,
      aka: akaOf(subscriber),
      amf,
      gba,
      ...(ksLifetime === undefined ? {} : { ksLifetime }),
      ...(prose && {
        prose: { ueIds: prose.ueIds, permissions: prose.permissions, publicSafety: prose.publicSafety },
      }),
    }
  }
}

/** Of a subscriber that the file names, the file says all; what is kept of others stays. */
export const seedAuthorisations = ({ subscribers }: PlmnConfig, store: AuthorisationStore): Promise<void> =>
  store.putAll(
    subscribers.map(({ imsi, gba, prose }) => ({
      ...{ imsi, usesGbaU: gba === 'GBA_U', mayLinkWith: prose?.mayLinkWith ?? [] },
    })),
  )

/** The store once it is seeded; closed where that fails. */
async function seeded<Store extends { close(): Promise<void> }>(
  store: Store,
  seed: (store: Store) => Promise<void>,
): Promise<Store> {
  try {
    await seed(store)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The store of the HSS of `plmn` as it is. Throws InvalidConfig, StoreUnusable. */
export const openConfiguredHssStore = (config: NetworkConfig, plmn: PlmnConfig): Promise<HssStore> =>
  opened(config, plmn, 'hss', openHssStore)

/** The store of the HSS of `plmn` with the subscribers of the file in it. Throws InvalidConfig, StoreUnusable. */
export async function openSeededHssStore(config: NetworkConfig, plmn: PlmnConfig): Promise<HssStore> {
  return seeded(await openConfiguredHssStore(config, plmn), ({ subscribers }) =>
    seedSubscribers(plmn, subscribers, (subscriber) => readAkaSecrets(config, plmn, subscriber)),
  )
}

/** The store of the BSF of `plmn`. Throws InvalidConfig, StoreUnusable. */
export const openConfiguredBsfStore = (config: NetworkConfig, plmn: PlmnConfig): Promise<BsfStore> =>
  opened(config, plmn, 'bsf', openBsfStore)

/** The store of the KMF of `plmn` as it is. Throws InvalidConfig, StoreUnusable. */
export const openConfiguredKmfStore = (config: NetworkConfig, plmn: PlmnConfig): Promise<KmfStore> =>
  opened(config, plmn, 'kmf', openKmfStore)

/** The store of the KMF of `plmn` with the permissions of the file in it. Throws InvalidConfig, StoreUnusable. */
export async function openSeededKmfStore(config: NetworkConfig, plmn: PlmnConfig): Promise<KmfStore> {
  return seeded(await openConfiguredKmfStore(config, plmn), ({ authorisations }) =>
    seedAuthorisations(plmn, authorisations),
  )
}
