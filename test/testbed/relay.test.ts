import { describe, expect, it } from 'vitest'
import type { Fields } from '../../src/core/tap.ts'
import { Network, shown, type Change } from './lab-network.ts'

const prose = (plmn: number, ...path: readonly string[]) => [
  'plmns',
  plmn,
  'subscribers',
  0,
  'prose',
  ...path,
]

/** UE-1 is a remote UE, UE-2 the relay it wants; nothing else is changed in the file. */
const relay: readonly Change[] = [
  [['ues', 'ue1', 'wantedRelayServiceCode'], '000123'],
  [
    ['ues', 'ue2', 'relayServiceCodes'],
    ['0000ff', '000123'],
  ],
  [prose(0, 'permissions'), ['remote-ue']],
  [prose(0, 'publicSafety'), true],
  [prose(1, 'permissions'), ['relay']],
  [prose(1, 'publicSafety'), true],
]

async function played(...changes: readonly Change[]) {
  const network = await Network.start([...relay, ...changes], { scenario: '7a', once: true })
  return { network, result: await network.run.result }
}

const valueOf = (fields: Fields) => fields['relayServiceCode'] ?? fields['PC5-Relay-Service-Code']

describe('CR 33.303 6.Y: UE-2 as the relay of UE-1', () => {
  it.each(['model-a', 'model-b'])(
    'is found by its Relay Service Code, %s, and secured',
    async (discovery) => {
      const { network, result } = await played([['ues', 'ue2', 'discovery'], discovery])
      expect(result).toMatchObject({ outcome: 'secured', branch: '7a', keysEqual: true })
      const found = network.messages.filter(({ step, name }) => step === '2' && name.startsWith('RELAY'))
      expect(found.map(shown)).toEqual(
        discovery === 'model-a'
          ? ['2 PC5 ue2 > all RELAY_DISCOVERY_ANNOUNCEMENT', '2 PC5 ue2 > all RELAY_DISCOVERY_ANNOUNCEMENT']
          : ['2 PC5 ue1 > all RELAY_DISCOVERY_SOLICITATION', '2 PC5 ue2 > all RELAY_DISCOVERY_RESPONSE'],
      )
      expect(found.at(-1)?.fields).toMatchObject({ relayServiceCode: '000123' })
    },
  )

  it('the Relay Service Code goes through the REQUEST, PC8 and PC6, and both UEs keep it', async () => {
    const { network } = await played()
    const carried = ['DIRECT_COMMUNICATION_REQUEST', 'PROSE_DIRECT_KEY_REQUEST', 'PKR']
    const messages = network.messages.filter(({ name }) => carried.includes(name))
    expect(messages.map(({ name, fields }) => [name, valueOf(fields)])).toEqual([
      ['DIRECT_COMMUNICATION_REQUEST', '000123'],
      ['PROSE_DIRECT_KEY_REQUEST', '000123'],
      ['PKR', 0x123],
    ])
    expect(network.decision('authorisation').fields).toMatchObject({ relay: true })
    const links = network.decisions('secured').map(({ node, fields }) => [node, fields['relayServiceCode']])
    expect(links.sort()).toEqual([
      ['ue1', '000123'],
      ['ue2', '000123'],
    ])
  })

  const missing: readonly (readonly [string, Change, 'kmf1' | 'kmf2', string])[] = [
    [
      'UE-2 may not be a relay',
      [prose(1, 'permissions'), ['one-to-one', 'remote-ue']],
      'kmf2',
      'permission relay',
    ],
    ['UE-2 is no Public Safety UE', [prose(1, 'publicSafety'), false], 'kmf2', 'Public Safety flag'],
    [
      'UE-1 may not be a remote UE',
      [prose(0, 'permissions'), ['one-to-one', 'relay']],
      'kmf1',
      'permission remote-ue',
    ],
    ['UE-1 is no Public Safety UE', [prose(0, 'publicSafety'), false], 'kmf1', 'Public Safety flag'],
  ]
  it.each(missing)('R9: %s: its home KMF refuses, REJECT 1', async (_, change, node, what) => {
    const { network, result } = await played(change)
    expect(result).toMatchObject({ outcome: 'refused', reason: 'ERR_NOT_AUTHORISED', keysEqual: null })
    expect(result.decidedBy).toMatchObject({ node, reason: expect.stringContaining(`no ${what}`) as string })
    const last = network.messages.at(-1)
    expect(last).toMatchObject({ name: 'DIRECT_COMMUNICATION_REJECT', from: 'ue2' })
    expect(last?.fields['cause']).toMatch(/^1 /)
  })

  it('is not found under a Relay Service Code that it does not serve', async () => {
    const { network, result } = await played(
      [['ues', 'ue2', 'discovery'], 'model-b'],
      [['ues', 'ue2', 'relayServiceCodes'], ['0000ff']],
    )
    expect(result).toMatchObject({ outcome: 'timed-out', reason: 'ERR_NO_ANSWER', endedAt: '2', attempts: 0 })
    expect(network.messages.filter(({ name }) => name === 'RELAY_DISCOVERY_RESPONSE')).toEqual([])
  })
})
