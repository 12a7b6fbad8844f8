import type { ListenAddress, PlmnConfig } from '../../nodes/config/network-config.ts'
import { pc6Target, zhTarget, znTarget, zpnTarget } from './diameter-targets.ts'
import { branchKinds } from './key-requests.ts'
import { pc5Target } from './pc5-target.ts'
import { pc8Target } from './pc8-target.ts'
import type { Target, TargetSetting } from './target.ts'
import type { LoadWorld } from './world.ts'

type Network = Pick<TargetSetting, 'plmn'> & { readonly ue2: Pick<TargetSetting['ue2'], 'plmn'> }

interface Point {
  /** In one line, for help. */
  readonly summary: string
  readonly kinds: readonly [string, ...string[]]
  readonly mix: string
  /** Whom the load is played for, where it comes over Diameter. */
  readonly playsFor?: (network: Network) => PlmnConfig['bsf' | 'kmf']
  /** UE-2s with PC8 of their own take part. */
  readonly hasUe2s?: true
  readonly reaches: readonly Reach[]
  readonly open: (setting: TargetSetting) => Promise<Target>
}

/** A kind of server that traffic goes to, in the home network of UE-1 or of UE-2. */
type Reach = readonly [of: 'ue1' | 'ue2', kind: 'hss' | 'bsf' | 'kmf', service: 'diameter' | 'ub' | 'pc8']

const ub1: Reach = ['ue1', 'bsf', 'ub']
const ofUe2: readonly Reach[] = [
  ['ue2', 'bsf', 'ub'],
  ['ue2', 'kmf', 'pc8'],
]

/** What can be loaded, by reference point. */
export const points = {
  zh: {
    summary: 'an HSS: vectors, as its BSF asks for them',
    ...{ kinds: ['mar'], mix: 'mar', open: zhTarget },
    playsFor: ({ plmn }) => plmn.bsf,
    reaches: [['ue1', 'hss', 'diameter']],
  },
  ub: {
    summary: 'a BSF and its HSS: bootstrappings of UEs',
    ...{ kinds: ['bootstrap'], mix: 'bootstrap', reaches: [ub1] },
    open: ({ ub }) =>
      Promise.resolve({
        ...{ isFree: true, preparation: () => undefined, close: () => Promise.resolve() },
        async run(_kind, ue) {
          await ub.bootstrap(ue)
        },
      }),
  },
  zn: {
    summary: 'a BSF: NAF keys, as its KMF asks for them',
    ...{ kinds: ['bir', 'bir-unknown'], mix: 'bir', open: znTarget },
    playsFor: ({ plmn }) => plmn.kmf,
    reaches: [['ue1', 'bsf', 'diameter'], ub1],
  },
  zpn: {
    summary: 'a BSF and its HSS: GBA push, as its KMF asks for it',
    ...{ kinds: ['gpr'], mix: 'gpr', open: zpnTarget },
    playsFor: ({ plmn }) => plmn.kmf,
    reaches: [['ue1', 'bsf', 'diameter']],
  },
  pc6: {
    summary: 'a KMF of UE-1: key requests, as the KMF of UE-2 sends them',
    ...{ kinds: branchKinds, mix: '7a', open: pc6Target },
    playsFor: ({ ue2 }) => ue2.plmn.kmf,
    reaches: [['ue1', 'kmf', 'diameter'], ub1],
  },
  pc8: {
    summary: 'KMFs: key requests of UE-2s, or new connections of UEs',
    ...{ kinds: [...branchKinds, 'pc8-open'], mix: '7a', hasUe2s: true, open: pc8Target },
    reaches: [ub1, ['ue1', 'kmf', 'pc8'], ...ofUe2],
  },
  pc5: {
    summary: 'both networks: whole set-ups, the radio in this process',
    ...{ kinds: branchKinds, mix: '7a', hasUe2s: true, open: pc5Target },
    reaches: [ub1, ...ofUe2],
  },
} as const satisfies Readonly<Record<string, Point>>
export type PointName = keyof typeof points

export const pointOf = (name: PointName): Point => points[name]

/** A server that traffic of a load goes to. */
export interface Reached {
  readonly node: string
  readonly service: string
  readonly address: ListenAddress
}

/** All of them; throws TemporaryFailure for one that the file says no place of. */
export const reachedBy = (name: PointName, network: Network, { addressOf }: LoadWorld): readonly Reached[] =>
  pointOf(name).reaches.flatMap(([of, kind, service]) =>
    (of === 'ue1' ? network.plmn : network.ue2.plmn)[kind].instances.map(({ name: node }) => ({
      ...{ node, service, address: addressOf(node, service) },
    })),
  )
