import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import {
  tapOf,
  type Fields,
  type JsonValue,
  type TapMessage,
  type TapSpan,
  type TapState,
} from '../../core/tap.ts'
import { buckets, metricTable, type LabelsOf, type MetricName } from './metric-table.ts'
import { ruleOf } from './rules.ts'
import { SetUps } from './set-ups.ts'

/** What a node is, for its own metrics. */
export interface Watched {
  /** Such as `kmf1`. */
  readonly name: string
  readonly role: 'hss' | 'bsf' | 'kmf' | 'ue'
  /** Of this software. */
  readonly version: string
}

/** Values that one label takes; a stranger who makes up more finds them under `other` (R43). */
const mostValues = 100

type Metric = Counter | Gauge | Histogram

/** The metrics of one node, from its events alone. */
export class Metrics {
  readonly #node: string
  readonly #registry = new Registry()
  readonly #metrics = new Map<MetricName, Metric>()
  readonly #values = new Map<string, Set<string>>()
  readonly #setUps: SetUps | undefined

  constructor({ name: node, role, version }: Watched) {
    this.#node = node
    this.#setUps = role === 'ue' ? new SetUps() : undefined
    for (const name of Object.keys(metricTable) as MetricName[]) this.#metrics.set(name, this.#made(name))
    collectDefaultMetrics({ register: this.#registry })
    this.#set('sidelock_node_info', { node, role, version }, 1)
  }

  readonly observe = tapOf(['message', 'span', 'state'], (event) => {
    if (event.kind === 'message') this.#message(event)
    else if (event.kind === 'span') this.#span(event)
    else if (event.kind === 'state') this.#state(event)
    const setUp = this.#setUps?.take(event)
    if (!setUp) return
    const labels = { role: setUp.role, outcome: setUp.outcome }
    this.#raise('sidelock_set_ups_total', labels)
    this.#time('sidelock_set_up_seconds', labels, setUp.ended - setUp.began)
  })

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** A UE that runs alone also tells what it hears. */
  #message({ from, point, name, bytes, heartbeat }: TapMessage): void {
    if (heartbeat || from !== this.#node) return
    this.#raise('sidelock_messages_total', { point, name })
    this.#raise('sidelock_octets_total', { point }, bytes.length)
  }

  #span({ side, point, name, ms, cause = 'none' }: TapSpan): void {
    if (point === undefined) {
      this.#raise('sidelock_store_calls_total', { call: name, cause })
      this.#time('sidelock_store_seconds', { call: name }, ms)
      return
    }
    this.#raise('sidelock_exchanges_total', { point, command: name, side, cause })
    this.#time('sidelock_exchange_seconds', { point, command: name, side }, ms)
  }

  #state(state: TapState): void {
    const { what, fields, step = 'none' } = state
    const text = (name: string) => textOf(fields[name])
    switch (what) {
      case 'counted': {
        const reason = text('counter')
        this.#raise('sidelock_dropped_total', { reason, rule: ruleOf(reason) })
        return
      }
      case 'levels':
        this.#levels(fields)
        return
      case 'refused': {
        const code = text('code')
        this.#raise('sidelock_refusals_total', { code, step, rule: ruleOf(code) })
        break
      }
      case 'branch':
        this.#raise('sidelock_branches_total', { branch: text('branch'), outcome: outcomeOf(fields['why']) })
        break
      case 'fault':
        this.#raise('sidelock_faults_total', { code: text('code') })
    }
    this.#raise('sidelock_decisions_total', { what })
  }

  /** Replaces what was known of tables and peers. */
  #levels({ tables, peers, wallClockStep, ready }: Fields): void {
    for (const name of ['sidelock_table_entries', 'sidelock_table_limit', 'sidelock_peer_available'] as const)
      this.#gauge(name).reset()
    for (const [table, level] of entriesOf(tables)) {
      const [entries, limit] = Array.isArray(level) ? (level as readonly JsonValue[]) : []
      this.#set('sidelock_table_entries', { table }, Number(entries))
      this.#set('sidelock_table_limit', { table }, Number(limit))
    }
    for (const [peer, phase] of entriesOf(peers))
      this.#set('sidelock_peer_available', { peer, phase: textOf(phase) }, phase === 'available' ? 1 : 0)
    this.#set('sidelock_wall_clock_step_seconds', {}, Number(wallClockStep) / 1000)
    this.#set('sidelock_ready', {}, ready === true ? 1 : 0)
  }

  #made(name: MetricName): Metric {
    const { kind, says, labels } = metricTable[name]
    const options = { name, help: says, labelNames: [...labels], registers: [this.#registry] }
    if (kind === 'histogram') return new Histogram({ ...options, buckets: [...buckets] })
    return kind === 'counter' ? new Counter(options) : new Gauge(options)
  }

  #raise<Name extends MetricName>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    const metric = this.#metrics.get(name)
    if (metric instanceof Counter) metric.inc(this.#bounded(name, labels), by)
  }

  #time<Name extends MetricName>(name: Name, labels: LabelsOf<Name>, ms: number): void {
    const metric = this.#metrics.get(name)
    if (metric instanceof Histogram) metric.observe(this.#bounded(name, labels), ms / 1000)
  }

  #set<Name extends MetricName>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#gauge(name).set(this.#bounded(name, labels), value)
  }

  #gauge(name: MetricName): Gauge {
    const metric = this.#metrics.get(name)
    if (!(metric instanceof Gauge)) throw new Error(`${name} is no gauge`)
    return metric
  }

  #bounded(metric: string, labels: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(labels).map(([label, value]) => {
        const key = `${metric} ${label}`
        const known = this.#values.get(key) ?? new Set()
        this.#values.set(key, known)
        if (known.size < mostValues) known.add(value)
        return [label, known.has(value) ? value : 'other']
      }),
    )
  }
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : 'none')

const entriesOf = (value: JsonValue | undefined): [string, JsonValue][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []

/** The last reason that a branch names is its authorisation, where it came so far. */
function outcomeOf(why: JsonValue | undefined): string {
  const last: unknown = Array.isArray(why) ? why.at(-1) : undefined
  return last === 'authorised' || last === 'not-authorised' ? last : 'failed'
}
