import { Refused } from '../../core/errors.ts'
import { inMilliseconds, milliseconds, seconds } from '../../core/units.ts'
import { elapsed } from '../../io/system.ts'
import type { NetworkConfig, PlmnConfig } from '../../nodes/config/network-config.ts'
import { withPorts } from '../processes/addressed-config.ts'
import { SeededRandom } from '../simulation/seeded-random.ts'
import { evenArrivals, poissonArrivals } from './arrivals.ts'
import { absentOf } from './absent.ts'
import { FreeUes } from './free-ues.ts'
import { inParallel } from './in-parallel.ts'
import { checkKind } from './key-requests.ts'
import { Load, type LoadFigures, type LoadOptions, type LoadProgress, type Transactions } from './load.ts'
import { LoadUb } from './load-ub.ts'
import { divided, drawing, mixOf, WrongLoad, type Mix } from './mix.ts'
import { pointOf, reachedBy, type PointName, type Reached } from './points.ts'
import { readSeed, seedFileOf } from './seed.ts'
import { importedSubscribers, seededSubscribers, type LoadSubscribers } from './subscribers.ts'
import type { Target } from './target.ts'
import { UeTable } from './ue-table.ts'
import { loadWorld, type LoadWorld } from './world.ts'
import type { TallyFigures } from './tally.ts'

/** What somebody wants loaded, and how. */
export interface LoadOrder {
  readonly config: NetworkConfig
  readonly point: PointName
  /** Home network of UE-1s; the first of the file. */
  readonly plmn?: string
  /** Home network of UE-2s; the first PC6 peer of the other, or the same where there is none. */
  readonly ue2Plmn?: string
  /** The node that a Diameter target takes the load for; the last instance of what asks it as a rule. */
  readonly as?: string
  readonly ues: number
  readonly ue2s: number
  readonly mix?: string
  /** Transactions a second, at even times or as a Poisson process; or so many always under way. */
  readonly pace:
    { readonly perSecond: number; readonly arrivals: 'even' | 'poisson' } | { readonly concurrency: number }
  readonly inFlight: number
  readonly durationSeconds?: number
  readonly count?: number
  readonly warmupSeconds: number
  /** Of kinds and times that are drawn. */
  readonly drawSeed: number
  /** Of subscribers that are made. */
  readonly seedFile?: string
  /** Import files with subscribers of UE-1s and UE-2s instead. */
  readonly from?: string
  readonly ue2From?: string
  /** Traffic may leave the loopback addresses. */
  readonly targetIsMine: boolean
}

export interface LoadResult extends LoadFigures {
  /** Single exchanges within the transactions, by name, counted from when they were sent. */
  readonly exchanges: TallyFigures['kinds']
}

export interface ReadyLoad {
  /** Where traffic goes. */
  readonly reached: readonly Reached[]
  /** Nodes of these that took no connection; they take no part where another instance is there. */
  readonly away: readonly string[]
  readonly progress: LoadProgress
  /** To its end, or soon after `stopped`. */
  run(stopped: Promise<unknown>): Promise<LoadResult>
  close(): Promise<void>
}

/** Addresses that are not of this machine alone (a safety that whoever owns the target may take off). */
export class NotLoopback extends Refused {
  readonly code = 'ERR_NOT_PERMITTED'
  readonly hint = 'is that network yours? add --target-is-mine'
}

const isLoopback = (host: string) =>
  /^127(\.\d{1,3}){3}$/.test(host) || host === '::1' || host === 'localhost'
const isWildcard = (host: string) => host === '0.0.0.0' || host === '::'

function checkReached(reached: readonly Reached[], targetIsMine: boolean): void {
  for (const { node, service, address } of reached) {
    const place = `${node} ${service} ${address.host}:${address.port}`
    if (isWildcard(address.host))
      throw new WrongLoad(`${place} says where it listens, not where it is reached`)
    if (!targetIsMine && !isLoopback(address.host)) throw new NotLoopback(`${place} is not on this machine`)
  }
}

/** The PLMN of that name, the fallback without one. Throws WrongLoad. */
function plmnOf(config: NetworkConfig, wanted: string | undefined, otherwise: PlmnConfig): PlmnConfig {
  if (wanted === undefined) return otherwise
  const found = config.plmns.find(({ plmn }) => plmn === wanted)
  if (!found) throw new WrongLoad(`${config.file} has no PLMN ${wanted}`, `it has ${config.plmns.map(({ plmn }) => plmn).join(', ')}`) // prettier-ignore
  return found
}

/** The PLMNs of UE-1s and UE-2s. Throws WrongLoad. */
export function networksOf(order: Pick<LoadOrder, 'config' | 'plmn' | 'ue2Plmn'>) {
  const { config } = order
  const [first] = config.plmns
  if (!first) throw new WrongLoad(`${config.file} has no PLMN`)
  const plmn = plmnOf(config, order.plmn, first)
  const peer = config.plmns.find((other) => plmn.kmf.pc6Peers.includes(other.plmn))
  return { plmn, ue2: { plmn: plmnOf(config, order.ue2Plmn, peer ?? plmn) } }
}

/** How far the preparation is: UEs that are ready, of those that must be. */
export type Prepared = (count: number, total: number) => void

/**
 * Connects, opens PC8 of UE-2s and brings UEs to where their transactions begin. Throws WrongLoad, NotLoopback, InvalidConfig,
 * InvalidImport, CannotRun, TemporaryFailure, or what else the network answers to the preparation.
 */
export async function prepareLoad(
  given: LoadOrder,
  prepared: Prepared = () => undefined,
): Promise<ReadyLoad> {
  const order = { ...given, config: withPorts(given.config) }
  const { config, ues, point } = order
  const network = networksOf(order)
  const reached = reachedBy(point, network, loadWorld(config))
  checkReached(reached, order.targetIsMine)
  const away = await absentOf(reached)
  const world = loadWorld(config, away)
  const { kinds, mix: usual, open, playsFor } = pointOf(point)
  const mix = mixOf(order.mix ?? usual, kinds)
  for (const kind of mix.keys()) checkKind(kind, network.plmn.kmf)
  const parts = divided(ues, mix)
  const { table, ub, ue2 } = await populationOf(order, network, world)
  const as = order.as ?? playsFor?.(network).instances.at(-1)?.name ?? ''
  const target = await open({
    world,
    plmn: network.plmn,
    table,
    ub,
    ue2: { plmn: network.ue2.plmn, ...ue2 },
    as,
  })
  try {
    await prepareUes(target, parts, network.plmn, prepared)
  } catch (error) {
    await target.close()
    throw error
  }
  const random = new SeededRandom(order.drawSeed)
  const load = new Load(optionsOf(order, random), transactionsOf(target, parts, mix, random), world)
  return {
    ...{ reached, away: [...away] },
    get progress() {
      return load.progress
    },
    async run(stopped) {
      const warm = inMilliseconds(seconds(order.warmupSeconds))
      if (warm === 0) world.exchanges.begin()
      else world.timers.after(warm, () => world.exchanges.begin())
      const figures = await load.run(stopped)
      return { ...figures, exchanges: world.exchanges.figures }
    },
    close: () => target.close(),
  }
}

/** Subscribers and tables of UE-1s and UE-2s; in one PLMN UE-2s come after UE-1s. */
async function populationOf(
  order: LoadOrder,
  { plmn, ue2 }: ReturnType<typeof networksOf>,
  world: LoadWorld,
) {
  const { ues, from, ue2From, config, point } = order
  const ue2s = pointOf(point).hasUe2s ? order.ue2s : 0
  const isOne = plmn === ue2.plmn
  const subscribersOf = (
    of: PlmnConfig,
    file: string | undefined,
    count: number,
  ): Promise<LoadSubscribers> =>
    file === undefined
      ? Promise.resolve(seededSubscribers(readSeed(config, order.seedFile ?? seedFileOf(config)), of, count))
      : importedSubscribers(file, of, count)
  const table = new UeTable(await subscribersOf(plmn, from, ues + (isOne ? ue2s : 0)))
  const ub = new LoadUb(plmn, table, world)
  if (isOne || ue2s === 0) return { table, ub, ue2: { table, ub, first: isOne ? ues : 0, count: ue2s } }
  const others = new UeTable(await subscribersOf(ue2.plmn, ue2From, ue2s))
  const ubOfOthers = new LoadUb(ue2.plmn, others, world)
  return { table, ub, ue2: { table: others, ub: ubOfOthers, first: 0, count: ue2s } }
}

type Parts = ReturnType<typeof divided>

async function prepareUes(
  target: Target,
  parts: Parts,
  { kmf }: PlmnConfig,
  prepared: Prepared,
): Promise<void> {
  const steps = [...parts].flatMap(([kind, [first, count]]) => {
    const prepare = target.preparation(kind)
    return prepare ? [{ kind, prepare, first, count }] : []
  })
  const total = steps.reduce((sum, { count }) => sum + count, 0)
  let done = 0
  for (const { prepare, first, count } of steps)
    await inParallel(numbers(first, count), async (ue) => {
      await prepare(ue)
      prepared(++done, total)
    })
  // Keys are too old once they are older than that.
  if (parts.has('7b-too-old')) await elapsed(milliseconds((kmf.nafKeyMaxAge + 1) * 1000))
}

function* numbers(first: number, count: number): Generator<number> {
  for (let at = first; at < first + count; at++) yield at
}

function transactionsOf(target: Target, parts: Parts, mix: Mix<string>, random: SeededRandom): Transactions {
  const free = new Map([...parts].map(([kind, [first, count]]) => [kind, new FreeUes(first, count)]))
  return {
    draw: drawing(mix, random),
    begin(kind) {
      if (!target.isFree) return undefined
      const ue = free.get(kind)?.take()
      return ue === undefined ? undefined : target.run(kind, ue).finally(() => free.get(kind)?.putBack(ue))
    },
  }
}

/** As long as the longest wait of any exchange. */
const lastPatience = seconds(15)

function optionsOf(order: LoadOrder, random: SeededRandom): LoadOptions {
  const { pace, inFlight, durationSeconds, count, warmupSeconds } = order
  return {
    pace:
      'concurrency' in pace
        ? pace
        : { arrivals: pace.arrivals === 'even' ? evenArrivals(pace.perSecond) : poissonArrivals(pace.perSecond, random) }, // prettier-ignore
    inFlight,
    ...(durationSeconds !== undefined && { duration: inMilliseconds(seconds(durationSeconds)) }),
    ...(count !== undefined && { count }),
    warmup: inMilliseconds(seconds(warmupSeconds)),
    patience: inMilliseconds(lastPatience),
  }
}
