import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProcessControl } from '../../src/testbed/network.ts'
import type { ScenarioResult } from '../../src/testbed/result.ts'
import { Network, temporaryDirectory, unlimitedKeyRequests, type Change } from './lab-network.ts'

const nodes = [
  ...['hss1', 'hss1-2', 'bsf1', 'bsf1-2', 'kmf1', 'kmf1-2'],
  ...['hss2', 'bsf2', 'kmf2', 'kmf2-2', 'ue1', 'ue2'],
]
const replicas: readonly Change[] = [
  [['plmns', 0, 'hss', 'replicas'], [{}]],
  [['plmns', 0, 'bsf', 'replicas'], [{}]],
  [['plmns', 0, 'kmf', 'replicas'], [{}]],
  [['plmns', 1, 'kmf', 'replicas'], [{}]],
]

/** Each instance that is in use, and the message that is under way when it is killed. */
const kills: readonly (readonly [node: string, name: string, from: string])[] = [
  ['hss1', 'MAR', 'bsf1'],
  ['bsf1', '401 challenge', 'bsf1'],
  ['kmf1', 'PKR', 'kmf2'],
  ['kmf2', 'PKR', 'kmf2'],
]

describe('two instances of each, in processes of their own on one store', () => {
  const clean: (() => void)[] = []
  let network: Network
  let processes: ProcessControl
  let first: ScenarioResult

  beforeAll(async () => {
    const directory = temporaryDirectory((remove) => clean.push(remove))
    const options = { scenario: '7c-found', processes: true, once: false }
    network = await Network.startIn(directory, [...replicas, ...unlimitedKeyRequests], options)
    if (!network.run.processes) throw new Error('the run has no processes')
    processes = network.run.processes
    first = await network.run.result
  }, 60_000)

  afterAll(async () => {
    await network.run.stop()
    for (const remove of clean) remove()
  }, 60_000)

  it('secure a link', () => {
    expect(network.run.nodes.map(({ name }) => name)).toEqual(nodes)
    expect(new Set(nodes.map((name) => processes.pid(name))).size).toBe(nodes.length)
    expect(first).toMatchObject({ outcome: 'secured', expected: true })
  })

  it.each(kills)(
    'R48: %s killed at a %s: the set-up is secured or ends by name, and the next one is secured',
    async (node, name, from) => {
      const before = network.events.length
      const running = network.setUpAgain()
      await network.heard(
        (event) => event.kind === 'message' && event.from === from && event.name === name,
        before,
      )
      process.kill(processes.pid(node) ?? 0, 'SIGKILL')
      const { outcome, reason } = await running
      expect([outcome, reason]).toEqual(
        outcome === 'secured' ? ['secured', null] : ['failed', 'ERR_TEMPORARY_FAILURE'],
      )
      await network.told('process-ended', node, before)
      expect(await network.setUpAgain()).toMatchObject({ outcome: 'secured', keysEqual: true })
      await processes.restart(node)
    },
    60_000,
  )

  it('R34: no B-TID was given twice, so no RAND and no SQN was', () => {
    const given = network
      .decisions('bootstrapped')
      .filter(({ node }) => node.startsWith('bsf'))
      .map(({ fields }) => fields['btid'])
    expect(given.length).toBeGreaterThan(2 * kills.length)
    expect(new Set(given).size).toBe(given.length)
  })
})

it.each(['7a', '7b-expired', '7d-imsi', 'gpi-resync', 'hss-down', 'bsf-down', 'kmf-down'])(
  'scenario %s ends as it must with replicas too',
  async (scenario) => {
    const network = await Network.start(replicas, { scenario, simulated: true })
    expect((await network.run.result).expected).toBe(true)
  },
)
