import { describe, expect, it } from 'vitest'
import { Network, shown, type Change } from './lab-network.ts'

const subscriber = (plmn: number, name: string, value: unknown): Change => [
  ['plmns', plmn, 'subscribers', 0, 'prose', name],
  value,
]

const refused = {
  ...{ outcome: 'refused', reason: 'ERR_NOT_AUTHORISED', expected: false },
  ...{ attempts: 1, keysEqual: null, eea: null, eia: null, data: null },
}

const afterStep3 = ({ messages }: Network): string[] => {
  const request = messages.findIndex(({ name }) => name === 'DIRECT_COMMUNICATION_REQUEST')
  return messages.slice(request + 1).map(shown)
}

/** What UE-1 and UE-2 are told, whoever refused and why (R10). */
const told = ({ messages }: Network): unknown[] =>
  messages
    .filter(({ name }) => ['PROSE_DIRECT_KEY_RESPONSE', 'DIRECT_COMMUNICATION_REJECT'].includes(name))
    .map(({ point, fields }) => [point, fields])

describe('UE-2 may not be linked with', () => {
  it.each([
    ['001-01', 'its KMF knows no row for the PLMN of UE-1', subscriber(1, 'mayLinkWith', [])],
    ['one-to-one', 'the HSS does not permit it', subscriber(1, 'permissions', ['relay'])],
  ])('R10: refused at step 5, nothing leaves the PLMN: no %s, %s', async (missing, _title, change) => {
    const network = await Network.start([change])
    expect(await network.run.result).toMatchObject({ ...refused, branch: null })
    expect(network.decisions('refused')[0]).toMatchObject({
      ...{ node: 'kmf2', step: '5' },
      fields: { code: 'ERR_NOT_AUTHORISED', reason: expect.stringContaining(missing) as string },
    })
    expect(afterStep3(network)).toEqual([
      '4 PC8 ue2 > kmf2 PROSE_DIRECT_KEY_REQUEST',
      '10 PC8 kmf2 > ue2 PROSE_DIRECT_KEY_RESPONSE',
      '- PC5 ue2 > ue1 DIRECT_COMMUNICATION_REJECT',
    ])
  })

  it('R4: a KMF that is no peer is not asked', async () => {
    const network = await Network.start([
      [['plmns', 0, 'kmf', 'pc6Peers'], []],
      [['plmns', 1, 'kmf', 'pc6Peers'], []],
    ])
    expect(await network.run.result).toMatchObject({ ...refused, branch: null })
    expect(network.messages.filter(({ point }) => point === 'PC6')).toEqual([])
  })
})

it.each([0, 1])(
  'PC6 that only one of two KMFs allows: named, not waited for (plmns[%i] does not)',
  async (plmn) => {
    const network = await Network.start([[['plmns', plmn, 'kmf', 'pc6Peers'], []]])
    const result = await network.run.result
    expect(result).toMatchObject({ data: null, branch: null, expected: false })
    expect(['ERR_NOT_AUTHORISED', 'ERR_TEMPORARY_FAILURE']).toContain(result.reason)
  },
)

describe('UE-1 may not be linked with', () => {
  it.each([
    ['7a', 'its KMF knows no row for the PLMN of UE-2', subscriber(0, 'mayLinkWith', [])],
    ['7a', 'the HSS gives it no one-to-one permission', subscriber(0, 'permissions', [])],
    ['7c-found', 'its KMF knows no row for the PLMN of UE-2', subscriber(0, 'mayLinkWith', [])],
    ['7c-found', 'the HSS gives it no one-to-one permission', subscriber(0, 'permissions', [])],
  ])('R10: refused in %s with 5633, no key leaves KMF-1: %s', async (scenario, _title, change) => {
    const network = await Network.start([change], { scenario })
    const branch = scenario === '7a' ? '7a' : '7c'
    expect(await network.run.result).toMatchObject({ ...refused, branch })
    const answer = network.messages.find(({ name }) => name === 'PKA')
    expect(answer?.masked).toEqual([])
    expect(JSON.stringify(answer?.fields)).toContain('5633')
    expect(network.decisions('derived')).toEqual([])
    expect(network.decision('branch').fields['why']).toContain('not-authorised')
    expect(afterStep3(network).slice(-3)).toEqual([
      '9 PC6 kmf1 > kmf2 PKA',
      '10 PC8 kmf2 > ue2 PROSE_DIRECT_KEY_RESPONSE',
      '- PC5 ue2 > ue1 DIRECT_COMMUNICATION_REJECT',
    ])
  })
})

it('R10: UE-2 and UE-1 are told the same, whichever of the two is refused and why', async () => {
  const changes = [
    subscriber(0, 'mayLinkWith', []),
    subscriber(0, 'permissions', []),
    subscriber(1, 'mayLinkWith', []),
    subscriber(1, 'permissions', []),
  ]
  const answers = []
  for (const change of changes) {
    const network = await Network.start([change])
    await network.run.result
    answers.push(told(network))
  }
  expect(answers[0]).toEqual([
    ['PC8', { transactionId: 1, error: 'not authorised' }],
    ['PC5', expect.objectContaining({ cause: expect.stringMatching(/^1 /) as string })],
  ])
  for (const answer of answers) expect(answer).toEqual(answers[0])
})

describe('B13: UEs without a common algorithm', () => {
  it.each(['eea', 'eia'])('UE-2 refuses and asks nobody for a key: %s', async (kind) => {
    const network = await Network.start([
      [['ues', 'ue1', kind], [1]],
      [
        ['ues', 'ue2', kind],
        [2, 3],
      ],
    ])
    expect(await network.run.result).toMatchObject({
      ...{ ...refused, reason: 'ERR_REFUSED_BY_PEER', branch: null },
    })
    expect(afterStep3(network)).toEqual(['- PC5 ue2 > ue1 DIRECT_COMMUNICATION_REJECT'])
  })

  it('R20: a disabled algorithm is not agreed on, whichever of the two disabled it', async () => {
    for (const ue of ['ue1', 'ue2']) {
      const network = await Network.start([
        [
          ['ues', ue, 'disabledAlgorithms'],
          ['128-EEA2', '128-EIA2'],
        ],
      ])
      expect(await network.run.result).toMatchObject({ outcome: 'secured', eea: '128-EEA1', eia: '128-EIA1' })
    }
  })
})

it('a refused set-up leaves the network as it was: the next one is refused in the same way', async () => {
  const network = await Network.start([subscriber(0, 'mayLinkWith', [])], { once: false })
  const first = await network.run.result
  const second = await network.run.again()
  for (const result of [first, second]) expect(result).toMatchObject({ ...refused, branch: '7a' })
})
