import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TapMessage } from '../../src/core/tap.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import type { Given, Stage } from '../../src/testbed/acts/act.ts'
import { armedNow } from '../../src/testbed/acts/armed.ts'
import { givenIn, perform } from '../../src/testbed/acts/lab-acts.ts'
import { acts } from '../../src/testbed/acts/table.ts'
import type { RunningNetwork } from '../../src/testbed/run.ts'
import { labFile, Network, temporaryDirectory, unlimitedKeyRequests } from './lab-network.ts'

const cleanings: (() => void)[] = []
let network: Network
let stage: Stage

beforeAll(async () => {
  const directory = temporaryDirectory((clean) => cleanings.push(clean))
  const pushes = [0, 1].map(
    (plmn) => [['plmns', plmn, 'kmf', 'limits', 'pushesPerImsiPerMinute'], 'unlimited'] as const,
  )
  const changes = [...unlimitedKeyRequests, ...pushes]
  network = await Network.startIn(directory, changes, { once: false })
  stage = {
    config: loadNetworkConfig(labFile(directory, changes)),
    ...{ run: network.run, permissions: new Map() },
    play: () => Promise.resolve(7),
  }
  await network.run.result
})
afterAll(async () => {
  await network.run.stop()
  for (const clean of cleanings) clean()
})

const act = (name: string, given: Given = {}) => perform(name, given, stage)
const ends = { from: 'ue1', to: 'ue2' }
const connected = async () => (await act('connect', ends)).says

/** PC5 messages of that name since then. */
const sent = (name: string, since: number): readonly TapMessage[] =>
  network.events
    .slice(since)
    .flatMap((event) => (event.kind === 'message' && event.name === name ? [event] : []))

describe('acts on a standing network force what they say', () => {
  it('an expired B-TID and no way to the BSF: GBA push (7b), until it is taken back', async () => {
    await act('expire-btid', { ue: 'ue1' })
    await act('block', { ue: 'ue1', point: 'ub' })
    expect(await connected()).toBe('ue1 and ue2: secured, branch 7b')
    await act('unblock', { ue: 'ue1' })
    expect(await connected()).toBe('ue1 and ue2: secured, branch 7c')
  })

  it('a forgotten key: KMF-1 asks the BSF (7c); nothing is left to forget then of another KMF', async () => {
    expect(await connected()).toBe('ue1 and ue2: secured, branch 7a')
    await act('forget-key', { kmf: 'kmf1', ue: 'ue1' })
    expect(await connected()).toBe('ue1 and ue2: secured, branch 7c')
    await expect(act('forget-key', { kmf: 'kmf2', ue: 'ue1' })).rejects.toMatchObject({
      code: 'ERR_NOTHING_TO_DO',
    })
  })

  it.each([
    ['ue1', '001-02', '7'],
    ['ue2', '001-01', '5'],
  ])('a revoked permission of %s for %s: refused at step %s', async (ue, plmn, step) => {
    await act('revoke', { ue, plmn })
    const { decidedBy } = await network.run.connect('ue1', 'ue2')
    expect([decidedBy?.step.slice(0, 1), decidedBy?.code]).toEqual([step, 'ERR_NOT_AUTHORISED'])
    await expect(act('revoke', { ue, plmn })).rejects.toMatchObject({ code: 'ERR_NOTHING_TO_DO' })
    await act('grant', { ue, plmn })
    expect(await connected()).toContain('secured')
  })

  it.each([
    ['PC6', 'kmf1', 'kmf2'],
    ['PC8', 'ue2', 'kmf2'],
  ])('a cut of %s: no link, and none of the rules that say no', async (_point, from, to) => {
    await act('cut', { from, to })
    expect(await connected()).toBe('ue1 and ue2: failed, ERR_TEMPORARY_FAILURE')
    await act('mend', { from, to })
    const lost = network.events.length
    if (from === 'kmf1') await network.told('peer-up', 'kmf1', lost - 1)
    expect(await connected()).toContain('secured')
  })

  it('a changed message: the MAC-I is wrong once, and the line has both', async () => {
    const since = network.events.length
    await act('tamper', { message: 'DIRECT_SECURITY_MODE_COMMAND', field: 'MAC-I' })
    expect(await connected()).toContain('secured')
    const [changed, again] = sent('DIRECT_SECURITY_MODE_COMMAND', since)
    const last = (octets: Uint8Array | undefined) => octets?.at(-1) ?? 0
    expect(last(changed?.bytes) ^ last(changed?.original)).toBe(1)
    expect(changed?.security).toMatchObject({ bearer: 29, direction: 1 })
    expect(again?.original).toBeUndefined()
    expect(armedNow(stage)).toEqual([])
  })

  it('a cut between UEs: what one sends is told as lost, and the link does not come about', async () => {
    expect(await connected()).toContain('secured')
    const since = network.events.length
    await act('cut', { from: 'ue1', to: 'ue2' })
    await network.run.network.ue('ue1').sendPackets(0x0a0b0c, 3)
    await act('mend', { from: 'ue1', to: 'ue2' })
    await act('loss', { percent: '100' })
    await network.run.network.ue('ue1').sendPackets(0x0a0b0c, 2)
    await act('reset')
    await network.run.network.ue('ue1').sendPackets(0x0a0b0c, 1)
    expect(sent('USER_DATA', since).map(({ lost }) => lost ?? false)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ])
  })

  it('rekey and release of a link that is there, and a refusal when there is none', async () => {
    expect(await connected()).toContain('secured')
    await act('rekey', ends)
    await act('release', ends)
    await expect(act('release', ends)).rejects.toMatchObject({ code: 'ERR_NOT_POSSIBLE_NOW' })
  })
})

describe('what is armed', () => {
  it('is listed with the act that takes it back, and reset takes back all of it', async () => {
    await act('block', { ue: 'ue1', point: 'ub' })
    await act('cut', { from: 'kmf1', to: 'bsf1' })
    await act('tamper', { message: 'DIRECT_COMMUNICATION_REQUEST', field: 'Nonce_1' })
    await act('loss', { percent: '10' })
    await act('revoke', { ue: 'ue1', plmn: '001-02' })
    const armed = armedNow(stage)
    expect(armed.map(({ command, undo }) => [command, undo.act])).toEqual([
      ['npx sidelock lab block ue1 ub', 'unblock'],
      ['npx sidelock lab cut bsf1 kmf1', 'mend'],
      ['npx sidelock lab tamper DIRECT_COMMUNICATION_REQUEST Nonce_1', 'untamper'],
      ['npx sidelock lab loss 10', 'loss'],
      ['npx sidelock lab revoke ue1 001-02', 'grant'],
    ])
    for (const { undo } of armed) await act(undo.act, undo.given)
    expect(armedNow(stage)).toEqual([])
    for (const { act: name, given } of armed) await act(name, given)
    await act('reset')
    expect(armedNow(stage)).toEqual([])
  })

  it('each act is told as a decision, with its command', async () => {
    await act('block', { ue: 'ue1' })
    await act('reset')
    const told = network.decisions('act').slice(-2)
    expect(told.map(({ node, fields }) => [node, fields['act'], fields['command']])).toEqual([
      ['ue1', 'block', 'npx sidelock lab block ue1'],
      ['hss1', 'reset', 'npx sidelock lab reset'],
    ])
  })
})

describe('what is no act', () => {
  it.each([
    ['drop', {}, 'there is no act drop'],
    ['connect', { from: 'ue1' }, 'connect needs to'],
    ['connect', { from: 'ue1', to: 'kmf1' }, 'to: there is no such ue'],
    ['connect', { from: 'ue1', to: 'ue1' }, 'ue1 has no link with itself'],
    ['block', { ue: 'ue1', to: 'ue2' }, 'block takes no to'],
    ['loss', { percent: '101' }, 'percent: 0 to 100 % is needed'],
    ['loss', { percent: '-1' }, 'percent: 0 to 100 % is needed'],
    ['revoke', { ue: 'ue1', plmn: '999-99' }, 'plmn: there is no such plmn'],
    ['tamper', { message: 'USER_DATA', field: 'Nonce_1' }, 'USER_DATA has no field Nonce_1'],
    ['cut', { from: 'kmf1', to: 'kmf1' }, 'kmf1 has no connection with itself'],
  ])('%s %j is refused and changes nothing', async (name, given, message) => {
    await expect(act(name, given as Given)).rejects.toThrow(message)
    expect(armedNow(stage)).toEqual([])
  })

  it('with a process for each node an act that needs a hold on nodes says so', async () => {
    const apart = Object.fromEntries(
      Object.entries(network.run.network).filter(([name]) => name !== 'running' && name !== 'faults'),
    ) as unknown as RunningNetwork
    const processes: Stage = { ...stage, run: { ...network.run, network: apart } }
    const needing = acts.filter(({ act: name }) => !['run', 'connect', 'rekey', 'release'].includes(name))
    const values: Given = { ue: 'ue1', kmf: 'kmf1', plmn: '001-02', percent: '1', point: 'ub' }
    const message = { message: 'USER_DATA', field: 'SDU', from: 'kmf1', to: 'kmf2' }
    for (const { act: name, parameters } of needing) {
      const given = Object.fromEntries(
        parameters.map((parameter) => [parameter.name, { ...values, ...message }[parameter.name] ?? '']),
      )
      await expect(perform(name, given, processes), name).rejects.toMatchObject({
        code: 'ERR_NEEDS_ONE_PROCESS',
      })
    }
  })

  it('words of a command line are its values in order', () => {
    expect(givenIn('cut', ['kmf1', 'kmf2'])).toEqual({ from: 'kmf1', to: 'kmf2' })
    expect(() => givenIn('reset', ['all'])).toThrow('reset takes nothing')
  })
})
