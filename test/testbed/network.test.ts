import { describe, expect, it } from 'vitest'
import { Network, shown, type Change } from './lab-network.ts'

const isSetUp = ({ step, name }: { readonly step?: string | undefined; readonly name: string }) =>
  step !== '0' && step !== '1' && name !== 'USER_DATA'

/** Steps 2 to 6, the same in every branch. */
const untilStep6 = [
  '2 PC5 ue2 > all GROUP_MEMBER_DISCOVERY_ANNOUNCEMENT',
  '3 PC5 ue1 > ue2 DIRECT_COMMUNICATION_REQUEST',
  '4 PC8 ue2 > kmf2 PROSE_DIRECT_KEY_REQUEST',
  '6 PC6 kmf2 > kmf1 PKR',
]
/** Steps 9 to 14, what follows them, and the release. */
const fromStep9 = [
  '9 PC6 kmf1 > kmf2 PKA',
  '10 PC8 kmf2 > ue2 PROSE_DIRECT_KEY_RESPONSE',
  '12 PC5 ue2 > ue1 DIRECT_SECURITY_MODE_COMMAND',
  '14 PC5 ue1 > ue2 DIRECT_SECURITY_MODE_COMPLETE',
  '- PC5 ue2 > ue1 DIRECT_COMMUNICATION_ACCEPT',
  '- PC5 ue1 > ue2 DIRECT_COMMUNICATION_RELEASE',
  '- PC5 ue2 > ue1 DIRECT_COMMUNICATION_RELEASE_ACCEPT',
]
const step7c = ['7c Zn kmf1 > bsf1 BIR', '7c Zn bsf1 > kmf1 BIA']

const ub = (step: string, ue: string, bsf: string, hss: string) => [
  `${step} Ub ${ue} > ${bsf} GET`,
  `${step} Zh ${bsf} > ${hss} MAR`,
  `${step} Zh ${hss} > ${bsf} MAA`,
  `${step} Ub ${bsf} > ${ue} 401 challenge`,
  `${step} Ub ${ue} > ${bsf} GET response`,
  `${step} Ub ${bsf} > ${ue} 200 bootstrapped`,
]

const secured = {
  ...{ outcome: 'secured', attempts: 1, reason: null, clause: null, endedAt: null, expected: true },
  ...{ keysEqual: true, eea: '128-EEA2', eia: '128-EIA2', data: { sent: 40, received: 40 } },
}

const pc8Of = (plmn: number, tls: readonly string[]): Change => [['plmns', plmn, 'kmf', 'pc8', 'tls'], tls]
const both = (path: readonly string[], value: unknown): Change[] =>
  ['ue1', 'ue2'].map((ue) => [['ues', ue, ...path], value])
const bothSubscribers = (path: readonly string[], value: unknown): Change[] =>
  [0, 1].map((plmn) => [['plmns', plmn, 'subscribers', 0, ...path], value])

describe('branch 7a: KMF-1 has the NAF key of UE-1 (CR 33.303 6.X.3.2)', () => {
  it('is secured over real sockets, every message in the order of its step', async () => {
    const network = await Network.start()
    const result = await network.run.result
    expect(result).toMatchObject({ scenario: '7a', branch: '7a', ...secured })
    expect(result).toMatchObject({ bootstrapMessages: 20, messages: 9, roundTrips: 4 })
    expect(network.messages.filter(isSetUp).map(shown)).toEqual([...untilStep6, ...fromStep9])
    expect(network.messages.filter(({ name }) => name === 'USER_DATA')).toHaveLength(40)
  })

  it('begins with steps 0 and 1: Ub and Zh of both UEs, and at each KMF a key for PC8 and one for the PDK', async () => {
    const network = await Network.start()
    await network.run.result
    const bootstrapping = network.messages.filter((message) => !isSetUp(message) && message.step)
    const zn = (step: string) =>
      bootstrapping
        .filter((message) => message.point === 'Zn' && message.step === step)
        .map(({ name }) => name)
    expect(bootstrapping.filter(({ point }) => point !== 'Zn').map(shown)).toEqual([
      ...ub('0', 'ue2', 'bsf2', 'hss2'),
      ...ub('1', 'ue1', 'bsf1', 'hss1'),
    ])
    for (const step of ['0', '1']) expect(zn(step).sort()).toEqual(['BIA', 'BIA', 'BIR', 'BIR'])
    const given = network.decisions('naf-key-given').map(({ node, fields }) => [node, fields['uaId']])
    expect(given.sort()).toEqual([
      ['bsf1', '0100000007'],
      ['bsf1', 'ff00000002'],
      ['bsf2', '0100000007'],
      ['bsf2', 'ff00000002'],
    ])
  })

  it('tells who decided what and why, with the same keys wherever they are held', async () => {
    const network = await Network.start()
    await network.run.result
    expect(network.decision('authorisation')).toMatchObject({
      ...{ node: 'kmf2', step: '5' },
      fields: { allowed: true, ue2Id: '0a0b0c', plmn: '001-01' },
    })
    const branch = network.decision('branch')
    expect(branch).toMatchObject({
      ...{ node: 'kmf1', step: '7a' },
      fields: { branch: '7a', why: ['key-found', 'key-valid', 'authorised'] },
    })
    const derived = network.decision('derived')
    expect(derived).toMatchObject({ node: 'kmf1', step: '8', fields: { ue2Id: '0a0b0c' } })
    expect(derived.keys?.['Ks_NAF']).toBe(branch.keys?.['Ks_NAF'])
    const response = network.messages.find(({ name }) => name === 'PROSE_DIRECT_KEY_RESPONSE')
    expect(response?.fields).toMatchObject({
      ...{ pdk: derived.keys?.['PDK'], gpi: false, ue1ProseUeIds: ['010203'] },
    })
    const keys = network.decision('keys-derived')
    const verified = network.decision('command-verified')
    expect(keys).toMatchObject({ node: 'ue2', step: '11' })
    expect(verified).toMatchObject({ node: 'ue1', step: '13' })
    expect(verified.keys).toEqual(keys.keys)
    const securedAt = network.decisions('secured')
    expect(securedAt.map(({ node, fields }) => [node, fields['role'], fields['peerIdentity']])).toEqual([
      ['ue2', 'responder', 'verified'],
      ['ue1', 'initiator', 'verified'],
    ])
    for (const { keys: held } of securedAt) expect(held).toEqual(keys.keys)
  })

  it('gives every message and decision of the attempt one trace id', async () => {
    const network = await Network.start()
    await network.run.result
    const ofTheAttempt = network.events.filter(
      (event) => 'step' in event && !['0', '1', '2', undefined].includes(event.step),
    )
    const contexts = ofTheAttempt.map((event) => ('context' in event ? event.context : undefined))
    expect(new Set(contexts).size).toBe(1)
    expect(contexts[0]).toMatch(/^[0-9a-f]{32}$/)
  })

  it('is set up again while the network stays up', async () => {
    const network = await Network.start([], { once: false })
    const results = [await network.run.result, await network.run.again(), await network.run.again()]
    for (const result of results) expect(result).toMatchObject({ branch: '7a', ...secured })
    const links = network.decisions('command-verified')
    for (const of of [links.map(({ context }) => context), links.map(({ keys }) => keys?.['KD-sess'])])
      expect(new Set(of).size).toBe(results.length)
    const released = network.messages.filter(({ name }) => name === 'DIRECT_COMMUNICATION_RELEASE')
    expect(released).toHaveLength(results.length - 1)
  })
})

describe('branch 7c: KMF-1 asks the BSF', () => {
  it('is secured, and the BSF is asked at step 7', async () => {
    const network = await Network.start([], { scenario: '7c-found' })
    const result = await network.run.result
    expect(result).toMatchObject({ scenario: '7c-found', branch: '7c', ...secured })
    expect(result).toMatchObject({ bootstrapMessages: 16, messages: 11, roundTrips: 5 })
    expect(network.messages.filter(isSetUp).map(shown)).toEqual([...untilStep6, ...step7c, ...fromStep9])
    expect(network.decision('branch')).toMatchObject({ node: 'kmf1', step: '7c', fields: { branch: '7c' } })
    const [asked] = network.decisions('naf-key-given').filter(({ node }) => node === 'bsf1')
    expect(asked?.keys?.['Ks_NAF']).toBe(network.decision('derived').keys?.['Ks_NAF'])
  })

  it('is taken again for the B-TID of each bootstrapping', async () => {
    const network = await Network.start([], { scenario: '7c-found', once: false })
    await network.run.result
    expect(await network.run.again()).toMatchObject({ branch: '7c', ...secured, bootstrapMessages: 6 })
    const [first, second] = network.messages.filter(({ name }) => name === 'DIRECT_COMMUNICATION_REQUEST')
    expect(second?.fields['ue1Id']).not.toBe(first?.fields['ue1Id'])
  })
})

describe('what a configuration may choose', () => {
  const ofEach: readonly (readonly [title: string, changes: readonly Change[], gives: object])[] = [
    ['PC8 with TLS 1.2 only', [pc8Of(0, ['1.2']), pc8Of(1, ['1.2'])], {}],
    ['PC8 with TLS 1.3 only', [pc8Of(0, ['1.3']), pc8Of(1, ['1.3'])], {}],
    ['GBA_U at both UEs', [...both(['gba'], 'GBA_U'), ...bothSubscribers(['gba'], 'GBA_U')], {}],
    [
      'TUAK at both UEs',
      [0, 1].map((plmn) => [
        ['plmns', plmn, 'subscribers', 0, 'aka'],
        { algorithm: 'TUAK', kFile: `secrets/tuak${plmn}.k`, topcFile: `secrets/tuak${plmn}.topc` },
      ]),
      {},
    ],
    [
      'OP instead of OPc',
      [
        [
          ['plmns', 0, 'subscribers', 0, 'aka'],
          { algorithm: 'MILENAGE', kFile: 'secrets/ue1.k', opFile: 'secrets/op' },
        ],
      ],
      {},
    ],
    ['EEA1 and EIA1', [...both(['eea'], [1]), ...both(['eia'], [1])], { eea: '128-EEA1', eia: '128-EIA1' }],
    ['EEA3 and EIA3', [...both(['eea'], [3]), ...both(['eia'], [3])], { eea: '128-EEA3', eia: '128-EIA3' }],
    [
      'what UE-2 prefers of what UE-1 offers',
      [
        [
          ['ues', 'ue1', 'eea'],
          [1, 3],
        ],
        [
          ['ues', 'ue1', 'eia'],
          [1, 3],
        ],
        [
          ['ues', 'ue2', 'eea'],
          [2, 3, 1],
        ],
        [
          ['ues', 'ue2', 'eia'],
          [3, 2, 1],
        ],
      ],
      { eea: '128-EEA3', eia: '128-EIA3' },
    ],
    [
      'no ciphering, where both allow it',
      [...both(['eea'], [0]), ...both(['allowEea0'], true)],
      { eea: 'EEA0', eia: '128-EIA2' },
    ],
    ['Diameter without TLS', [[['diameter'], { unsafePlainTcp: true }]], {}],
    ['no link with a UE that its KMF did not name', both(['requireVerifiedPeer'], true), {}],
  ]
  it.each(ofEach)('%s', async (_title, changes, gives) => {
    const network = await Network.start(changes)
    expect(await network.run.result).toMatchObject({ branch: '7a', ...secured, ...gives })
  })

  it('names the key of PC8 by the version of TLS that was agreed', async () => {
    for (const [tls, uaId] of [
      ['1.2', '01000100aa'],
      ['1.3', '0100000007'],
    ] as const) {
      const network = await Network.start([pc8Of(0, [tls]), pc8Of(1, [tls])])
      await network.run.result
      expect(network.decisions('pc8-associated').map(({ node, fields }) => [node, fields['uaId']])).toEqual([
        ['kmf2', uaId],
        ['kmf1', uaId],
      ])
    }
  })

  it('sends Diameter in clear only when told so', async () => {
    const protections = async (changes: readonly Change[]) => {
      const network = await Network.start(changes)
      await network.run.result
      const diameter = network.messages.filter(({ point }) => ['Zh', 'Zn', 'PC6'].includes(point))
      return [...new Set(diameter.map(({ protection }) => protection))]
    }
    expect(await protections([])).toEqual(['ciphered'])
    expect(await protections([[['diameter'], { unsafePlainTcp: true }]])).toEqual(['clear'])
  })

  it('finds UE-2 by solicitation and response (Model B)', async () => {
    const network = await Network.start([[['ues', 'ue2', 'discovery'], 'model-b']])
    expect(await network.run.result).toMatchObject({ branch: '7a', ...secured })
    expect(network.messages.filter(({ step }) => step === '2').map(shown)).toEqual([
      '2 PC5 ue1 > all GROUP_MEMBER_DISCOVERY_SOLICITATION',
      '2 PC5 ue2 > all GROUP_MEMBER_DISCOVERY_RESPONSE',
    ])
  })

  const of = (mnc: number, mncText: string, imsi: string): Change[] => {
    const at = ['plmns', mnc - 1]
    const ue = ['ues', `ue${mnc}`]
    return [
      [[...at, 'plmn'], `001-${mncText}`],
      [[...at, 'realm'], undefined],
      [[...at, 'bsf', 'fqdn'], undefined],
      [[...at, 'kmf', 'fqdn'], undefined],
      [[...at, 'subscribers', 0, 'imsi'], imsi],
      [[...ue, 'imsi'], imsi],
    ]
  }
  const peers = (first: string, second: string): Change[] => [
    [['plmns', 0, 'kmf', 'pc6Peers'], [`001-${second}`]],
    [['plmns', 1, 'kmf', 'pc6Peers'], [`001-${first}`]],
    [['plmns', 0, 'subscribers', 0, 'prose', 'mayLinkWith'], [`001-${second}`]],
    [['plmns', 1, 'subscribers', 0, 'prose', 'mayLinkWith'], [`001-${first}`]],
  ]

  it.each([
    ['001-011 and 001-022', '011', '001011000000001', '022', '001022000000002'],
    ['001-01 and 001-011, whose IMSIs begin alike', '01', '001010000000001', '011', '001011000000002'],
  ])('PLMNs with three digits of MNC: %s', async (_title, first, imsi1, second, imsi2) => {
    const network = await Network.start([
      ...of(1, first, imsi1),
      ...of(2, second, imsi2),
      ...peers(first, second),
    ])
    expect(await network.run.result).toMatchObject({ branch: '7a', ...secured })
  })
})
