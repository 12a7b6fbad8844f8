import type { Plmn } from '../../core/identities/plmn.ts'
import { hours, minutes, seconds, type Seconds } from '../../core/units.ts'
import type {
  NetworkConfig,
  PlmnConfig,
  SubscriberConfig,
  UeConfig,
} from '../../nodes/config/network-config.ts'
import { configuredNodes } from '../../nodes/config/nodes.ts'
import { SeededRandom } from './seeded-random.ts'
import { networkOf, type Topology } from './topologies.ts'

/** What became of the B-TID of UE-1 before the first call. */
export interface Preparation {
  readonly ue1: 'nothing' | 'bootstraps' | 'opens-pc8'
  /** Its Ks has expired. */
  readonly expired: boolean
  /** BSF and KMF of UE-1 know no B-TID any more. */
  readonly forgotten: boolean
  /** KMF-1 takes no NAF key of more than no age. */
  readonly tooOld: boolean
  readonly ubBlocked: boolean
  readonly usimAhead: boolean
}

/** Frames of each hundred that the air treats so. */
export interface RadioFaults {
  readonly lost: number
  readonly doubled: number
  readonly late: number
  readonly changed: number
  readonly reflected: number
}

/** Something that happens at a time, in milliseconds after the first call. */
export type Act = { readonly at: number } & (
  | { readonly kind: 'call'; readonly from: string; readonly to: string }
  | { readonly kind: 'release'; readonly ue: string }
  /** Nobody hears this UE any more, until the air is good again. */
  | { readonly kind: 'mute'; readonly ue: string }
  | { readonly kind: 'replay' | 'forge' | 'flood' }
  | { readonly kind: 'end' | 'silence'; readonly node: string }
  | { readonly kind: 'forget' }
)

/** Everything that is decided of a run before it begins. */
export interface DrawnRun {
  readonly seed: number
  readonly topology: Topology
  readonly config: NetworkConfig
  readonly preparation: Preparation
  /** Of each way of a stream, in milliseconds. */
  readonly latency: number
  readonly slow: { readonly node: string; readonly by: number } | undefined
  readonly radio: RadioFaults | undefined
  readonly acts: readonly Act[]
  /** No key expires by itself. */
  readonly hasLastingKeys: boolean
  /** What becomes of the links is watched for a while; otherwise the run goes on as soon as both ends agree. */
  readonly watched: boolean
  /** After everything has come to rest, somebody without keys works on the live links. */
  readonly attacked: boolean
}

/** Small networks are quick, and show as much. */
const topologies: readonly [Topology, ...Topology[]] = [
  ...(['two homes', 'two homes', 'two homes', 'two homes', 'one home', 'one home'] as const),
  ...(['one home, three UEs', 'two homes, three UEs', 'three homes'] as const),
]

/** The run of a seed. */
export function drawRun(seed: number): DrawnRun {
  const random = new SeededRandom(seed)
  const topology = random.pick(topologies)
  const preparation = drawPreparation(random)
  const isCalm = random.chance(0.35)
  const lifetimes = isCalm || random.chance(0.8) ? lasting : drawLifetimes(random)
  const config = drawConfig(networkOf(topology), preparation, lifetimes, random)
  const call: Act = { at: 0, kind: 'call', from: 'ue1', to: 'ue2' }
  return {
    ...{ seed, topology, config, preparation },
    latency: 1 + random.below(isCalm ? 5 : 60),
    slow:
      !isCalm && random.chance(0.2)
        ? { node: oneOf(entitiesOf(config), random), by: random.below(6_000) }
        : undefined,
    radio: !isCalm && random.chance(0.7) ? drawRadio(random) : undefined,
    acts: isCalm ? [call] : [call, ...drawActs(config, random)],
    hasLastingKeys: lifetimes === lasting,
    watched: random.chance(isCalm ? 0.03 : 0.15),
    attacked: lifetimes === lasting && random.chance(0.3),
  }
}

function drawPreparation(random: SeededRandom): Preparation {
  const ue1 = random.pick<Preparation['ue1']>(['nothing', 'bootstraps', 'opens-pc8', 'opens-pc8'])
  return {
    ue1,
    expired: ue1 !== 'nothing' && random.chance(0.2),
    forgotten: ue1 !== 'nothing' && random.chance(0.2),
    tooOld: random.chance(0.2),
    ubBlocked: random.chance(0.4),
    usimAhead: random.chance(0.15),
  }
}

/** How long the Ks of UE-1 and every PDK live. */
interface Lifetimes {
  readonly ks: Seconds
  readonly pdk: Seconds
}

const lasting: Lifetimes = { ks: hours(1), pdk: hours(1) }

/** So short that keys expire while they are used. */
const drawLifetimes = (random: SeededRandom): Lifetimes => ({
  ks: random.pick([seconds(3), seconds(5), seconds(10), hours(1)]),
  pdk: random.pick([seconds(1), seconds(4), minutes(1), hours(1)]),
})

/** Most UEs may link with all, some with nobody; keys live short or long; cards and algorithms differ. */
function drawConfig(
  base: NetworkConfig,
  preparation: Preparation,
  { ks, pdk }: Lifetimes,
  random: SeededRandom,
): NetworkConfig {
  const all = base.plmns.map(({ plmn }) => plmn)
  const plmns = base.plmns.map((plmn, at): PlmnConfig => {
    const nafKeyMaxAge = at === 0 && preparation.tooOld ? seconds(0) : plmn.kmf.nafKeyMaxAge
    const subscribers = plmn.subscribers.map((subscriber) =>
      drawSubscriber(
        subscriber,
        subscriber.imsi === base.ues[0]?.imsi ? { ksLifetime: ks } : {},
        all,
        random,
      ),
    )
    return { ...plmn, kmf: { ...plmn.kmf, nafKeyMaxAge, pdkLifetime: pdk }, subscribers }
  })
  const gbaOf = ({ imsi }: UeConfig) =>
    plmns.flatMap(({ subscribers }) => subscribers).find((one) => one.imsi === imsi)?.gba ?? 'GBA_ME'
  const ues = base.ues.map((ue): UeConfig => {
    const imsiOverPc5 = random.chance(0.15) ? 'never' : 'seed'
    return { ...ue, imsiOverPc5, gba: gbaOf(ue), eea: order(random), eia: order(random) }
  })
  return { ...base, plmns, ues }
}

const order = (random: SeededRandom): readonly number[] =>
  random.pick([[1, 2, 3], [2, 1, 3], [3, 2, 1], [2, 1], [2], [3, 2]])

function drawSubscriber(
  subscriber: SubscriberConfig,
  more: Pick<SubscriberConfig, 'ksLifetime'>,
  all: readonly Plmn[],
  random: SeededRandom,
): SubscriberConfig {
  const mayLinkWith = random.chance(0.85) ? all : all.filter(() => random.chance(0.5))
  const permissions = random.chance(0.95) ? (['one-to-one'] as const) : []
  return {
    ...subscriber,
    ...more,
    gba: random.chance(0.2) ? 'GBA_U' : 'GBA_ME',
    ...(subscriber.prose && { prose: { ...subscriber.prose, mayLinkWith, permissions } }),
  }
}

const drawRadio = (random: SeededRandom): RadioFaults => {
  const rate = (chance: number, most: number) => (random.chance(chance) ? random.below(most) : 0)
  return {
    lost: rate(0.5, 40),
    doubled: rate(0.4, 40),
    late: rate(0.4, 40),
    changed: rate(0.3, 30),
    reflected: rate(0.3, 40),
  }
}

const oneOf = (names: readonly string[], random: SeededRandom): string =>
  names[random.below(names.length)] ?? ''

const entitiesOf = (config: NetworkConfig): readonly string[] =>
  configuredNodes(config).flatMap(({ kind, name }) => (kind === 'ue' ? [] : [name]))

function drawActs(config: NetworkConfig, random: SeededRandom): readonly Act[] {
  const nodes = entitiesOf(config)
  const ueNames = config.ues.map(({ name }) => name)
  return Array.from({ length: random.below(6) }, (): Act => {
    // Most of what happens, happens while a set-up is under way.
    const at = random.below(random.chance(0.7) ? 300 : 12_000)
    const ue = oneOf(ueNames, random)
    switch (random.below(9)) {
      case 0:
      case 1:
        return {
          at,
          kind: 'call',
          from: ue,
          to: oneOf(
            ueNames.filter((other) => other !== ue),
            random,
          ),
        }
      case 2:
        return { at, kind: 'release', ue }
      case 7:
        return { at, kind: 'mute', ue }
      case 3:
        return { at, kind: 'replay' }
      case 4:
        return { at, kind: random.chance(0.2) ? 'flood' : 'forge' }
      case 5:
        return { at, kind: 'end', node: oneOf(nodes, random) }
      case 6:
        return { at, kind: 'silence', node: oneOf(nodes, random) }
      default:
        return { at, kind: 'forget' }
    }
  }).sort((one, other) => one.at - other.at)
}
