import { describe, expect, it } from 'vitest'
import { fromUtf8 } from '../../src/core/bytes.ts'
import type { TapMessage } from '../../src/core/tap.ts'
import { Network, shown, type Change } from './lab-network.ts'

const onUb = ({ point, from, to }: TapMessage) => point === 'Ub' && [from, to].includes('ue1')
const imsi = '001010000000001'

/** What UE-1 and its BSF said on Ub in each of two set-ups. */
async function twice(scenario: string, changes: readonly Change[] = []) {
  const network = await Network.start(changes, { scenario, once: false })
  expect(await network.run.result).toMatchObject({ outcome: 'secured' })
  const first = network.messages.filter(onUb)
  expect(await network.run.again()).toMatchObject({ outcome: 'secured' })
  return { network, first, second: network.messages.filter(onUb).slice(first.length) }
}
const octets = (messages: readonly TapMessage[]) => messages.map(({ bytes }) => fromUtf8(bytes)).join('')
const steps = [
  '1 Ub ue1 > bsf1 GET',
  '1 Ub bsf1 > ue1 401 challenge',
  '1 Ub ue1 > bsf1 GET response',
  '1 Ub bsf1 > ue1 200 bootstrapped',
]

describe('TMPI over real sockets, TS 33.220 4.5.2', () => {
  it('the second bootstrapping holds no IMSI on Ub, and each message is of the same two nodes', async () => {
    const { network, first, second } = await twice('7c-found')
    expect(first.map(shown)).toEqual(steps)
    expect(second.map(shown)).toEqual(steps)
    expect(octets(first)).toContain(imsi)
    expect(octets(second)).not.toContain(imsi)
    expect(first[0]?.fields).toMatchObject({ impi: '00101········01' })
    expect(second[0]?.fields['impi']).toBeUndefined()
    expect(second[0]?.fields['tmpi']).toMatch(/^[A-Za-z0-9+/]{6}…$/)
    const told = network.decisions('bootstrapped').filter(({ fields }) => 'tmpi' in fields)
    expect(told.map(({ node }) => node)).toEqual(['bsf1', 'ue1'])
  })

  it.each([
    ['the UE', [['ues', 'ue1', 'tmpi'], false]],
    ['its BSF', [['plmns', 0, 'bsf', 'tmpi'], false]],
  ] as const)('tmpi: false of %s: the IMPI again', async (_, change) => {
    const { first, second } = await twice('7c-found', [change])
    expect([first.map(shown), second.map(shown)]).toEqual([steps, steps])
    expect(second[0]?.fields).toMatchObject({ impi: '00101········01' })
  })

  it('a BSF that forgot it refuses, and UE-1 bootstraps with its IMPI in the same run', async () => {
    const network = await Network.start([], { scenario: '7c-renegotiate-bootstrap' })
    expect(await network.run.result).toMatchObject({ outcome: 'secured', attempts: 2 })
    expect(
      network.messages.filter(onUb).map(({ from, name, fields }) => [from, name, Object.keys(fields)[0]]),
    ).toEqual([
      ['ue1', 'GET', 'impi'],
      ['bsf1', '401 challenge', 'realm'],
      ['ue1', 'GET response', 'impi'],
      ['bsf1', '200 bootstrapped', 'btid'],
      ['ue1', 'GET', 'tmpi'],
      ['bsf1', '403 Forbidden', undefined],
      ['ue1', 'GET', 'impi'],
      ['bsf1', '401 challenge', 'realm'],
      ['ue1', 'GET response', 'impi'],
      ['bsf1', '200 bootstrapped', 'btid'],
    ])
    expect(network.messages.filter(({ point }) => point === 'Ub').every(({ to }) => to !== 'ue')).toBe(true)
  })
})
