import { describe, expect, it, onTestFinished } from 'vitest'
import type { Clock } from '../../src/core/environment.ts'
import type { TapEvent } from '../../src/core/tap.ts'
import { hours, later } from '../../src/core/units.ts'
import { freePortPair } from '../../src/io/radio/udp-multicast.ts'
import { systemClock } from '../../src/io/system.ts'
import { prepareFiles } from '../../src/nodes/config/files.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import type { ListenAddress } from '../../src/nodes/config/network-config.ts'
import { configuredNodes } from '../../src/nodes/config/nodes.ts'
import type { Node } from '../../src/nodes/node.ts'
import { startUe } from '../../src/nodes/ue-node.ts'
import { startEntity } from '../../src/testbed/network.ts'
import { nodeContext } from '../../src/testbed/node-context.ts'
import { LocalUeControl } from '../../src/testbed/ue-control.ts'
import { labFile, shown, temporaryDirectory, type Change } from './lab-network.ts'

interface Circumstances {
  readonly changes?: readonly Change[]
  /** UE-1 does not reach its BSF. */
  readonly ubBlocked?: boolean
  readonly clockOfKmf1?: Clock
}

/** The two home networks of the example on their sockets, UE-2 known to its KMF, and what all of them told. */
async function started({ changes = [], ubBlocked = false, clockOfKmf1 }: Circumstances) {
  const events: TapEvent[] = []
  const loaded = loadNetworkConfig(labFile(temporaryDirectory(), changes))
  const config = { ...loaded, pc5Bearer: { ...loaded.pc5Bearer, port: await freePortPair() } }
  const addresses = new Map<string, ListenAddress>()
  const context = nodeContext(
    {
      ...{ config, unsafeRevealKeys: false, tap: (event) => events.push(event) },
      onFault: (node, error) => {
        throw new Error(node, { cause: error })
      },
    },
    (node, service) =>
      ubBlocked && node === 'bsf1' && service === 'ub' ? undefined : addresses.get(`${node} ${service}`),
  )
  await prepareFiles(config, context)
  const nodes: Node[] = []
  const ues: LocalUeControl[] = []
  onTestFinished(async () => {
    for (const node of nodes.reverse()) await node.stop()
  })
  for (const node of configuredNodes(config)) {
    if (node.kind === 'ue') {
      const running = await startUe(node, context)
      nodes.push(running)
      ues.push(new LocalUeControl(running.ue, context.timers))
      continue
    }
    const own = node.name === 'kmf1' && clockOfKmf1 ? { ...context, clock: clockOfKmf1 } : context
    const running = await startEntity(node, own)
    nodes.push(running)
    for (const [service, address] of running.addresses) addresses.set(`${node.name} ${service}`, address)
  }
  await Promise.all(nodes.map((node) => node.connect()))
  const [ue1, ue2] = ues
  if (!ue1 || !ue2) throw new Error('two UEs are needed')
  await ue2.openPc8()
  await ue2.beDiscoverable('a')
  const [layer2Id1 = 0, layer2Id2 = 0] = config.ues.flatMap(({ proseUeIds }) => proseUeIds[0] ?? [])
  /** Set-up of UE-1 with UE-2; fingerprints of KD-sess at both, and the network's messages from step 6 on. */
  const linked = async () => {
    const result = await ue1.connect(layer2Id2)
    const at = async (ue: LocalUeControl, peer: number) => (await ue.links(peer)).at(-1)?.kdSess
    const keys = [await at(ue1, layer2Id2), await at(ue2, layer2Id1)]
    const messages = events.flatMap((event) => (event.kind === 'message' && !event.heartbeat ? [event] : []))
    const pkr = messages.findIndex(({ name }) => name === 'PKR')
    return {
      result,
      keys,
      messages: messages.slice(pkr),
      states: events.filter(({ kind }) => kind === 'state'),
    }
  }
  return { ue1, linked }
}

const told = (states: readonly TapEvent[], what: string) =>
  states.flatMap((event) => (event.kind === 'state' && event.what === what ? [event] : []))

const throughPush = [
  '6 PC6 kmf2 > kmf1 PKR',
  '7 Zpn kmf1 > bsf1 GPR',
  '- Zh bsf1 > hss1 MAR',
  '- Zh hss1 > bsf1 MAA',
  '7 Zpn bsf1 > kmf1 GPA',
  '9 PC6 kmf1 > kmf2 PKA',
  '10 PC8 kmf2 > ue2 PROSE_DIRECT_KEY_RESPONSE',
  '12 PC5 ue2 > ue1 DIRECT_SECURITY_MODE_COMMAND',
  '14 PC5 ue1 > ue2 DIRECT_SECURITY_MODE_COMPLETE',
]

const card = (gba: 'GBA_ME' | 'GBA_U'): readonly Change[] => [
  [['plmns', 0, 'subscribers', 0, 'gba'], gba],
  [['ues', 'ue1', 'gba'], gba],
]

describe('GBA push on sockets', () => {
  it.each(['GBA_ME', 'GBA_U'] as const)('7d: UE-1 has its IMSI only, and a card of %s', async (gba) => {
    const { linked } = await started({ changes: card(gba), ubBlocked: true })
    const { result, keys, messages, states } = await linked()
    expect(result).toMatchObject({ outcome: 'secured', reason: null, attempts: 1 })
    expect(keys[0]).toBe(keys[1])
    expect(keys[0]).toMatch(/^[0-9a-f]{8}$/)
    expect(messages.map(shown).slice(0, throughPush.length)).toEqual(throughPush)
    expect(told(states, 'branch')).toMatchObject([{ node: 'kmf1', fields: { branch: '7d' } }])
    const [pushed] = told(states, 'pushed')
    expect(pushed).toMatchObject({
      node: 'bsf1',
      fields: { to: 'kmf1.epc.mnc001.mcc001.3gppnetwork.org', uiccMe: gba },
    })
    const gpa = messages.find(({ name }) => name === 'GPA')
    expect(gpa?.fields).toMatchObject({ 'ME-Key-Material': `#${pushed?.keys?.['Ks_NAF']}` })
    expect(gpa?.masked).toHaveLength(1)
    expect(messages.every(({ context }) => context === pushed?.context)).toBe(true)
  })

  it('7b: the key that KMF-1 keeps is too old', async () => {
    const clockOfKmf1 = { now: () => later(systemClock.now(), hours(13)) }
    const { ue1, linked } = await started({ clockOfKmf1 })
    await ue1.openPc8()
    const { result, keys, messages, states } = await linked()
    expect(result).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(keys[0]).toBe(keys[1])
    expect(messages.map(shown).slice(0, throughPush.length)).toEqual(throughPush)
    expect(told(states, 'branch')).toMatchObject([
      { fields: { branch: '7b', why: ['key-found', 'key-too-old', 'authorised'] } },
    ])
  })
})
