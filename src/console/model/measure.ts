import { fieldWord } from '../../ladder/facts.ts'
import type { ReferencePoint } from '../../core/tap.ts'
import type { MessageLine } from './lines.ts'
import type { Run } from './run.ts'

export const points: readonly ReferencePoint[] = ['PC5', 'PC8', 'PC6', 'Zn', 'Zpn', 'Zh', 'Ub']

/** What one set-up took. Octets count what each message carries: PC5 the frame, Diameter and HTTP inside TLS. */
export interface Cost {
  readonly scenario: string
  /** `7a`, `7c, re-negotiated`, `7a, refused`; `none` when step 7 was not reached. */
  readonly branch: string
  readonly outcome: string
  /** From the first REQUEST to ACCEPT, or to the end. */
  readonly ms: number
  readonly messages: number
  readonly octets: number
  readonly roundTrips: Readonly<Record<string, number>>
  readonly messagesAt: Readonly<Record<string, number>>
  readonly octetsAt: Readonly<Record<string, number>>
  /** Milliseconds from the message before, by step. */
  readonly byStep: Readonly<Record<string, number>>
}

/** Steps in which a UE meets its own network. */
const own: readonly string[] = ['0', '1']
const ends: readonly string[] = ['DIRECT_COMMUNICATION_ACCEPT', 'DIRECT_COMMUNICATION_REJECT']

/** Messages of the set-up: from discovery on, all attempts, up to what ended the last one. */
export function setUpMessages(messages: readonly MessageLine[]): readonly MessageLine[] {
  const said = messages.filter(
    ({ heartbeat, name, step = '' }) => !heartbeat && name !== 'USER_DATA' && !own.includes(step),
  )
  const asked = said.findIndex(({ name }) => name === 'DIRECT_COMMUNICATION_REQUEST')
  if (asked === -1) return []
  const first = said.findIndex(({ step }) => step === '2')
  const last = said.findLastIndex(({ name }) => ends.includes(name))
  return said.slice(first === -1 ? asked : Math.min(first, asked), last > asked ? last + 1 : undefined)
}

/** Undefined before a set-up has begun. */
export function costOf(run: Run): Cost | undefined {
  const messages = setUpMessages(run.messages)
  const [first] = messages
  const last = messages.at(-1)
  if (!first || !last) return undefined
  const roundTrips: Record<string, number> = {}
  const messagesAt: Record<string, number> = {}
  const octetsAt: Record<string, number> = {}
  const byStep: Record<string, number> = {}
  let before = first.ms
  for (const { n, ms, point, step = 'after 14', bytes } of messages) {
    add(messagesAt, point, 1)
    add(octetsAt, point, bytes.length / 2)
    if (run.roundTrips.has(n)) add(roundTrips, point, 1)
    add(byStep, step, ms - before)
    before = ms
  }
  return {
    scenario: run.start?.scenario ?? '',
    branch: branchOf(run),
    outcome: run.result?.outcome ?? 'running',
    ms: last.ms - first.ms,
    messages: messages.length,
    octets: sum(Object.values(octetsAt)),
    ...{ roundTrips, messagesAt, octetsAt, byStep },
  }
}

function branchOf(run: Run): string {
  const decided = run.states.filter(({ what }) => what === 'branch')
  const last = fieldWord(decided.at(-1)?.fields ?? {}, 'branch') || 'none'
  const isAgain = run.messages.some(({ name }) => name === 'BOOTSTRAPPING_RENEGOTIATION_REQUEST')
  const outcome = run.result?.outcome ?? 'running'
  return [last, isAgain ? 're-negotiated' : '', outcome === 'secured' ? '' : outcome]
    .filter((part) => part !== '')
    .join(', ')
}

const add = (counts: Record<string, number>, name: string, by: number): void => {
  counts[name] = (counts[name] ?? 0) + by
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]): number => sum(values) / Math.max(1, values.length)

/** The value that `share` (0 to 1) of the sorted values do not exceed: nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

/** Several set-ups as one row. */
export interface CostRow {
  readonly label: string
  readonly runs: number
  /** Means over the runs. */
  readonly messages: number
  readonly octets: number
  readonly octetsOnPc5: number
  readonly roundTrips: Readonly<Record<string, number>>
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export type By = 'branch' | 'step' | 'point'

/** Rows by branch, in the order of their names. */
export function rowsByBranch(costs: readonly Cost[]): readonly CostRow[] {
  const labels = [...new Set(costs.map(({ branch }) => branch))].toSorted()
  return labels.map((label) => {
    const own = costs.filter(({ branch }) => branch === label)
    const times = own.map(({ ms }) => ms)
    const roundTrips = Object.fromEntries(
      points.map((point) => [point, mean(own.map((cost) => cost.roundTrips[point] ?? 0))]),
    )
    return {
      label,
      runs: own.length,
      messages: mean(own.map(({ messages }) => messages)),
      octets: mean(own.map(({ octets }) => octets)),
      octetsOnPc5: mean(own.map(({ octetsAt }) => octetsAt['PC5'] ?? 0)),
      roundTrips,
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      p99: percentile(times, 0.99),
    }
  })
}

/** One column for each branch, and what each took of one step or on one point. */
export interface Parts {
  readonly labels: readonly string[]
  readonly rows: readonly { readonly name: string; readonly values: readonly number[] }[]
}

/** Median milliseconds by step, or mean octets by reference point, for each branch. */
export function partsBy(costs: readonly Cost[], by: 'step' | 'point'): Parts {
  const labels = [...new Set(costs.map(({ branch }) => branch))].toSorted()
  const partOf = (cost: Cost) => (by === 'step' ? cost.byStep : cost.octetsAt)
  const found = [...new Set(costs.flatMap((cost) => Object.keys(partOf(cost))))]
  const names = by === 'point' ? points.filter((point) => found.includes(point)) : inOrder(found)
  const rows = names.map((name) => ({
    name,
    values: labels.map((label) => {
      const own = costs.filter(({ branch }) => branch === label).map((cost) => partOf(cost)[name] ?? 0)
      return by === 'step' ? percentile(own, 0.5) : mean(own)
    }),
  }))
  return { labels, rows }
}

const stepOrder = (step: string): number =>
  step.startsWith('RN')
    ? 100 + Number(step.slice(2))
    : step.startsWith('after')
      ? 99
      : Number.parseInt(step, 10)

const inOrder = (names: readonly string[]): string[] =>
  names.toSorted((a, b) => stepOrder(a) - stepOrder(b) || a.localeCompare(b))

/** What the change request asks in its NOTE 1: what GBA push costs against the key at hand, and against re-negotiation. */
export function noteOne(rows: readonly CostRow[]): readonly string[] {
  const find = (test: (label: string) => boolean) => rows.find(({ label }) => test(label))
  const direct = find((label) => label === '7a')
  const push = find((label) => label === '7b')
  const again = find((label) => label.endsWith('re-negotiated'))
  if (!direct || !push) return []
  const trips = ({ roundTrips }: CostRow) => sum(Object.values(roundTrips))
  const compare = (what: string, a: CostRow, b: CostRow) =>
    `${what}: ${signed(a.messages - b.messages)} messages, ${signed(trips(a) - trips(b))} round trips, ` +
    `${signed(a.octets - b.octets)} octets (${signed(a.octetsOnPc5 - b.octetsOnPc5)} on PC5), ${signed(a.p50 - b.p50)} ms at the median`
  return [
    compare('GBA push (7b) against the key at hand (7a)', push, direct),
    ...(again ? [compare('Re-negotiation against GBA push (7b)', again, push)] : []),
  ]
}

const signed = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : '±'}${rounded(Math.abs(value))}`

/** One digit behind the point below 100. */
export const rounded = (value: number): string =>
  String(value < 100 ? Math.round(value * 10) / 10 : Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ' ')
