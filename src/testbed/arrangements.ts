import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { hours, seconds } from '../core/units.ts'
import type { NetworkConfig, PlmnConfig, SubscriberConfig } from '../nodes/config/network-config.ts'

/** A change of the configuration that a scenario needs. */
export type Arrangement = (config: NetworkConfig) => NetworkConfig

const imsiOf = (config: NetworkConfig, ue: number) => config.ues[ue]?.imsi

/** Changes the subscriber of UE-1 (0) or UE-2 (1). */
const changeSubscriber =
  (ue: number, change: (subscriber: SubscriberConfig) => SubscriberConfig): Arrangement =>
  (config) => ({
    ...config,
    plmns: config.plmns.map((plmn) => ({
      ...plmn,
      subscribers: plmn.subscribers.map((subscriber) =>
        subscriber.imsi === imsiOf(config, ue) ? change(subscriber) : subscriber,
      ),
    })),
  })

/** Changes the home network of UE-1. */
const changeHome =
  (change: (plmn: PlmnConfig) => PlmnConfig): Arrangement =>
  (config) => ({
    ...config,
    plmns: config.plmns.map((plmn) =>
      plmn.subscribers.some(({ imsi }) => imsi === imsiOf(config, 0)) ? change(plmn) : plmn,
    ),
  })

/** Ks and B-TID of UE-1 live one hour. */
export const shortKs = changeSubscriber(0, (subscriber) => ({ ...subscriber, ksLifetime: hours(1) }))

/** A NAF key is too old for KMF-1 as soon as it has it. */
export const noOldKeys = changeHome((plmn) => ({
  ...plmn,
  kmf: { ...plmn.kmf, nafKeyMaxAge: seconds(0) },
}))

/** UE-1 (0) or UE-2 (1) may link with nobody. */
export const mayLinkWithNobody = (ue: 0 | 1): Arrangement =>
  changeSubscriber(ue, (subscriber) => ({
    ...subscriber,
    ...(subscriber.prose && { prose: { ...subscriber.prose, mayLinkWith: [] } }),
  }))

/** UE-1 never sends its IMSI over PC5. */
export const noImsiOverPc5: Arrangement = (config) => ({
  ...config,
  ues: config.ues.map((ue, at) => (at === 0 ? { ...ue, imsiOverPc5: 'never' } : ue)),
})

/** Stores of the run alone: what a scenario does to subscribers and keys must not stay. `remove` deletes them. */
export function withOwnStores(config: NetworkConfig): {
  readonly config: NetworkConfig
  readonly remove: () => void
} {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-run-'))
  const own = <Entity extends { readonly store: PlmnConfig['hss']['store'] }>(entity: Entity): Entity => ({
    ...entity,
    store: { ...entity.store, file: join(directory, basename(entity.store.file)) },
  })
  const plmns = config.plmns.map((plmn) => ({
    ...plmn,
    ...{ hss: own(plmn.hss), bsf: own(plmn.bsf), kmf: own(plmn.kmf) },
  }))
  return { config: { ...config, plmns }, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
