import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { metricTable, type MetricRow } from '../../../src/io/watch/metric-table.ts'
import { Metrics } from '../../../src/io/watch/metrics.ts'

const root = resolve(import.meta.dirname, '../../..')
const textOf = (file: string) => readFileSync(resolve(root, file), 'utf8')

interface Board {
  readonly panels: readonly {
    readonly title: string
    readonly targets: readonly { readonly expr: string }[]
  }[]
}
interface Alerts {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[]
}

const board = JSON.parse(textOf('packaging/grafana/sidelock.json')) as Board
const alerts = parse(textOf('packaging/prometheus/sidelock-alerts.yaml')) as Alerts

const queries: readonly (readonly [string, string])[] = [
  ...board.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const)),
]

const rows: Readonly<Record<string, MetricRow>> = metricTable
/** Every label that a metric of ours has, and those that Prometheus gives. */
const labels = new Set([...Object.values(rows).flatMap((row) => row.labels), 'instance', 'job', 'le'])

/** Names of metrics in a query; those of a histogram without what its series add. */
const metricsIn = (query: string) =>
  [...query.matchAll(/\b(?:sidelock|process|nodejs)_\w+/g)].map(([name]) =>
    name.replace(/_(bucket|sum|count)$/, ''),
  )

const labelsIn = (query: string) => [
  ...[...query.matchAll(/(\w+)\s*(?:=~|!=|!~|=)\s*"/g)].map(([, label]) => label ?? ''),
  ...[...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) =>
    (list ?? '').split(',').map((name) => name.trim()),
  ),
]

async function known(): Promise<ReadonlySet<string>> {
  const text = await new Metrics({ name: 'kmf1', role: 'kmf', version: '0' }).text()
  return new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? ''))
}

describe('Grafana board and Prometheus alerts', () => {
  it.each(queries)('%s asks only for metrics and labels that there are: %s', async (_title, query) => {
    const used = metricsIn(query)
    expect(used.length).toBeGreaterThan(0)
    const names = await known()
    expect(used.filter((name) => !names.has(name))).toEqual([])
    expect(labelsIn(query).filter((label) => !labels.has(label))).toEqual([])
  })

  it('R47: there are alerts for a clock step, a store that is away, a refused push and no peer', () => {
    const names = alerts.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))
    expect(names).toEqual(
      expect.arrayContaining([
        'SidelockClockStepped',
        'SidelockStoreAway',
        'SidelockPushRefused',
        'SidelockNoPeer',
      ]),
    )
  })

  it('the board shows every metric of the table, but what a node is', () => {
    const shown = new Set(queries.flatMap(([, query]) => metricsIn(query)))
    expect(Object.keys(rows).filter((name) => !shown.has(name))).toEqual(['sidelock_node_info'])
  })
})

describe('docs/watch.md', () => {
  it('has a row for every metric, as the code says it, and no other', () => {
    const lines = textOf('docs/watch.md').split('\n')
    const told = lines.filter((line) => line.startsWith('| `sidelock_'))
    const cells = ([name, { kind, labels: own, says }]: [string, MetricRow]) =>
      ['', `\`${name}\``, kind, own.map((label) => `\`${label}\``).join(' '), says, ''].map((cell) =>
        cell.trim(),
      )
    const expected = Object.entries(rows).map(cells)
    expect(told.map((line) => line.split('|').map((cell) => cell.trim()))).toEqual(expected)
  })
})
