import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProcessControl } from '../../src/testbed/network.ts'
import type { ScenarioResult } from '../../src/testbed/result.ts'
import { Network, temporaryDirectory, unlimitedKeyRequests, type Change } from './lab-network.ts'

const nodes = ['hss1', 'bsf1', 'kmf1', 'hss2', 'bsf2', 'kmf2', 'ue1', 'ue2']
const secured = { outcome: 'secured', branch: '7c', keysEqual: true, data: { sent: 40, received: 40 } }

/** Each node, who loses a connection with it, and what a set-up gives while it is gone. */
const losses: readonly (readonly [node: string, lostBy: readonly string[], meanwhile: string])[] = [
  ['hss1', ['bsf1'], 'failed'],
  ['bsf1', ['hss1', 'kmf1'], 'failed'],
  ['kmf1', ['bsf1', 'kmf2'], 'failed'],
  // UE-2 has bootstrapped and PC8 is open: nobody asks these two.
  ['hss2', ['bsf2'], 'secured'],
  ['bsf2', ['hss2', 'kmf2'], 'secured'],
  ['kmf2', ['bsf2', 'kmf1'], 'failed'],
  ['ue1', [], 'failed'],
  ['ue2', [], 'failed'],
]

const prose = (plmn: number, name: string) => ['plmns', plmn, 'subscribers', 0, 'prose', name]
/** UE-2 is the relay of UE-1, so that what orders a UE about carries a Relay Service Code too. */
const relay: readonly Change[] = [
  [['ues', 'ue1', 'wantedRelayServiceCode'], '000123'],
  [['ues', 'ue2', 'relayServiceCodes'], ['000123']],
  ...[0, 1].flatMap((plmn): Change[] => [
    [prose(plmn, 'permissions'), ['relay', 'remote-ue']],
    [prose(plmn, 'publicSafety'), true],
  ]),
]

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('eight nodes, each in a process of its own', () => {
  const clean: (() => void)[] = []
  let network: Network
  let processes: ProcessControl
  let first: ScenarioResult

  beforeAll(async () => {
    const directory = temporaryDirectory((remove) => clean.push(remove))
    const options = { scenario: '7c-found', processes: true, once: false }
    network = await Network.startIn(directory, [...unlimitedKeyRequests, ...relay], options)
    if (!network.run.processes) throw new Error('the run has no processes')
    processes = network.run.processes
    first = await network.run.result
  }, 60_000)

  afterAll(async () => {
    const pids = nodes.flatMap((name) => processes.pid(name) ?? [])
    await network.run.stop()
    expect(pids).toHaveLength(nodes.length)
    expect(pids.filter(isAlive)).toEqual([])
    for (const remove of clean) remove()
  }, 60_000)

  it('are eight processes, and secure a link between two of them', () => {
    expect(network.run.nodes.map(({ name }) => name)).toEqual(nodes)
    const pids = nodes.map((name) => processes.pid(name))
    expect(new Set([...pids, process.pid]).size).toBe(nodes.length + 1)
    expect(first).toMatchObject({ ...secured, expected: true })
    const relayed = network.decisions('secured').map(({ fields }) => fields['relayServiceCode'])
    expect(relayed.slice(0, 2)).toEqual(['000123', '000123'])
  })

  it('show what each of them holds', async () => {
    const { network: running } = network.run
    const views = await Promise.all(nodes.map((name) => running.show(name)))
    expect(views.map((view) => view?.['name'])).toEqual(nodes)
    const [hss1, bsf1, kmf1] = views
    expect(hss1).toMatchObject({
      subscribers: [{ k: 'held', sqn: expect.stringMatching(/^[\da-f]{12}$/) as string }],
    })
    for (const view of [bsf1, kmf1]) expect(view).toMatchObject({ contexts: [{}], listens: {} })
    expect(views.at(-2)).toMatchObject({ links: [{ link: 'L1' }] })
    expect(await running.show('kmf9')).toBeUndefined()
  })

  it.each(losses)(
    'R48: %s killed: it is named, set-ups end by name, and once restarted the next one is secured',
    async (node, lostBy, meanwhile) => {
      const before = network.events.length
      process.kill(processes.pid(node) ?? 0, 'SIGKILL')
      await network.told('process-ended', node, before)
      await Promise.all(lostBy.map((other) => network.told('peer-lost', other, before)))
      const ended = network.decisions('process-ended').at(-1)
      expect(ended).toMatchObject({ node, fields: { how: 'was ended by SIGKILL' } })

      const without = await network.setUpAgain()
      expect(without.outcome).toBe(meanwhile)
      if (meanwhile === 'failed') expect(without.reason).toBe('ERR_TEMPORARY_FAILURE')

      const others = () => nodes.filter((name) => name !== node).map((name) => processes.pid(name))
      const untouched = others()
      await processes.restart(node)
      expect(others()).toEqual(untouched)
      expect(await network.setUpAgain()).toMatchObject(secured)
    },
    60_000,
  )
})
