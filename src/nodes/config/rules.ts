import { hex } from '../../core/bytes.ts'
import { uaIds, uaIdTmpi } from '../../core/identities/naf-id.ts'
import { mcc, mnc, type Plmn } from '../../core/identities/plmn.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import { defaultNames, inRanges, overlap, rangeText } from '../../core/plmn-table.ts'
import type { ListenAddress, PlmnConfig } from './network-config.ts'
import { namedUeIds } from './complete.ts'
import { listenersOf } from './listeners.ts'
import { originHostsOf, peerMistakes } from './peer-mistakes.ts'
import type { PlmnShape, SubscriberShape, UeShape } from './schema/network.ts'
import { pathText, type Path, type Problem } from './yaml-source.ts'

/** One PLMN of the file whose form is right. */
export interface DraftPlmn {
  readonly path: Path
  readonly shape: PlmnShape
  readonly config: PlmnConfig
}

/** What of the file has the right form. */
export interface Draft {
  readonly plmns: readonly DraftPlmn[]
  readonly ues: readonly { readonly name: string; readonly path: Path; readonly shape: UeShape }[]
  /** All of it has: only then can something be said to be missing. */
  readonly isComplete: boolean
}

type Rule = (draft: Draft) => readonly Problem[]

interface Placed<Value> {
  readonly path: Path
  readonly value: Value
}

const subscribersOf = (draft: Draft) =>
  draft.plmns.flatMap((plmn) =>
    plmn.shape.subscribers.map((shape, at) => ({ plmn, shape, at, path: [...plmn.path, 'subscribers', at] })),
  )

/** Each value that already stood before it. */
function twice(values: readonly Placed<string>[], message: (first: string) => string): readonly Problem[] {
  const seen = new Map<string, Path>()
  return values.flatMap(({ path, value }) => {
    const first = seen.get(value)
    if (!first) seen.set(value, path)
    return first ? [{ path, message: message(pathText(first)) }] : []
  })
}

const plmnsOnce: Rule = ({ plmns }) =>
  twice(
    plmns.map(({ path, shape }) => ({ path: [...path, 'plmn'], value: shape.plmn })),
    (first) => `this PLMN stands at ${first} already`,
  )

/** A name means one entity of one PLMN, also when it is a default (MNC 01 and 001 have the same ones). */
const namesOnce: Rule = (draft) => [
  ...twice(
    draft.plmns.map(({ path, config }) => ({ path: [...path, 'realm'], value: config.realm })),
    (first) => `the realm is that of ${first}: give this PLMN its own`,
  ),
  ...twice(entityNames(draft), (first) => `the name is that of ${first}: one name would mean two entities`),
  ...twice(
    draft.plmns.flatMap(({ path, config }) =>
      originHostsOf(config).map(({ path: place, value }) => ({ path: [...path, ...place], value })),
    ),
    (first) => `the Origin-Host is that of ${first}`,
  ),
]

const peers: Rule = ({ plmns }) => {
  const hosts = new Set<string>(
    plmns.flatMap(({ config }) => originHostsOf(config).map(({ value }) => value)),
  )
  return plmns.flatMap(({ path, config }) => peerMistakes(path, config, hosts))
}

/** Names of BSFs and KMFs, by which UEs know them. */
const entityNames = ({ plmns }: Draft): readonly Placed<string>[] =>
  plmns.flatMap(({ path, config }) => [
    { path: [...path, 'bsf', 'fqdn'], value: config.bsf.fqdn },
    { path: [...path, 'kmf', 'fqdn'], value: config.kmf.fqdn },
  ])

/** No NAF passes for another one, for a KMF or a BSF, nor has the keys that protect GPIs (R5). */
const nafsApart: Rule = (draft) =>
  draft.plmns.flatMap(({ path, config }) => {
    const { bsf } = config
    const place = (at: number, ...rest: Path) => [...path, 'bsf', 'nafs', at, ...rest]
    const hosts = bsf.nafs.map(({ originHost: value }, at) => ({ path: place(at, 'originHost'), value }))
    const names = bsf.nafs.flatMap(({ fqdns }, at) =>
      fqdns.map((value, nth) => ({ path: place(at, 'fqdns', nth), value })),
    )
    const ids = bsf.nafs.map(({ uaIds: ids }, at) =>
      ids.map((id, nth) => ({ path: place(at, 'uaIds', nth), value: hex(id) })),
    )
    return [
      ...takenOrTwice(
        hosts,
        originHostsOf(config, ['hss', 'bsf']).map((taken) => ({ ...taken, path: [...path, ...taken.path] })),
      ),
      ...takenOrTwice(names, [...entityNames(draft), ...defaultBsfNames(draft)]),
      ...ids.flatMap((ofNaf) => twice(ofNaf, (first) => `this Ua id stands at ${first} already`)),
      ...ids.flat().flatMap(({ path, value }) => {
        const use = usesOfBsf.get(value)
        return use === undefined ? [] : [{ path, message: `this Ua id ${use}: no NAF may have its keys` }]
      }),
    ]
  })

/** Ua ids of keys that UE and BSF alone have. */
const usesOfBsf: ReadonlyMap<string, string> = new Map([
  [hex(uaIds.gpi), 'protects GPIs'],
  [hex(uaIdTmpi), 'makes TMPIs'],
])

/** BSFs serve Ub under their default names too. */
const defaultBsfNames = ({ plmns }: Draft): readonly Placed<string>[] =>
  plmns.flatMap(({ path, shape }) =>
    defaultNames(shape.plmn).bsfNames.map((value) => ({ path: [...path, 'bsf'], value })),
  )

/** Each of `values` that stands among `taken`, or before it. */
const takenOrTwice = (values: readonly Placed<string>[], taken: readonly Placed<string>[]) =>
  twice([...taken, ...values], (first) => `this is the name of ${first}`).filter(({ path }) =>
    values.some((value) => value.path === path),
  )

/** R2: the ProSe UE ID has no PLMN part, so one ID must not be in two ranges. */
const rangesApart: Rule = ({ plmns }) => {
  const ranges = plmns
    .flatMap(({ path, shape }) =>
      shape.kmf.proseUeIds.map((range, at) => ({
        path: [...path, 'kmf', 'proseUeIds', at],
        plmn: path,
        range,
      })),
    )
    .map((entry, at) => ({ ...entry, at }))
  const inOrder = [...ranges].sort((a, b) => a.range[0] - b.range[0])
  let widest = inOrder[0]
  return inOrder.slice(1).flatMap((entry) => {
    const other = widest
    if (!other || entry.range[1] > other.range[1]) widest = entry
    if (!other || !overlap(entry.range, other.range)) return []
    const [first, second] = entry.at > other.at ? [other, entry] : [entry, other]
    const message = `overlaps ${rangeText(first.range)} of ${pathText(first.plmn)}: one ID would name two UEs`
    return [{ path: second.path, message }]
  })
}

const subscribersOnce: Rule = (draft) => [
  ...twice(
    subscribersOf(draft).map(({ path, shape }) => ({ path: [...path, 'imsi'], value: shape.imsi })),
    (first) => `this IMSI stands at ${first} already`,
  ),
  ...twice(
    subscribersOf(draft).map(({ path, plmn, at }) => ({
      path: [...path, 'impi'],
      value: plmn.config.subscribers[at]?.impi ?? '',
    })),
    (first) => `the IMPI is that of ${first}`,
  ),
  ...twice(
    subscribersOf(draft).flatMap(({ path, shape }) =>
      namedUeIds(shape).map((id) => ({ path: [...path, 'prose'], value: hexOf24(id) })),
    ),
    (first) => `a ProSe UE ID of this subscriber is given at ${first} already`,
  ),
]

const begins = (imsi: string, plmn: Plmn) => imsi.startsWith(mcc(plmn) + mnc(plmn))

const imsiOfItsPlmn: Rule = (draft) =>
  subscribersOf(draft).flatMap(({ path, shape, plmn }) => {
    const home = plmn.shape.plmn
    const closer = draft.plmns.find(
      (other) => other.shape.plmn.length > home.length && begins(shape.imsi, other.shape.plmn),
    )
    if (begins(shape.imsi, home) && !closer) return []
    return [{ path: [...path, 'imsi'], message: `this IMSI is not of ${home}${closer ? `, but of ${closer.shape.plmn}` : ''}` }] // prettier-ignore
  })

function ueIdProblems(shape: SubscriberShape, path: Path, { shape: plmn, config }: DraftPlmn, at: number) {
  const prose = [...path, 'prose']
  const outside = namedUeIds(shape).some((id) => !inRanges(id, plmn.kmf.proseUeIds))
  const ueIdPath = [...prose, shape.prose?.ueId === undefined ? 'ueIds' : 'ueId']
  return [
    ...(outside ? [{ path: ueIdPath, message: `outside the proseUeIds of ${plmn.plmn}` }] : []),
    ...(shape.prose?.ueId !== undefined && shape.prose.ueIds !== undefined
      ? [{ path: [...prose, 'ueIds'], message: 'give ueId or ueIds, not both' }]
      : []),
    ...(config.subscribers[at]?.prose?.ueIds.length === 0
      ? [{ path: prose, message: `no free ID is left in the proseUeIds of ${plmn.plmn}` }]
      : []),
  ]
}

const ueIdsOfThePlmn: Rule = (draft) =>
  subscribersOf(draft).flatMap(({ shape, path, plmn, at }) => ueIdProblems(shape, path, plmn, at))

const oneOperatorConstant: Rule = (draft) =>
  subscribersOf(draft).flatMap(({ shape: { aka }, path }) =>
    aka.algorithm === 'MILENAGE' && (aka.opcFile === undefined) === (aka.opFile === undefined)
      ? [{ path: [...path, 'aka'], message: 'exactly one of opcFile and opFile is needed' }]
      : [],
  )

const plmnsThatExist: Rule = (draft) => {
  if (!draft.isComplete) return []
  const known = new Set<string>(['*', ...draft.plmns.map(({ shape }) => shape.plmn)])
  const named = [
    ...draft.plmns.flatMap(({ path, shape }) =>
      shape.kmf.pc6Peers.map((value, at) => ({ path: [...path, 'kmf', 'pc6Peers', at], value })),
    ),
    ...subscribersOf(draft).flatMap(({ path, shape }) =>
      (shape.prose?.mayLinkWith ?? []).map((value, at) => ({
        path: [...path, 'prose', 'mayLinkWith', at],
        value,
      })),
    ),
  ]
  return named
    .filter(({ value }) => !known.has(value))
    .map(({ path, value }) => ({ path, message: `there is no PLMN ${value} in this file` }))
}

const noPeerOfItself: Rule = ({ plmns }) =>
  plmns.flatMap(({ path, shape }) =>
    shape.kmf.pc6Peers.flatMap((peer, at) =>
      peer === shape.plmn
        ? [{ path: [...path, 'kmf', 'pc6Peers', at], message: 'this is the PLMN itself' }]
        : [],
    ),
  )

/** Extensions are not negotiated: both ends of a pair of PLMNs hold one set. Two that differ are told once. */
const extensionsOfBothEnds: Rule = ({ plmns }) =>
  plmns.flatMap((own, at) =>
    Object.keys(own.shape.extensions).flatMap((name) => {
      const path = [...own.path, 'extensions', name]
      if (![own.shape.plmn, ...own.shape.kmf.pc6Peers].some((plmn) => plmn === name))
        return [{ path, message: `neither ${own.shape.plmn} itself nor one of its pc6Peers` }]
      const other = plmns.find(({ shape }) => shape.plmn === name)
      if (!other || haveOneSet(own, other)) return []
      const isToldThere = own.shape.plmn in other.shape.extensions && plmns.indexOf(other) > at
      const theirs = pathText([...other.path, 'extensions', own.shape.plmn])
      return isToldThere ? [] : [{ path, message: `both ends need one set: differs from ${theirs}` }]
    }),
  )

const extensionsOnce: Rule = ({ plmns }) =>
  plmns.flatMap(({ path, shape }) =>
    Object.entries(shape.extensions).flatMap(([name, set]) =>
      twice(
        set.map((value, at) => ({ path: [...path, 'extensions', name, at], value })),
        (first) => `this extension stands at ${first} already`,
      ),
    ),
  )

const haveOneSet = ({ config: a }: DraftPlmn, { config: b }: DraftPlmn): boolean =>
  (a.extensions.get(b.plmn) ?? 0) === (b.extensions.get(a.plmn) ?? 0)

const uesAreSubscribers: Rule = (draft) => {
  const subscribers = subscribersOf(draft)
  return draft.ues.flatMap(({ shape, path }) => {
    const subscriber = subscribers.find((entry) => entry.shape.imsi === shape.imsi)?.shape
    if (!subscriber)
      return draft.isComplete
        ? [{ path: [...path, 'imsi'], message: 'no subscriber of this file has this IMSI' }]
        : []
    return [
      ...(subscriber.prose
        ? []
        : [{ path: [...path, 'imsi'], message: 'its subscriber entry has no prose settings' }]),
      ...(subscriber.gba === shape.gba ? [] : [{ path: [...path, 'gba'], message: `its subscriber entry has ${subscriber.gba}` }]), // prettier-ignore
    ]
  })
}

const uesOnce: Rule = ({ ues, plmns }) => {
  const taken = new Set(plmns.flatMap(({ config }) => listenersOf(config).map(({ node }) => node)))
  return [
    ...twice(
      ues.map(({ path, shape }) => ({ path: [...path, 'imsi'], value: shape.imsi })),
      (first) => `this IMSI stands at ${first} already`,
    ),
    ...ues
      .filter(({ name }) => taken.has(name))
      .map(({ path, name }) => ({ path, message: `${name} is the name of another node`, atName: true })),
  ]
}

function algorithmProblems(kind: 'eea' | 'eia', shape: UeShape, path: Path): readonly Problem[] {
  const ids = shape[kind]
  const place = [...path, kind]
  const disabled = (id: number) =>
    shape.disabledAlgorithms.some((name) => name === `128-${kind.toUpperCase()}${id}`)
  return [
    ...(new Set(ids).size < ids.length ? [{ path: place, message: 'an algorithm stands here twice' }] : []),
    ...(ids.every(disabled) ? [{ path: place, message: 'disabledAlgorithms leaves none of these' }] : []),
    ...(kind === 'eea' && ids.includes(0) && !shape.allowEea0
      ? [{ path: place, message: 'EEA0 does not cipher: it needs allowEea0: true' }]
      : []),
  ]
}

const algorithms: Rule = ({ ues }) =>
  ues.flatMap(({ shape, path }) => [
    ...algorithmProblems('eea', shape, path),
    ...algorithmProblems('eia', shape, path),
  ])

/** Nobody is its own relay. */
const relayCodes: Rule = ({ ues }) =>
  ues.flatMap(({ shape: { relayServiceCodes, wantedRelayServiceCode }, path }) => [
    ...twice(
      relayServiceCodes.map((code, at) => ({
        path: [...path, 'relayServiceCodes', at],
        value: hexOf24(code),
      })),
      (first) => `this code stands at ${first} already`,
    ),
    ...(relayServiceCodes.some((code) => code === wantedRelayServiceCode)
      ? [{ path: [...path, 'wantedRelayServiceCode'], message: 'this UE serves that code as a relay itself' }]
      : []),
  ])

/** A setting of the other engine would have no effect. */
const storeSettings: Rule = ({ plmns }) =>
  plmns.flatMap(({ path, shape }) =>
    (['hss', 'bsf', 'kmf'] as const).flatMap((kind) => {
      const ofOther = shape[kind].store === 'sqlite' ? 'storeUrlFile' : 'storeFile'
      if (shape[kind][ofOther] === undefined) return []
      return [
        { path: [...path, kind, ofOther], message: `this is no setting of store: ${shape[kind].store}` },
      ]
    }),
  )

const isEverywhere = (host: string) => host === '0.0.0.0' || host === '::'

/** One socket an address; an address of all interfaces leaves the port to nobody else. */
const portsOnce: Rule = ({ plmns }) => {
  const seen: Placed<ListenAddress>[] = []
  const addresses = plmns.flatMap(({ path, config }): readonly Placed<ListenAddress>[] =>
    listenersOf(config).map(({ path: place, listen }) => ({ path: [...path, ...place], value: listen })),
  )
  return addresses.flatMap((address) => {
    const { host, port } = address.value
    const other = seen.find(
      ({ value }) =>
        value.port === port && (value.host === host || isEverywhere(value.host) || isEverywhere(host)),
    )
    seen.push(address)
    return other && port !== 0
      ? [{ path: address.path, message: `${pathText(other.path)} listens there already` }]
      : []
  })
}

/** What must hold between the settings of one file. */
export const rules: readonly Rule[] = [
  plmnsOnce,
  namesOnce,
  nafsApart,
  peers,
  rangesApart,
  subscribersOnce,
  imsiOfItsPlmn,
  ueIdsOfThePlmn,
  oneOperatorConstant,
  plmnsThatExist,
  noPeerOfItself,
  extensionsOfBothEnds,
  extensionsOnce,
  uesAreSubscribers,
  uesOnce,
  algorithms,
  relayCodes,
  storeSettings,
  portsOnce,
]
