import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { mcc, mnc } from '../core/identities/plmn.ts'
import { impiOfImsi, Imsi } from '../core/identities/subscriber.ts'
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

/** Every subscriber has a card with GBA_U. */
export const gbaU: Arrangement = (config) => ({
  ...config,
  plmns: config.plmns.map((plmn) => ({
    ...plmn,
    subscribers: plmn.subscribers.map((subscriber) => ({ ...subscriber, gba: 'GBA_U' as const })),
  })),
  ues: config.ues.map((ue) => ({ ...ue, gba: 'GBA_U' as const })),
})

/** UE-1 never sends its IMSI over PC5. */
export const noImsiOverPc5: Arrangement = (config) => ({
  ...config,
  ues: config.ues.map((ue, at) => (at === 0 ? { ...ue, imsiOverPc5: 'never' } : ue)),
})

/** UE-2 is a subscriber of the home network of UE-1, and that network is the only one. */
export const oneHome: Arrangement = (config) => {
  const [ue1, ue2, ...others] = config.ues
  const subscribers = config.plmns.flatMap((plmn) => plmn.subscribers)
  const home = config.plmns.find(({ subscribers: own }) => own.some(({ imsi }) => imsi === ue1?.imsi))
  const moved = subscribers.find(({ imsi }) => imsi === ue2?.imsi)
  const [, last] = home?.kmf.proseUeIds[0] ?? []
  if (!ue1 || !ue2 || !home || !moved || last === undefined) return config
  const prefix = mcc(home.plmn) + mnc(home.plmn)
  const imsi = Imsi(prefix + '9'.repeat(15 - prefix.length))
  const mayLinkWith = [home.plmn]
  const allowed = (subscriber: SubscriberConfig): SubscriberConfig => ({
    ...subscriber,
    ...(subscriber.prose && { prose: { ...subscriber.prose, mayLinkWith } }),
  })
  const newcomer = allowed({
    ...{ ...moved, imsi, impi: impiOfImsi(imsi, home.plmn) },
    ...(moved.prose && { prose: { ...moved.prose, ueIds: [last] } }),
  })
  const kmf = { ...home.kmf, pc6Peers: [] }
  return {
    ...config,
    plmns: [{ ...home, kmf, subscribers: [...home.subscribers.map(allowed), newcomer] }],
    ues: [ue1, { ...ue2, imsi, proseUeIds: [last] }, ...others.filter((ue) => isOf(home, ue.imsi))],
  }
}

const isOf = ({ subscribers }: PlmnConfig, imsi: Imsi): boolean =>
  subscribers.some((subscriber) => subscriber.imsi === imsi)

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
