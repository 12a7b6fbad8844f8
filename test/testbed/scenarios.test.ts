import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureFile } from '../../src/io/capture/capture-file.ts'
import { scenarios } from '../../src/testbed/scenarios.ts'
import { dissected } from '../io/wireshark/with-dissector.ts'
import { Network, shown, temporaryDirectory, type Change } from './lab-network.ts'

/** A scenario from start to stop: its result, its messages and what was told. */
async function played(scenario: string, simulated = false) {
  const network = await Network.start([], { scenario, once: true, simulated })
  const result = await network.run.result
  const names = network.messages.map(({ name }) => name)
  return { network, result, names }
}

describe.each([
  ['over real sockets', false],
  ['in simulated time', true],
])('every scenario gives what it must, %s', (_carriers, simulated) => {
  const path = join(
    temporaryDirectory((remove) => afterAll(remove)),
    'all.pcapng',
  )
  const capture = new CaptureFile(path, false)

  it.each(scenarios.map(({ name, clause, expect: gives, rekeys }) => [name, clause, gives, rekeys] as const))(
    '%s: %s',
    async (name, _clause, gives, rekeys) => {
      const { result, network } = await played(name, simulated)
      capture.begin(name, network.run.nodes)
      network.events.forEach(capture.tap)
      expect(result).toMatchObject({ scenario: name, ...gives, expected: true })
      expect(result.keysEqual).toBe(gives.outcome === 'secured' ? true : null)
      const packets = rekeys ? 80 : 40
      const data = { sent: packets, received: packets }
      expect(result.data).toEqual(gives.outcome === 'secured' ? data : null)
    },
  )

  it('and in a capture of all of them the dissector names every message of PC5, PC6 and Zpn', () => {
    capture.close()
    const fields = ['frame.interface_name', 'frame.comment', 'pc5.message', 'prose.command', '_ws.malformed']
    const packets = dissected(path, 'udp || diameter.cmd.code in {312,16777214}', ...fields)
    expect(packets.length).toBeGreaterThan(20 * scenarios.length)
    const misnamed = packets.filter((packet) => {
      const [point = '', comment = '', pc5 = '', command = '', malformed = ''] = packet.split('\t')
      return malformed !== '' || !comment.endsWith(`${point} ${pc5 || command || 'unnamed'}`)
    })
    expect(misnamed).toEqual([])
  })
})

const ueSettings = (settings: Readonly<Record<string, unknown>>): readonly Change[] =>
  ['ue1', 'ue2'].flatMap((ue) =>
    Object.entries(settings).map(([name, value]): Change => [['ues', ue, name], value]),
  )

const allExtensionsOf = (home: number, peer: number): Change => [
  ['plmns', home - 1, 'extensions'],
  { [`001-0${peer}`]: ['E1', 'E2', 'E3'] },
]

describe.each<[string, readonly Change[]]>([
  ['one algorithm, no default', ueSettings({ eea: [3], eia: [3] })],
  [
    'E1 to E3 held, another order of algorithms, model B',
    [
      ...[allExtensionsOf(1, 2), allExtensionsOf(2, 1)],
      ...ueSettings({ eea: [1, 2], eia: [3, 1], discovery: 'model-b' }),
    ],
  ],
])('every scenario gives what it must with another configuration: %s', (_title, changes) => {
  it.each(scenarios.map(({ name }) => name))('%s', async (name) => {
    const network = await Network.start(changes, { scenario: name, simulated: true })
    expect(await network.run.result).toMatchObject({ expected: true })
  })
})

describe('what the scenarios show', () => {
  it('6.X.3.3: the request goes from KMF-1 to UE-1, once, and UE-1 comes back with a new B-TID', async () => {
    const { network } = await played('7c-renegotiate-bootstrap')
    const steps = network.messages.filter(({ step }) => step?.startsWith('RN')).map(shown)
    expect(steps).toEqual([
      'RN2 PC6 kmf1 > kmf2 PKA',
      'RN3 PC8 kmf2 > ue2 BOOTSTRAPPING_RENEGOTIATION_REQUEST',
      'RN4 PC5 ue2 > ue1 BOOTSTRAPPING_RENEGOTIATION_REQUEST',
    ])
    const requests = network.messages.filter(({ name }) => name === 'DIRECT_COMMUNICATION_REQUEST')
    const [first, second] = requests.map(({ fields }) => fields['ue1Id'])
    expect(requests).toHaveLength(2)
    expect(first).not.toBe(second)
  })

  it.each(['bsf-down', 'kmf-down', 'hss-down'])(
    'R14: %s: an outage brings neither a re-negotiation nor an IMSI over PC5',
    async (name) => {
      const { network, names } = await played(name)
      expect(names).not.toContain('BOOTSTRAPPING_RENEGOTIATION_REQUEST')
      const requests = network.messages.filter((message) => message.name === 'DIRECT_COMMUNICATION_REQUEST')
      expect(requests).toHaveLength(1)
      expect(requests[0]?.fields['ue1Id']).toEqual(expect.stringContaining('@bsf.'))
    },
  )

  it('R10: hss-down: BSF-1 says why it had no vector, once, and decidedBy is it', async () => {
    const { network, result } = await played('hss-down', true)
    expect(result.decidedBy).toMatchObject({ node: 'bsf1', step: '7' })
    const refusals = network.decisions('refused').filter(({ node }) => node === 'bsf1')
    expect(refusals).toHaveLength(1)
    expect(network.decisions('refused')[0]?.node).toBe('bsf1')
  })

  it('one KMF for both UEs: the same checks, and nothing on PC6', async () => {
    const { network } = await played('7a-same-kmf')
    expect(network.messages.filter(({ point }) => point === 'PC6')).toEqual([])
    expect(network.decision('authorisation')).toMatchObject({ node: 'kmf1', step: '5' })
    expect(network.decision('branch')).toMatchObject({ node: 'kmf1', step: '7a' })
  })

  it('R26: mac-failure: each Command is dropped without a word, T4111 sends three', async () => {
    const { names } = await played('mac-failure')
    expect(names.filter((name) => name === 'DIRECT_SECURITY_MODE_COMMAND')).toHaveLength(3)
    expect(names).not.toContain('DIRECT_SECURITY_MODE_REJECT')
    expect(names.at(-1)).toBe('DIRECT_COMMUNICATION_REJECT')
  })

  it('R35: gpi-resync: AUTS goes back to the HSS, and the second GPI makes the link', async () => {
    const { names } = await played('gpi-resync')
    const count = (name: string) => names.filter((other) => other === name).length
    expect(names).toContain('DIRECT_SECURITY_MODE_REJECT')
    expect(count('GPR')).toBe(2)
    expect(count('DIRECT_SECURITY_MODE_COMMAND')).toBe(2)
    expect(count('DIRECT_COMMUNICATION_REQUEST')).toBe(1)
  })

  it('E1, E2, E3: the set, Nonce_1 and the token go along every hop', async () => {
    const { network } = await played('extensions')
    const fieldsOf = (name: string) => network.messages.find((message) => message.name === name)?.fields
    const request = fieldsOf('DIRECT_COMMUNICATION_REQUEST')
    expect(request).toMatchObject({ extensionSet: '7 E1 E2 E3' })
    expect(fieldsOf('PROSE_DIRECT_KEY_REQUEST')).toMatchObject({ extensions: 7 })
    const { nonce1, requestToken } = request ?? {}
    expect(fieldsOf('PKR')).toMatchObject({ Extensions: 7, 'Nonce-1': nonce1, 'Request-Token': requestToken })
    expect(fieldsOf('DIRECT_SECURITY_MODE_COMMAND')).toMatchObject({ extensionSet: '7 E1 E2 E3' })
  })

  it('E2: forged-request: nothing is derived from the NAF key', async () => {
    const { network, names } = await played('forged-request')
    expect(network.decisions('derived')).toEqual([])
    expect(network.decisions('refused')).toMatchObject([
      { node: 'kmf1', step: '7a', fields: { reason: 'UE-1 did not ask for this link' } },
      { node: 'kmf2' },
      { node: 'ue2' },
      { node: 'ue1', fields: { code: 'ERR_NOT_AUTHORISED' } },
    ])
    expect(names).not.toContain('DIRECT_SECURITY_MODE_COMMAND')
  })

  it('extensions that differ: UE-2 asks its KMF nothing', async () => {
    const { names } = await played('extensions-differ')
    expect(names).not.toContain('PROSE_DIRECT_KEY_REQUEST')
  })

  it('R6: wrong-ue2: the keys of another UE-2 are real, and UE-1 has no link with it', async () => {
    const { network, result, names } = await played('wrong-ue2')
    const [ue2Id, ue3Id] = ['0a0b0c', '0fffff']
    expect(network.decision('authorisation')).toMatchObject({ node: 'kmf2', fields: { ue2Id: ue3Id } })
    const steps = network.messages.filter(({ point, step }) => point === 'PC5' && step !== '2').map(shown)
    expect(steps).toEqual([
      '3 PC5 ue1 > ue2 DIRECT_COMMUNICATION_REQUEST',
      '12 PC5 ue3 > ue1 DIRECT_SECURITY_MODE_COMMAND',
      '13 PC5 ue1 > ue2 DIRECT_SECURITY_MODE_REJECT',
    ])
    const [command, reject] = network.messages.filter(({ name }) => name.startsWith('DIRECT_SECURITY_MODE'))
    expect(command?.fields).toMatchObject({ ue2Id: ue3Id })
    expect(reject?.fields).toMatchObject({ cause: '8 unspecified error' })
    expect(network.decisions('keys-derived').map(({ node }) => node)).toEqual(['ue3'])
    expect(network.decision('refused')).toMatchObject({ node: 'ue1', fields: { peer: ue2Id } })
    expect(names).not.toContain('DIRECT_SECURITY_MODE_COMPLETE')
    expect(result.keysEqual).toBeNull()
  })

  it('R23: foreign-gpi: the GPI that BSF-1 pushes for another NAF goes all the way, and UE-1 takes nothing of it', async () => {
    const { network, names } = await played('foreign-gpi')
    expect(network.decision('pushed')).toMatchObject({ node: 'bsf1', fields: { naf: 'naf.example.org' } })
    expect(network.decision('derived').keys?.['Ks_NAF']).toBe(network.decision('pushed').keys?.['Ks_NAF'])
    const request = network.messages.find(({ name }) => name === 'DIRECT_COMMUNICATION_REQUEST')
    expect(request?.fields['nafId']).toBe('pkmf.mnc001.mcc001.pub.3gppnetwork.org')
    expect(
      network.messages
        .filter(({ point }) => point === 'PC5')
        .map(shown)
        .slice(-2),
    ).toEqual([
      '12 PC5 ue2 > ue1 DIRECT_SECURITY_MODE_COMMAND',
      '13 PC5 ue1 > ue2 DIRECT_SECURITY_MODE_REJECT',
    ])
    expect(network.decisions('command-verified')).toEqual([])
    expect(names).not.toContain('DIRECT_SECURITY_MODE_COMPLETE')
  })

  it('7b: the expired B-TID is an identifier only (R16), and no key of it is used again', async () => {
    const { network } = await played('7b-expired')
    const given = network.decisions('naf-key-given').map(({ keys }) => keys?.['Ks_NAF'])
    const { keys } = network.decision('derived')
    expect(given).toHaveLength(4)
    expect(keys?.['Ks_NAF']).toMatch(/^[0-9a-f]{8}$/)
    expect(given).not.toContain(keys?.['Ks_NAF'])
  })
})
