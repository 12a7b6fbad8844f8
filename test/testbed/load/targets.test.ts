import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCodes } from '../../../src/cli/exit-codes.ts'
import { loadedNetwork, type LoadedNetwork, type LoadedResult } from './loaded-network.ts'

let network: LoadedNetwork
const cleanings: (() => void | Promise<void>)[] = []
beforeAll(async () => {
  network = await loadedNetwork(40, [[['plmns', 0, 'kmf', 'nafKeyMaxAgeSeconds'], 2]], (clean) =>
    cleanings.push(clean),
  )
}, 120_000)
afterAll(async () => {
  for (const clean of cleanings.reverse()) await clean()
})

const none = { errors: 0, notBegun: 0, classes: [] }

/** Told first after a second. */
const isRunning = (line: string) => line.includes('"task":"load"')

/** All ended, and the parts make the whole. */
function expectConsistent(result: LoadedResult, sent: number): void {
  expect(result).toMatchObject({ ...none, sent, due: sent, answered: sent })
  const kinds = Object.values(result.kinds)
  expect(kinds.reduce((sum, kind) => sum + kind.answered, 0)).toBe(sent)
}

describe('a small load on', () => {
  it('Ub: each UE bootstraps over a connection of its own', async () => {
    const { code, result } = await network.load(['ub', '--ues', '20', '--count', '25', '--rate', '100/s'])
    expect(code).toBe(exitCodes.done)
    expectConsistent(result, 25)
    expect(result.exchanges).toMatchObject({ 'Ub bootstrapping': { sent: 25, answered: 25 } })
    expect(result.away).toEqual(['bsf1-2'])
  })

  it.each([
    ['zh', 'bsf1-2', 'mar', 'MAR'],
    ['zn', 'kmf1-2', 'bir=3,bir-unknown=1', 'BIR'],
    ['zpn', 'kmf1-2', 'gpr', 'GPR'],
  ])('%s: subscribers behind one peer, and every answer fits its UE', async (target, as, mix, name) => {
    const of = ['--as', as, '--mix', mix, '--ues', '10', '--concurrency', '4', '--count', '30']
    const { code, result } = await network.load([target, ...of])
    expect(code).toBe(exitCodes.done)
    expectConsistent(result, 30)
    expect(result.exchanges[name]).toMatchObject({ sent: 30, answered: 30 })
  })

  it('PC6: each branch gives the PDK that UE-1 makes', async () => {
    const mix = '7b-too-old,7c-found,7c-renegotiate-bootstrap,7d-imsi'
    const of = ['--mix', mix, '--ues', '12', '--concurrency', '4', '--count', '24', '--as', 'kmf2-2']
    const { result } = await network.load(['pc6', ...of])
    expectConsistent(result, 24)
    expect(Object.keys(result.kinds).sort()).toEqual(mix.split(',').sort())
    const ofKind = (kind: string) => result.kinds[kind]?.sent ?? 0
    const [renegotiated, found] = [ofKind('7c-renegotiate-bootstrap'), ofKind('7c-found')]
    expect(result.exchanges['PKR']).toMatchObject({ sent: 24 + renegotiated })
    expect(result.exchanges['Ub bootstrapping']).toMatchObject({ sent: renegotiated + found })
  })

  it('PC8: UE-2s ask over connections that they keep, others open new ones', async () => {
    const mix = '7c-found=2,7d-imsi=2,pc8-open=1'
    const of = ['--mix', mix, '--ues', '9', '--ue2s', '2', '--concurrency', '4', '--count', '20']
    const { result } = await network.load(['pc8', ...of])
    expectConsistent(result, 20)
    const opened = result.kinds['pc8-open']?.sent ?? 0
    expect(result.exchanges).toMatchObject({
      'PC8 key request': { answered: 20 - opened },
      'PC8 connection': { answered: opened },
    })
  })

  it('PC5: whole set-ups end with a link', async () => {
    const mix = '7c-found,7c-renegotiate-bootstrap,7d-imsi'
    const of = ['--mix', mix, '--ues', '6', '--ue2s', '2', '--concurrency', '2', '--count', '9']
    const { result } = await network.load(['pc5', ...of])
    expectConsistent(result, 9)
    expect(result.exchanges['PC5 set-up']).toMatchObject({ answered: 9 })
  })
})

describe('a load', () => {
  it('that plays a node which runs says so, and no connection of that node is touched', async () => {
    const { code, err } = await network.load(['zh', '--as', 'bsf1', '--rate', '10/s'])
    expect(code).toBe(exitCodes.temporary)
    expect(err.join('\n')).toContain('is bsf1 connected itself?')
    const after = await network.load(['ub', '--ues', '5', '--count', '5', '--concurrency', '1'])
    expectConsistent(after.result, 5)
  })

  it('that is interrupted ends with the figures so far', async () => {
    const of = ['ub', '--ues', '20', '--rate', '20/s', '--duration', '1h']
    const { code, result } = await network.load(of, (line, interrupt) => {
      if (isRunning(line)) interrupt()
    })
    expect(code).toBe(exitCodes.interrupted)
    expect(result.sent).toBe(result.answered + result.errors)
    expect(result.due).toBeLessThan(20 * 60)
  })

  it('names what a stopped BSF makes of it: the classes make the errors', async () => {
    let stopped = Promise.resolve()
    const of = ['ub', '--ues', '40', '--rate', '40/s', '--duration', '3s']
    const { code, result } = await network.load(of, (line) => {
      if (isRunning(line)) stopped = network.stop('bsf1')
    })
    await stopped
    expect(code).toBe(exitCodes.otherOutcome)
    expect(result.sent).toBe(120)
    expect(result.answered).toBeGreaterThan(0)
    expect(result.answered + result.errors).toBe(120)
    expect(result.classes.reduce((sum, { count }) => sum + count, 0)).toBe(result.errors)
    expect(result.classes.map(({ code, reason }) => `${code} ${reason}`)).toContain(
      'ERR_TEMPORARY_FAILURE Ub: no connection to the BSF',
    )
  })
})
