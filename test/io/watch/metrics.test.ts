import { describe, expect, it } from 'vitest'
import type { TapEvent, TapState } from '../../../src/core/tap.ts'
import { Instant } from '../../../src/core/units.ts'
import { Metrics } from '../../../src/io/watch/metrics.ts'

const metrics = () => new Metrics({ name: 'kmf1', role: 'kmf', version: '1.2.3' })
const time = Instant(0)
const state = (what: string, fields: TapState['fields']): TapState => ({
  ...{ kind: 'state', time, node: 'kmf1', what, fields },
})
const lines = async (own: Metrics, name: string) =>
  (await own.text()).split('\n').filter((line) => line.startsWith(name))

describe('metrics of a node', () => {
  it('say what the node is', async () => {
    expect(await lines(metrics(), 'sidelock_node_info')).toEqual([
      'sidelock_node_info{node="kmf1",role="kmf",version="1.2.3"} 1',
    ])
  })

  it('name the rule that a refusal or dropped input stands for', async () => {
    const own = metrics()
    own.observe({
      ...state('refused', { code: 'ERR_NOT_AUTHORISED', reason: 'UE-1 has no row' }),
      step: '7d',
    })
    own.observe(state('counted', { counter: 'wall-clock-stepped' }))
    expect(await lines(own, 'sidelock_refusals_total')).toEqual([
      'sidelock_refusals_total{code="ERR_NOT_AUTHORISED",step="7d",rule="R8"} 1',
    ])
    expect(await lines(own, 'sidelock_dropped_total')).toEqual([
      'sidelock_dropped_total{reason="wall-clock-stepped",rule="R47"} 1',
    ])
  })

  it('R43: a stranger who makes up values fills no table: beyond 100 they are other', async () => {
    const own = metrics()
    for (let nth = 0; nth < 150; nth++) own.observe(state('counted', { counter: `made up ${nth}` }))
    const told = await lines(own, 'sidelock_dropped_total')
    expect(told).toHaveLength(101)
    expect(told).toContain('sidelock_dropped_total{reason="other",rule="none"} 50')
  })

  it('forget a peer phase that is over', async () => {
    const own = metrics()
    const levels = (phase: string) =>
      state('levels', { tables: {}, peers: { 'bsf1.example': phase }, ready: true, wallClockStep: 0 })
    own.observe(levels('wait-conn-ack'))
    own.observe(levels('available'))
    expect(await lines(own, 'sidelock_peer_available')).toEqual([
      'sidelock_peer_available{peer="bsf1.example",phase="available"} 1',
    ])
  })

  it('count what the node sends, and not what it hears', async () => {
    const own = metrics()
    const message = (from: string): TapEvent => ({
      ...{ kind: 'message', time, point: 'PC6', from, to: 'x', name: 'PKR', protection: 'ciphered' },
      ...{ bytes: new Uint8Array(10), masked: [], fields: {} },
    })
    own.observe(message('kmf1'))
    own.observe(message('kmf2'))
    expect(await lines(own, 'sidelock_octets_total')).toEqual(['sidelock_octets_total{point="PC6"} 10'])
  })

  it('of two nodes in one process are apart', async () => {
    const [one, other] = [metrics(), metrics()]
    one.observe(state('derived', {}))
    expect(await lines(one, 'sidelock_decisions_total')).toHaveLength(1)
    expect(await lines(other, 'sidelock_decisions_total')).toEqual([])
  })
})
