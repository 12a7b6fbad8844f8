import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extensionNames, extensionSetOf } from '../core/extension-set.ts'
import { mcc, mnc } from '../core/identities/plmn.ts'
import { uaIds } from '../core/identities/naf-id.ts'
import { RelayServiceCode } from '../core/identities/prose.ts'
import { impiOfImsi, Imsi } from '../core/identities/subscriber.ts'
import { projectValues } from '../core/project-values.ts'
import { hours, seconds } from '../core/units.ts'
import type {
  BsfInstance,
  HssInstance,
  KmfInstance,
  ListenAddress,
  NafConfig,
  NetworkConfig,
  PlmnConfig,
  StoreConfig,
  SubscriberConfig,
  UeConfig,
} from '../nodes/config/network-config.ts'
import { castOf, type Part } from './cast.ts'
import { anotherNaf } from './dishonest-kmf.ts'

/** A change of the configuration that a scenario needs. */
export type Arrangement = (config: NetworkConfig) => NetworkConfig

/** One change after the other. */
const together =
  (...arrangements: readonly Arrangement[]): Arrangement =>
  (config) =>
    arrangements.reduce((changed, arrange) => arrange(changed), config)

const changeUe =
  (part: Part, change: (ue: UeConfig) => UeConfig): Arrangement =>
  (config) => ({
    ...config,
    ues: config.ues.map((ue) => (ue === castOf(config)[part] ? change(ue) : ue)),
  })

/** Changes the home network of a UE. */
const changeHome =
  (part: Part, change: (plmn: PlmnConfig) => PlmnConfig): Arrangement =>
  (config) => ({
    ...config,
    plmns: config.plmns.map((plmn) => (isHomeOf(plmn, castOf(config)[part]) ? change(plmn) : plmn)),
  })

const isHomeOf = ({ subscribers }: PlmnConfig, ue: UeConfig | undefined): boolean =>
  subscribers.some(({ imsi }) => imsi === ue?.imsi)

const changeSubscriber =
  (part: Part, change: (subscriber: SubscriberConfig) => SubscriberConfig): Arrangement =>
  (config) =>
    changeHome(part, (plmn) => ({
      ...plmn,
      subscribers: plmn.subscribers.map((subscriber) =>
        subscriber.imsi === castOf(config)[part]?.imsi ? change(subscriber) : subscriber,
      ),
    }))(config)

const changeProse = (part: Part, change: Partial<NonNullable<SubscriberConfig['prose']>>): Arrangement =>
  changeSubscriber(part, ({ prose, ...subscriber }) => ({
    ...subscriber,
    ...(prose && { prose: { ...prose, ...change } }),
  }))

/** Ks and B-TID of UE-1 live one hour. */
export const shortKs = changeSubscriber('ue1', (subscriber) => ({ ...subscriber, ksLifetime: hours(1) }))

/** A NAF key is too old for KMF-1 as soon as it has it. */
export const noOldKeys = changeHome('ue1', (plmn) => ({
  ...plmn,
  kmf: { ...plmn.kmf, nafKeyMaxAge: seconds(0) },
}))

/** The UE may link with nobody. */
export const mayLinkWithNobody = (part: Part): Arrangement => changeProse(part, { mayLinkWith: [] })

const holding = (plmn: PlmnConfig, extensions: number): PlmnConfig => ({
  ...plmn,
  extensions: new Map([...plmn.extensions.keys()].map((peer) => [peer, extensions])),
})

const allExtensions = extensionSetOf(extensionNames)

/** Every home network holds E1, E2 and E3 for every other. */
export const extensionsEverywhere: Arrangement = (config) => ({
  ...config,
  plmns: config.plmns.map((plmn) => holding(plmn, allExtensions)),
})

/** Only the home network of UE-1 holds them. */
export const extensionsOfUe1Alone = together(
  changeHome('ue2', (plmn) => holding(plmn, 0)),
  changeHome('ue1', (plmn) => holding(plmn, allExtensions)),
)

/** No home network holds an extension. */
const noExtensions: Arrangement = (config) => ({
  ...config,
  plmns: config.plmns.map((plmn) => holding(plmn, 0)),
})

/** Every UE offers 128-EEA2 and 128-EIA2 first, and others. */
export const algorithm2AndOthers: Arrangement = (config) => ({
  ...config,
  ues: config.ues.map((ue) => ({ ...ue, eea: [2, 1, 3], eia: [2, 1, 3] })),
})

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
export const noImsiOverPc5 = changeUe('ue1', (ue) => ({ ...ue, imsiOverPc5: 'never' }))

const relayServiceCode = RelayServiceCode(0x000123)

/** UE-1 is a remote UE and UE-2 its relay, both with what that takes. CR 33.303 6.Y. */
export const ue2IsRelay = together(
  changeUe('ue1', (ue) => ({ ...ue, wantedRelayServiceCode: relayServiceCode })),
  changeUe('ue2', (ue) => ({ ...ue, relayServiceCodes: [relayServiceCode] })),
  changeProse('ue1', { permissions: ['remote-ue'], publicSafety: true }),
  changeProse('ue2', { permissions: ['relay'], publicSafety: true }),
)

/** The same, but UE-2 is no Public Safety UE. */
export const relayIsNotPublicSafety = together(ue2IsRelay, changeProse('ue2', { publicSafety: false }))

/** A subscriber of `plmn` who is new there, with card and permissions of another one. */
function newcomerTo(plmn: PlmnConfig, model: SubscriberConfig): SubscriberConfig {
  const prefix = mcc(plmn.plmn) + mnc(plmn.plmn)
  const imsi = Imsi(prefix + '9'.repeat(15 - prefix.length))
  const ueIds = plmn.kmf.proseUeIds.slice(0, 1).map(([, last]) => last)
  return {
    ...{ ...model, imsi, impi: impiOfImsi(imsi, plmn.plmn) },
    ...(model.prose && { prose: { ...model.prose, ueIds } }),
  }
}

const ueOf = ({ imsi, prose }: SubscriberConfig, model: UeConfig): UeConfig => ({
  ...{ ...model, imsi, proseUeIds: prose?.ueIds ?? [] },
})

/** UE-2 is a subscriber of the home network of UE-1, and that network is the only one. */
export const oneHome: Arrangement = (config) => {
  const { ue1, ue2 } = castOf(config)
  const subscribers = config.plmns.flatMap((plmn) => plmn.subscribers)
  const home = config.plmns.find((plmn) => isHomeOf(plmn, ue1))
  const moved = subscribers.find(({ imsi }) => imsi === ue2.imsi)
  if (!home || !moved) return config
  const mayLinkWith = [home.plmn]
  const allowed = (subscriber: SubscriberConfig): SubscriberConfig => ({
    ...subscriber,
    ...(subscriber.prose && { prose: { ...subscriber.prose, mayLinkWith } }),
  })
  const newcomer = allowed(newcomerTo(home, moved))
  const kmf = { ...home.kmf, pc6Peers: [] }
  return {
    ...config,
    plmns: [{ ...home, kmf, subscribers: [...home.subscribers.map(allowed), newcomer] }],
    ues: [ue1, ueOf(newcomer, ue2)],
  }
}

/** UE-3, which nobody looks for, has the home network and the permissions of UE-2. Nobody else is there. */
const ue3LikeUe2: Arrangement = (config) => {
  const { ue1, ue2 } = castOf(config)
  const home = config.plmns.find((plmn) => isHomeOf(plmn, ue2))
  const model = home?.subscribers.find(({ imsi }) => imsi === ue2.imsi)
  if (!home || !model) return config
  const newcomer = newcomerTo(home, model)
  const name = ['ue3', 'ue4', 'ue5'].find((free) => free !== ue1.name && free !== ue2.name) ?? 'ue3'
  const ue3: UeConfig = { ...ueOf(newcomer, ue2), name, discovery: 'none' }
  return {
    ...config,
    plmns: config.plmns.map((plmn) =>
      plmn === home ? { ...home, subscribers: [...home.subscribers, newcomer] } : plmn,
    ),
    ues: [ue1, ue2, ue3],
  }
}

/** The same where no token of E2 says whom UE-1 wants. */
export const anotherUe2 = together(noExtensions, ue3LikeUe2)

/** For BSF-1 the host of KMF-1 is another NAF too. */
export const kmf1IsAnotherNaf = changeHome('ue1', (plmn) => ({
  ...plmn,
  bsf: { ...plmn.bsf, nafs: [...plmn.bsf.nafs, otherNafOf(plmn)] },
}))

const otherNafOf = ({ realm, kmf }: PlmnConfig): NafConfig => ({
  ...{ originHost: kmf.diameter.originHost, realm, fqdns: [anotherNaf] },
  ...{ uaIds: [uaIds.prose], gsids: [projectValues.proseGsid.value], push: true, discloseImpi: false },
})

/** UE-1 and UE-2 are those of these names. */
export const between =
  (ue1: string, ue2: string): Arrangement =>
  (config) => {
    const named = (name: string) => config.ues.filter((ue) => ue.name === name)
    const heard = named(ue2).map((ue) =>
      ue.discovery === 'none' ? { ...ue, discovery: 'model-a' as const } : ue,
    )
    const others = config.ues.filter(({ name }) => name !== ue1 && name !== ue2)
    return { ...config, ues: [...named(ue1), ...heard, ...others] }
  }

/** Every server listens on a free port, and nothing watches the nodes: such a network runs beside another one. */
export const onFreePorts: Arrangement = (config) => ({
  ...config,
  plmns: config.plmns.map((plmn) => ({
    ...plmn,
    hss: unplaced(plmn.hss),
    bsf: unplaced(plmn.bsf),
    kmf: unplaced(plmn.kmf),
  })),
  ues: config.ues.map((ue) => ({ ...ue, watch: undefined })),
})

const free = ({ host }: ListenAddress): ListenAddress => ({ host, port: 0 })

/** An instance, and an entity with all of its instances. */
function unplaced<Entity extends HssInstance | BsfInstance | KmfInstance>(entity: Entity): Entity {
  const { diameter } = entity
  return {
    ...entity,
    diameter: { ...diameter, listen: free(diameter.listen) },
    watch: undefined,
    ...('ubListen' in entity && { ubListen: free(entity.ubListen) }),
    ...('pc8' in entity && { pc8: { ...entity.pc8, listen: free(entity.pc8.listen) } }),
    ...('instances' in entity && { instances: (entity.instances as readonly Entity[]).map(unplaced) }),
  }
}

/** Stores of the run alone: what a scenario does to subscribers and keys must not stay. `remove` deletes them. */
export function withOwnStores(config: NetworkConfig): {
  readonly config: NetworkConfig
  readonly remove: () => void
} {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-run-'))
  const own = <Entity extends { readonly name: string; readonly store: StoreConfig }>(
    entity: Entity,
  ): Entity => ({
    ...entity,
    store: { engine: 'sqlite', file: join(directory, `${entity.name}.db`), keyFile: entity.store.keyFile },
  })
  const plmns = config.plmns.map((plmn) => ({
    ...plmn,
    ...{ hss: own(plmn.hss), bsf: own(plmn.bsf), kmf: own(plmn.kmf) },
  }))
  return { config: { ...config, plmns }, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
