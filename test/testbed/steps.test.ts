import { describe, expect, it } from 'vitest'
import type { TapMessage } from '../../src/core/tap.ts'
import { Network } from './lab-network.ts'

async function played(scenario: string): Promise<Network> {
  const network = await Network.start([], { scenario, once: true })
  await network.run.result
  return network
}

/** The only message of that name. */
function only({ messages }: Network, name: string): TapMessage {
  const [message, another] = messages.filter((one) => one.name === name)
  if (!message || another) throw new Error(`not one ${name}`)
  return message
}

const hex = (octets: number) => expect.stringMatching(new RegExp(`^[0-9a-f]{${2 * octets}}$`)) as string
const fingerprint = hex(4)
const nafId = 'pkmf.mnc001.mcc001.pub.3gppnetwork.org'
const offered = '128-EEA1 128-EEA2 128-EEA3 128-EIA1 128-EIA2 128-EIA3'

describe('CR 33.303 6.X.3.2: what the message of each step carries', () => {
  const identities = [
    ['7a', expect.stringMatching(/^.{24}@bsf\./) as string],
    ['7d-imsi', '00101········01'],
  ] as const
  it.each(identities)('steps 3, 4 and 6 of %s, by the identity of UE-1', async (scenario, ue1Id) => {
    const network = await played(scenario)
    const request = only(network, 'DIRECT_COMMUNICATION_REQUEST')
    expect(request, 'step 3').toMatchObject({ step: '3', protection: 'clear' })
    expect(request.fields, 'step 3').toMatchObject({
      ...{ ue1Id, msbOfKdSessId: hex(1), nafId, ueSecurityCapabilities: offered, nonce1: hex(16) },
    })
    const step4 = only(network, 'PROSE_DIRECT_KEY_REQUEST')
    const { btid, imsi, ue2Id, nafId: asked } = step4.fields
    expect([btid ?? imsi, ue2Id, asked], 'step 4').toEqual([ue1Id, '0a0b0c', `${nafId} ff00000002`])
    expect([btid, imsi], 'step 4').toContain(undefined)
    const pkr = only(network, 'PKR')
    expect(pkr, 'step 6').toMatchObject({ step: '6', from: 'kmf2', to: 'kmf1', protection: 'ciphered' })
    expect(pkr.fields, 'step 6').toMatchObject({
      ...{ 'ProSe-UE-ID': 0x0a0b0c, 'NAF-Id': Buffer.from(nafId).toString('hex') + 'ff00000002' },
      ...{ 'Visited-PLMN-Id': '001-02', [scenario === '7a' ? 'Transaction-Identifier' : 'User-Name']: ue1Id },
    })
  })

  it('step 9 and step 10: the PDK of step 8, and no GPI in 7a', async () => {
    const network = await played('7a')
    const pdk = network.decision('derived').keys?.['PDK']
    const [pka, response] = [only(network, 'PKA'), only(network, 'PROSE_DIRECT_KEY_RESPONSE')]
    expect(pdk).toEqual(fingerprint)
    expect(pka).toMatchObject({ step: '9', from: 'kmf1', to: 'kmf2', protection: 'ciphered' })
    expect(pka.fields).toMatchObject({ 'ProSe-Direct-Key': `#${pdk}` })
    expect(pka.fields).not.toHaveProperty('GBA-Push-Info')
    expect(response).toMatchObject({ step: '10', from: 'kmf2', to: 'ue2', protection: 'ciphered' })
    expect(response.fields).toMatchObject({ pdk, gpi: false })
    expect(only(network, 'DIRECT_SECURITY_MODE_COMMAND').fields).not.toHaveProperty('gpi')
  })

  it('steps 9, 10, 12: one GPI from the BSF to UE-1, octet for octet', async () => {
    const network = await played('7d-imsi')
    const gpi = only(network, 'GPA').fields['GBA-Push-Info']
    expect(gpi).toEqual(expect.stringMatching(/^[0-9a-f]{100,}$/))
    expect(only(network, 'PKA').fields['GBA-Push-Info']).toBe(gpi)
    expect(only(network, 'PROSE_DIRECT_KEY_RESPONSE').fields['gpi']).toBe(true)
    expect(only(network, 'DIRECT_SECURITY_MODE_COMMAND').fields['gpi']).toBe(gpi)
    expect(network.decision('command-verified').fields).toMatchObject({ gpi: true })
  })

  it('step 12: UE-2 ID, DKSI, chosen algorithms, those of UE-1 and Nonce_2, under a MAC', async () => {
    const command = only(await played('7a'), 'DIRECT_SECURITY_MODE_COMMAND')
    expect(command).toMatchObject({ step: '12', protection: 'integrity' })
    expect(command.fields).toMatchObject({
      ...{ ue2Id: '0a0b0c', dksi: hex(1), chosenAlgorithms: '128-EEA2 128-EIA2', nonce2: hex(16) },
      ueSecurityCapabilities: offered,
    })
  })

  it('steps 3, 11, 12: the DKSI is that of the context at both UEs', async () => {
    const network = await played('7a')
    const dksi = only(network, 'DIRECT_COMMUNICATION_REQUEST').fields['msbOfKdSessId']
    expect(only(network, 'DIRECT_SECURITY_MODE_COMMAND').fields['dksi']).toBe(dksi)
    // In a frame the KD-sess ID stands after MAC header (8) and SDU type (1); the DKSI is its first octet.
    const { bytes } = only(network, 'DIRECT_SECURITY_MODE_COMPLETE')
    expect(bytes[9]?.toString(16).padStart(2, '0')).toBe(dksi)
    const keys = network.decisions('secured').map(({ keys: held }) => held)
    expect(keys).toHaveLength(2)
    expect(keys[0]).toEqual(keys[1])
  })

  it('step 14: what follows is ciphered and has a MAC', async () => {
    const { messages } = await played('7a')
    const complete = messages.findIndex(({ name }) => name === 'DIRECT_SECURITY_MODE_COMPLETE')
    const after = messages.slice(complete + 1).filter(({ point }) => point === 'PC5')
    expect(messages[complete]).toMatchObject({ step: '14', protection: 'integrity' })
    expect(after.map(({ name }) => name)).toContain('USER_DATA')
    expect(new Set(after.map(({ protection }) => protection))).toEqual(new Set(['ciphered']))
  })
})

describe('CR 33.303 6.X.3.1: which keys serve', () => {
  const pushes = ({ messages }: Network) => messages.filter(({ point }) => point === 'Zpn').length

  it.each(['7a', '7c-found', '7c-renegotiate-bootstrap'])(
    '6.X.3.1: no push where a B-TID and its keys serve: %s',
    async (scenario) => {
      expect(pushes(await played(scenario))).toBe(0)
    },
  )

  it.each(['7b-expired', '7b-too-old', '7c-renegotiate-imsi', '7d-imsi'])(
    '6.X.3.1: a push where they do not: %s',
    async (scenario) => {
      expect(pushes(await played(scenario))).toBe(2)
    },
  )

  it('NOTE 1: 7b pushes and asks nobody to bootstrap', async () => {
    const network = await played('7b-too-old')
    expect(pushes(network)).toBe(2)
    const names = network.messages.map(({ name }) => name)
    expect(names).not.toContain('BOOTSTRAPPING_RENEGOTIATION_REQUEST')
    expect(names.filter((name) => name === 'DIRECT_COMMUNICATION_REQUEST')).toHaveLength(1)
  })
})
