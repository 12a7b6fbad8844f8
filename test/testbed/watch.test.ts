import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { metricTable } from '../../src/io/watch/metric-table.ts'
import { Network, temporaryDirectory, type Change } from './lab-network.ts'

const anyPort = { listen: '127.0.0.1:0' }
const watchedNodes: readonly Change[] = [
  ...[0, 1].flatMap((plmn) =>
    ['hss', 'bsf', 'kmf'].map((kind): Change => [['plmns', plmn, kind, 'watch'], anyPort]),
  ),
  ...['ue1', 'ue2'].map((ue): Change => [['ues', ue, 'watch'], anyPort]),
]

/** Asks one node of the network that is being watched. */
async function asked(network: Network, node: string, path: string): Promise<Response> {
  const { fields } = network.decisions('watched').find((state) => state.node === node) ?? {}
  return fetch(`http://${JSON.stringify(fields?.['listen']).slice(1, -1)}${path}`)
}

/** `name{labels}` to value; labels in the order of the text. */
async function metricsOf(network: Network, node: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await asked(network, node, '/metrics')).text()
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))] as const
    }),
  )
}

describe('a network that is watched, after a set-up by IMSI', () => {
  let network: Network
  beforeAll(async () => {
    const directory = temporaryDirectory(afterAll)
    network = await Network.startIn(directory, watchedNodes, { scenario: '7d-imsi', once: false })
    await network.run.result
  })
  afterAll(() => network.run.stop())

  const exchange = (point: string, command: string, side: string, cause = 'none') =>
    `sidelock_exchanges_total{point="${point}",command="${command}",side="${side}",cause="${cause}"}`

  it('counts exchanges, branches and attempts where they happened', async () => {
    const [kmf1, kmf2, bsf1, hss1, ue1, ue2] = await Promise.all(
      ['kmf1', 'kmf2', 'bsf1', 'hss1', 'ue1', 'ue2'].map((node) => metricsOf(network, node)),
    )
    expect(kmf2?.get(exchange('PC8', 'PROSE_DIRECT_KEY_REQUEST', 'server'))).toBe(1)
    expect(kmf2?.get(exchange('PC6', 'PKR', 'client'))).toBe(1)
    expect(kmf1?.get(exchange('PC6', 'PKR', 'server'))).toBe(1)
    expect(kmf1?.get(exchange('Zpn', 'GPR', 'client'))).toBe(1)
    expect(kmf1?.get('sidelock_branches_total{branch="7d",outcome="authorised"}')).toBe(1)
    expect(bsf1?.get(exchange('Zpn', 'GPR', 'server'))).toBe(1)
    expect(hss1?.get(exchange('Zh', 'MAR', 'server'))).toBeGreaterThan(0)
    expect(ue2?.get(exchange('Ub', 'GET', 'client'))).toBe(2)
    expect(ue1?.get('sidelock_set_ups_total{role="ue-1",outcome="secured"}')).toBe(1)
    expect(ue2?.get('sidelock_set_ups_total{role="ue-2",outcome="secured"}')).toBe(1)
    expect(
      hss1?.get('sidelock_store_calls_total{call="subscribers.advanceSqn",cause="none"}'),
    ).toBeGreaterThan(0)
  })

  it('times them: step 4 to step 10 at KMF-2', async () => {
    const kmf2 = await metricsOf(network, 'kmf2')
    const step4to10 = '{point="PC8",command="PROSE_DIRECT_KEY_REQUEST",side="server"}'
    expect(kmf2.get(`sidelock_exchange_seconds_count${step4to10}`)).toBe(1)
    expect(kmf2.get(`sidelock_exchange_seconds_sum${step4to10}`)).toBeGreaterThan(0)
  })

  it('R43: tells tables with their bounds, and peers and process', async () => {
    const kmf1 = await metricsOf(network, 'kmf1')
    expect(kmf1.get('sidelock_table_limit{table="PC8 connections"}')).toBe(1000)
    expect(kmf1.get('sidelock_table_entries{table="open key requests"}')).toBe(0)
    const up = [...kmf1].filter(([name, value]) => name.startsWith('sidelock_peer_available') && value === 1)
    expect(up).toHaveLength(2)
    expect(kmf1.get('sidelock_ready')).toBe(1)
    expect(kmf1.get('process_resident_memory_bytes')).toBeGreaterThan(1e6)
    expect([...kmf1.keys()]).toContain('nodejs_eventloop_lag_p99_seconds')
  })

  it('R31: names no subscriber, no B-TID and no key in a label or value', async () => {
    for (const { node } of network.decisions('watched')) {
      const text = await (await asked(network, node, '/metrics')).text()
      expect(text).not.toMatch(/001010000000001|001020000000002|·|[A-Za-z0-9+/]{22}==|"[0-9a-f]{8}"/)
    }
  })

  it('has the metrics of the table, and no others of its own', async () => {
    const text = await (await asked(network, 'kmf1', '/metrics')).text()
    const told = [...text.matchAll(/^# TYPE (sidelock_\w+)/gm)].map(([, name]) => name)
    expect(told.sort()).toEqual(Object.keys(metricTable).sort())
  })

  it('is alive and ready, and has no other pages', async () => {
    const pages = ['/health', '/ready', '/other'].map((path) => asked(network, 'kmf1', path))
    const [health, ready, other] = await Promise.all(pages)
    expect([health?.status, await health?.json()]).toEqual([200, { alive: true }])
    expect([ready?.status, await ready?.json()]).toEqual([200, { ready: true, reasons: [] }])
    expect(other?.status).toBe(404)
  })
})

interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly events?: readonly { readonly name: string }[]
}

interface OtlpAttribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[]
  }[]
}

/** A collector: what came, each span with the node it is of. */
async function collector() {
  const spans: (OtlpSpan & { readonly node: string })[] = []
  const texts: string[] = []
  const server = createServer((incoming, outgoing) => {
    const pieces: Buffer[] = []
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.on('end', () => {
      const text = Buffer.concat(pieces).toString()
      texts.push(text)
      for (const { resource, scopeSpans } of (JSON.parse(text) as OtlpRequest).resourceSpans) {
        const node = resource.attributes.find(({ key }) => key === 'service.instance.id')?.value.stringValue
        for (const span of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({ ...span, node: node ?? '' })
      }
      outgoing.setHeader('Content-Type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { spans, texts, url: `http://127.0.0.1:${port}/v1/traces` }
}

describe('spans, sent to a collector as OTLP over HTTP', () => {
  it('of one set-up are one trace over all nodes, each within the one that caused it', async () => {
    const { spans, texts, url } = await collector()
    const network = await Network.start([[['tracing'], { otlpUrl: url }]], { scenario: '7d-imsi' })
    await network.run.result
    await network.run.stop()
    const command = network.messages.find(({ name }) => name === 'DIRECT_SECURITY_MODE_COMMAND')
    const trace = spans.filter(({ traceId }) => traceId === command?.context)
    const parentOf = ({ parentSpanId }: OtlpSpan) => trace.find(({ spanId }) => spanId === parentSpanId)
    const pathOf = (span: OtlpSpan & { node: string }): string => {
      const parent = parentOf(span)
      return `${parent ? `${pathOf(parent)} > ` : ''}${span.node} ${span.name}`
    }
    const keyRequest = 'ue1 set-up, UE-1 > ue2 set-up, UE-2 > ue2 PC8 PROSE_DIRECT_KEY_REQUEST'
    const atKmf1 = `${keyRequest} > kmf2 PC8 PROSE_DIRECT_KEY_REQUEST > kmf2 PC6 PKR > kmf1 PC6 PKR`
    const push = `${atKmf1} > kmf1 Zpn GPR > bsf1 Zpn GPR`
    expect(trace.map(pathOf)).toEqual(
      expect.arrayContaining([keyRequest, atKmf1, push, `${push} > bsf1 Zh MAR > hss1 Zh MAR`]),
    )
    expect(trace.filter((span) => !parentOf(span)).map(({ name }) => name)).toEqual(['set-up, UE-1'])
    for (const span of trace)
      expect(Number(span.endTimeUnixNano)).toBeGreaterThanOrEqual(Number(span.startTimeUnixNano))
    const decided = (node: string, name: string) =>
      trace.find((span) => span.node === node && span.name === name)?.events?.map((event) => event.name)
    expect(decided('kmf1', 'PC6 PKR')).toEqual(['branch', 'derived'])
    expect(decided('hss1', 'Zh MAR')).toEqual(['vector'])
    expect(decided('ue1', 'set-up, UE-1')).toContain('secured')
    for (const text of texts) expect(text).not.toMatch(/001010000000001|001020000000002/)
  })

  it('cost a network nothing when the collector is away', async () => {
    const network = await Network.start([[['tracing'], { otlpUrl: 'http://127.0.0.1:9/v1/traces' }]])
    expect(await network.run.result).toMatchObject({ outcome: 'secured' })
  })
})
