import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Simulated {
  readonly mean: number
  readonly p50: number
  readonly utilisation: Readonly<Record<string, number>>
}
interface Modelled {
  readonly rates: Readonly<Record<'bootstraps' | 'pc8Opens' | 'setUps', number>>
  readonly busy: Readonly<Record<'hss' | 'bsf' | 'kmf', number>>
  readonly instances: Readonly<Record<'hss' | 'bsf' | 'kmf', number>>
}
type Octets = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>

// Tools are compiled with nothing, so that their names are no types here.
const [model, queue] = ['../../tools/scale/model.mjs', '../../tools/scale/queue.mjs']
const { simulate: run } = (await import(queue)) as { simulate: (options: object) => Simulated }
const {
  assumptions: how,
  network: modelled,
  storage: stored,
} = (await import(model)) as {
  assumptions: Readonly<Record<string, number>>
  network: (subscribers: number, kinds: object, how?: object) => Modelled
  storage: (subscribers: number, octets: Octets) => Readonly<Record<string, Readonly<Record<string, number>>>>
}

const one = (visits: readonly (readonly [string, number])[]) => [{ kind: 'one', share: 1, visits }]

describe('the simulation of queues', () => {
  const of = { rate: 50, count: 60_000, cores: 8, seed: 7 }

  it('has the mean of M/M/1: s / (1 - rho)', () => {
    const { mean, utilisation } = run({ ...of, kinds: one([['node', 0.01]]) })
    expect(utilisation['node']).toBeCloseTo(0.5, 1)
    expect(mean).toBeCloseTo(0.01 / (1 - 0.5), 3)
  })

  it('has the mean of M/D/1: s + rho s / (2 (1 - rho))', () => {
    const { mean } = run({ ...of, kinds: one([['node', 0.01]]), fixed: true })
    expect(mean).toBeCloseTo(0.01 + (0.5 * 0.01) / (2 * (1 - 0.5)), 3)
  })

  it('adds queues that follow each other, and what takes no CPU', () => {
    const visits = [['a', 0.01], ['wait', 0.03], ['b', 0.005]] as const // prettier-ignore
    const { mean } = run({ ...of, kinds: one(visits) })
    expect(mean).toBeCloseTo(0.01 / 0.5 + 0.03 + 0.005 / 0.75, 2)
  })

  it('shares cores: two processes on one core take as long as one with the work of both', () => {
    const both = run({ ...of, kinds: one([['a', 0.005], ['b', 0.005]]), cores: 1, fixed: true }) // prettier-ignore
    expect(both.utilisation['a']).toBeCloseTo(0.25, 1)
    expect(both.mean).toBeGreaterThan(run({ ...of, kinds: one([['a', 0.005], ['b', 0.005]]), fixed: true }).mean) // prettier-ignore
  })

  it('is the same for the same seed', () => {
    const options = { ...of, count: 2000, kinds: one([['node', 0.01]]) }
    expect(run(options)).toEqual(run(options))
  })
})

describe('the model', () => {
  const cost = (hss: number, bsf: number, kmf: number) => ({
    cpuSeconds: { hss1: hss, bsf1: bsf, kmf1: kmf / 2, hss2: 0, bsf2: 0, kmf2: kmf / 2, load: 1 },
  })
  const kinds = {
    bootstrap: cost(0.001, 0.002, 0),
    'pc8-open': cost(0, 0.001, 0.003),
    '7a': cost(0, 0, 0.002),
    '7c-found': cost(0.001, 0.003, 0.004),
    '7d-imsi': cost(0.001, 0.002, 0.003),
    '7c-renegotiate-bootstrap': cost(0.001, 0.004, 0.006),
  }

  it('takes the bootstrapping out of a branch that load makes one for, and adds what subscribers do', () => {
    const only = { ...how, mix: { '7c-found': 1 }, bootstrapsPerDay: 0, pc8OpensPerDay: 0, setUpsPerDay: 36 }
    const { rates, busy } = modelled(10_000, kinds, only)
    expect(rates.setUps).toBeCloseTo(10)
    expect(busy.hss).toBeCloseTo(0)
    expect(busy.bsf).toBeCloseTo(10 * 0.001)
    expect(busy.kmf).toBeCloseTo(10 * 0.004)
  })

  it('grows with the number of subscribers, and has one instance of each at least', () => {
    const [small, large] = [modelled(1e6, kinds), modelled(1e7, kinds)]
    expect(large.busy.kmf / small.busy.kmf).toBeCloseTo(10)
    expect(modelled(10, kinds).instances).toEqual({ hss: 1, bsf: 1, kmf: 1 })
  })

  it('stores a row for each subscriber, at BSFs one for each bootstrapping within the lifetime of Ks', () => {
    const each = { 1000: 600_000, 1_000_000: 500_000_000 }
    const octets = { sqlite: { hss: each, bsf: each, kmf: each } }
    expect(stored(2e6, octets)['sqlite']).toEqual({
      hss: 1e9,
      bsf: 1e9 * (how['bootstrapsPerDay'] ?? 0),
      kmf: 1e9,
    })
  })
})

describe('docs/scale.md', () => {
  it('has the tables of what was measured', () => {
    const tool = join(import.meta.dirname, '../../tools/scale.mjs')
    expect(() => execFileSync(process.execPath, [tool, '--check'], { stdio: 'pipe' })).not.toThrow()
  })
})
