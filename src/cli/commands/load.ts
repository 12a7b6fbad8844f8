import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { unwritable } from '../../io/output.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { points, type PointName } from '../../testbed/load/points.ts'
import { makeSeed, readSeed, seedFileOf } from '../../testbed/load/seed.ts'
import { networksOf, prepareLoad, type LoadOrder, type LoadResult, type ReadyLoad } from '../../testbed/load/start-load.ts' // prettier-ignore
import { importLines, seededSubscribers } from '../../testbed/load/subscribers.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import { nearMiss } from '../near-miss.ts'
import { countedSpaced, Progress, ProgressLine } from '../progress.ts'
import { note, type Terminal } from '../terminal.ts'
import { figuresLines, progressText } from './load-shown.ts'
import type { Surroundings } from './run-once.ts'

export interface LoadFlags extends SharedFlags {
  readonly config: string
  readonly plmn?: string
  readonly ue2Plmn?: string
  readonly as?: string
  readonly ues: string
  readonly ue2s: string
  readonly mix?: string
  readonly rate?: string
  readonly arrivals: string
  readonly concurrency?: string
  readonly inFlight: string
  readonly duration?: string
  readonly count?: string
  readonly warmup: string
  readonly drawSeed: string
  readonly seedFile?: string
  readonly from?: string
  readonly ue2From?: string
  readonly targetIsMine?: boolean
  readonly subscribers?: string
  readonly write?: string
}

/** A load on an HSS, BSF or KMF, or the file with subscribers for it. */
export async function load(
  point: string | undefined,
  flags: LoadFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { services, terminal } = surroundings
  if (flags.write !== undefined || flags.subscribers !== undefined) {
    if (point !== undefined) throw new WrongUsage('--write makes a file and loads nothing', 'leave the reference point out') // prettier-ignore
    return writeSubscribers(flags, await services.loadConfig(flags.config), terminal)
  }
  const order = orderOf(pointNamed(point), flags, await services.loadConfig(flags.config))
  return run(order, flags, surroundings)
}

function pointNamed(point: string | undefined): PointName {
  const names = Object.keys(points) as PointName[]
  const found = names.find((name) => name === point)
  if (found) return found
  const near = point === undefined ? undefined : nearMiss(point, names)
  const hint = near === undefined ? `one of ${names.join(', ')}` : `did you mean ${near}?`
  throw new WrongUsage(point === undefined ? 'what is to be loaded?' : `there is no target ${point}`, hint)
}

function orderOf(point: PointName, flags: LoadFlags, config: NetworkConfig): LoadOrder {
  const { arrivals, rate, concurrency, duration, count } = flags
  if ((rate === undefined) === (concurrency === undefined))
    throw new WrongUsage('how much load?', 'one of --rate 100/s and --concurrency 10')
  if (arrivals !== 'even' && arrivals !== 'poisson')
    throw new WrongUsage(`--arrivals ${arrivals} is neither even nor poisson`)
  const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
    (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, Value>>
  return {
    ...{ config, point },
    ...optional('plmn', flags.plmn),
    ...optional('ue2Plmn', flags.ue2Plmn),
    ...optional('as', flags.as),
    ...optional('mix', flags.mix),
    ...optional('seedFile', flags.seedFile),
    ...optional('from', flags.from),
    ...optional('ue2From', flags.ue2From),
    ...{ ues: wholeNumber('--ues', flags.ues), ue2s: wholeNumber('--ue2s', flags.ue2s, 10_000) },
    pace:
      concurrency === undefined
        ? { perSecond: rateOf(rate ?? ''), arrivals }
        : { concurrency: wholeNumber('--concurrency', concurrency, 100_000) },
    inFlight: wholeNumber('--in-flight', flags.inFlight, 100_000),
    ...optional('count', count === undefined ? undefined : wholeNumber('--count', count)),
    ...(duration === undefined && count !== undefined
      ? {}
      : { durationSeconds: secondsOf('--duration', duration ?? '10s') }),
    warmupSeconds: secondsOf('--warmup', flags.warmup),
    drawSeed: wholeNumber('--draw-seed', flags.drawSeed, 2 ** 32 - 1),
    targetIsMine: flags.targetIsMine ?? false,
  }
}

function wholeNumber(flag: string, text: string, most = 10_000_000): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= 1 && value <= most) return value
  throw new WrongUsage(`${flag} ${text} is no whole number from 1 to ${most}`, `for example ${flag} 100`)
}

/** `100/s`, `6000/min`, `0.5`. */
function rateOf(text: string): number {
  const [, number, unit] = /^(\d{1,7}(?:\.\d{1,6})?)(\/s|\/min)?$/.exec(text) ?? []
  const rate = Number(number) / (unit === '/min' ? 60 : 1)
  if (rate > 0) return rate
  throw new WrongUsage(`--rate ${text} is no rate`, 'for example --rate 100/s')
}

/** `90`, `90s`, `10m`, `2h`. */
function secondsOf(flag: string, text: string): number {
  const [, number, unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)(s|m|h)?$/.exec(text) ?? []
  const seconds = Number(number) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1)
  if (seconds >= 0) return seconds
  throw new WrongUsage(`${flag} ${text} is no duration`, `for example ${flag} 60s`)
}

/** How often a run says how it goes, in milliseconds; it also keeps the process alive. */
const rhythm = 200

async function run(
  order: LoadOrder,
  flags: LoadFlags,
  { terminal, interruption }: Surroundings,
): Promise<ExitCode> {
  const { json = false, quiet = false } = flags
  const alive = setInterval(() => undefined, 1000)
  let ready: ReadyLoad | undefined
  try {
    const progress = new Progress(terminal, { name: 'prepare', unit: 'UEs', json })
    const preparing = prepareLoad(order, (count, total) => {
      if (!quiet) progress.done(count, total)
    })
    const prepared = await Promise.race([preparing, interruption.happened]).finally(() => progress.end())
    if (typeof prepared === 'number') {
      preparing.then((late) => late.close()).catch(() => undefined)
      return prepared
    }
    ready = prepared
    if (!quiet && !json) {
      note(terminal, `load on ${reached(ready)}`)
      if (ready.away.length > 0) note(terminal, `${ready.away.join(', ')} took no connection`)
    }
    let interrupted: ExitCode | undefined
    void interruption.happened.then((code) => (interrupted = code))
    const spent = process.cpuUsage()
    const result = await watched(ready, order, interruption.happened, terminal, json, quiet)
    const { user, system } = process.cpuUsage(spent)
    tell(result, order, ready, terminal, json, (user + system) / 1e6)
    return interrupted ?? (result.errors + result.notBegun === 0 ? exitCodes.done : exitCodes.otherOutcome)
  } finally {
    clearInterval(alive)
    await ready?.close()
  }
}

const reached = (ready: ReadyLoad): string =>
  ready.reached
    .map(({ node, service, address }) => `${node} ${service} ${address.host}:${address.port}`)
    .join(', ')

async function watched(
  ready: ReadyLoad,
  { point, durationSeconds }: LoadOrder,
  stopped: Promise<unknown>,
  terminal: Terminal,
  json: boolean,
  quiet: boolean,
): Promise<LoadResult> {
  const line = new ProgressLine(terminal, json)
  let before = ready.progress
  const timer = setInterval(() => {
    if (quiet) return
    const now = ready.progress
    const last = before
    line.tell(
      () => {
        before = now
        return progressText(point, now, last, durationSeconds)
      },
      { task: 'load', ...now },
    )
  }, rhythm)
  try {
    return await ready.run(stopped)
  } finally {
    clearInterval(timer)
    line.end()
  }
}

function tell(
  result: LoadResult,
  order: LoadOrder,
  ready: ReadyLoad,
  terminal: Terminal,
  json: boolean,
  cpuSeconds: number,
): void {
  const { point, ues, ue2s, pace, mix } = order
  if (json)
    terminal.out(
      JSON.stringify({
        ...{ event: 'result', schema: 1, point, mix: mix ?? points[point].mix, ues, ue2s, pace },
        ...{
          reached: ready.reached,
          away: ready.away,
          ...result,
          rss: process.memoryUsage.rss(),
          cpuSeconds,
        },
      }),
    )
  else for (const text of figuresLines(result)) terminal.out(text)
}

/** An import file of subscribers with keys in the clear, mode 0600; the seed is drawn where there is none. */
async function writeSubscribers(
  flags: LoadFlags,
  config: NetworkConfig,
  terminal: Terminal,
): Promise<ExitCode> {
  const { write: file, subscribers, json, seedFile = seedFileOf(config) } = flags
  if (file === undefined || subscribers === undefined)
    throw new WrongUsage(
      '--subscribers and --write go together',
      'for example --subscribers 1000 --write load.csv',
    )
  const { plmn } = networksOf({ config, ...(flags.plmn !== undefined && { plmn: flags.plmn }) })
  const count = wholeNumber('--subscribers', subscribers)
  makeSeed(seedFile)
  const made = seededSubscribers(readSeed(config, seedFile), plmn, count)
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600 })
  try {
    await once(output, 'open')
    for (const line of importLines(made)) if (!output.write(`${line}\n`)) await once(output, 'drain')
    output.end()
    await once(output, 'close')
  } catch (error) {
    throw unwritable(file, error)
  }
  const next = `npx sidelock subscriber import ${file} --plmn ${plmn.plmn} --config ${flags.config}`
  if (json)
    terminal.out(JSON.stringify({ event: 'result', schema: 1, file, subscribers: count, plmn: plmn.plmn, seedFile })) // prettier-ignore
  else {
    terminal.out(`${countedSpaced(count, 'subscriber')} of ${plmn.plmn} with keys in ${file}, in the clear: keep it as you keep the keys`) // prettier-ignore
    note(terminal, `into the network under test: ${next}`)
  }
  return exitCodes.done
}
