import { describe, expect, it } from 'vitest'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { fingerprint } from '../../../src/crypto/fingerprint.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { gpiOf } from '../../../src/reference-points/pc5/messages.ts'
import { clearFrame } from '../../entities/ue/forge.ts'
import {
  equalKeys,
  id2,
  imsiOnly,
  messageOf,
  namesSent,
  pduOf,
  twoUes,
  type Station,
  type TwoUes,
} from '../../entities/ue/two-ues.ts'

const moreThanADay = milliseconds(25 * 3_600_000)

const pushReport = ({ reports }: Station) => reports.filter(({ what }) => what === 'command-verified').at(-1)
const commandsOf = ({ sent }: Station) => sent.filter(({ name }) => name === 'DIRECT_SECURITY_MODE_COMMAND')

/** A link under the key of the last push, and UE-1 says so. */
function expectPushed({ ue1, ue2 }: TwoUes): void {
  const pushed = ue1.home.pushes.at(-1)
  if (!pushed) throw new Error('nothing was pushed')
  expect(gpiOf(messageOf(ue2, 'directSecurityModeCommand', -1))).toEqual(pushed.gpi)
  expect(pushReport(ue1)).toMatchObject({
    step: '13',
    fields: { gpi: true, checks: ['gpi', 'mac-i', 'capabilities', 'algorithms', 'ue-2-id', 'nonce-2'] },
    keys: { Ks_NAF: fingerprint(pushed.ksNaf) },
  })
  expect(equalKeys(ue1, ue2)).toBe(true)
}

describe('CR 33.303 6.X.3.2 step 7: a link whose key came by GBA push', () => {
  it.each([undefined, 'GBA_U'] as const)('7d: UE-1 sent its IMSI (%s)', async (gba) => {
    const world = await imsiOnly(gba ? { gba } : {})
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1, link: 'L1' })
    expect(messageOf(world.ue1, 'directCommunicationRequest').ue1Id.kind).toBe('imsi')
    expectPushed(world)
    expect(world.ue2.ue.links()).toMatchObject([{ peerIdentity: 'verified' }])
    const told = JSON.stringify([world.ue1.reports, world.ue1.sent.map(({ fields }) => fields)])
    expect(told).not.toContain(world.ue1.settings.imsi)
  })

  it('R16, R25: 7b after an expired B-TID, which UE-1 sends as an identifier only', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    world.network.ubAnswers = false
    world.network.keysAreTooOld = true
    await world.clock.advance(moreThanADay)
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(messageOf(world.ue1, 'directCommunicationRequest', -1).ue1Id).toEqual(
      messageOf(world.ue1, 'directCommunicationRequest', 0).ue1Id,
    )
    expectPushed(world)
  })

  it('R25: 7b after a valid B-TID: the GPI wins, and the B-TID and its Ks stay', async () => {
    const world = await twoUes()
    world.network.keysAreTooOld = true
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expectPushed(world)
    world.network.keysAreTooOld = false
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(messageOf(world.ue1, 'directCommunicationRequest', 1).ue1Id).toEqual(
      messageOf(world.ue1, 'directCommunicationRequest', 0).ue1Id,
    )
    expect(pushReport(world.ue1)?.fields).not.toHaveProperty('gpi')
    expect(world.network.bootstrapped).toBe(2)
  })

  it('GBA_U: AKA on the card ends the Ks of the B-TID, which is an identifier only from then on', async () => {
    const world = await twoUes({ card: { gba: 'GBA_U' } })
    world.network.keysAreTooOld = true
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expectPushed(world)
    await world.connect(world.ue1)
    const [first, second] = [0, 1].map((nth) => messageOf(world.ue1, 'directCommunicationRequest', nth))
    expect(second?.ue1Id).not.toEqual(first?.ue1Id)
    expect(world.network.bootstrapped).toBe(3)
  })

  it('is as good a link as any: user data goes, and it ends with the hour', async () => {
    const world = await imsiOnly()
    await world.connect(world.ue1)
    world.ue1.ue.send('L1', new Uint8Array(3))
    await world.clock.advance(milliseconds(1_000))
    world.network.kmfAnswers = false
    await world.clock.advance(milliseconds(3_589_000))
    expect([world.ue2.received.length, world.ue1.ue.links().length]).toEqual([1, 1])
    await world.clock.advance(milliseconds(11_000))
    expect([world.ue1.ue.size.links, world.ue2.ue.size.links]).toEqual([0, 0])
  })

  it.each(['directSecurityModeCommand', 'directSecurityModeComplete'] as const)(
    'survives loss and doubling of %s',
    async (name) => {
      const world = await imsiOnly()
      world.air.drop(name, { times: 1 })
      world.air.duplicate(name)
      expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
      expect(world.network.requests).toHaveLength(1)
    },
  )

  it('carries a GPI of more than 255 octets in its own IE', async () => {
    const label = 'k'.repeat(60)
    const world = await imsiOnly({}, { kmf: Fqdn(`${label}.${label}.${label}.org`) })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    const command = messageOf(world.ue2, 'directSecurityModeCommand')
    expect(command.gpi).toBeUndefined()
    expect(command.longGpi?.length).toBeGreaterThan(255)
    expectPushed(world)
  })
})

describe('TS 33.102 6.3.5: the SQN of the GPI is out of range', () => {
  async function aheadOfHss(): Promise<TwoUes> {
    const world = await imsiOnly()
    await world.ue1.home.runAhead()
    return world
  }

  it('B26, R24: RAND and AUTS go back, and a new GPI makes the link', async () => {
    const world = await aheadOfHss()
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(namesSent(world.ue1)).toEqual([
      'DIRECT_COMMUNICATION_REQUEST',
      'DIRECT_SECURITY_MODE_REJECT',
      'DIRECT_SECURITY_MODE_COMPLETE',
    ])
    const reject = messageOf(world.ue1, 'directSecurityModeReject')
    expect([reject.cause, reject.rand?.length, reject.auts?.length]).toEqual([9, 16, 14])
    expect(world.network.requests.map(({ resynchronisation }) => resynchronisation)).toEqual([
      undefined,
      { rand: reject.rand, auts: reject.auts },
    ])
    expectPushed(world)
  })

  it('the new Command has a new GPI, Nonce_2 and KD-sess ID under the same DKSI', async () => {
    const world = await aheadOfHss()
    const draw = () => world.ue2.random.next.push(Uint8Array.of(0xc3), Uint8Array.of(0xc3))
    await world.connect(world.ue1, id2, draw)
    const [first, second] = [0, 1].map((nth) => messageOf(world.ue2, 'directSecurityModeCommand', nth))
    expect(second?.dksi).toBe(first?.dksi)
    for (const name of ['gpi', 'nonce2', 'lsbOfKdSessId', 'sequenceNumber'] as const)
      expect(second?.[name], name).not.toEqual(first?.[name])
  })

  it('the same Command again gets the same answer, octet for octet', async () => {
    const world = await aheadOfHss()
    world.air.drop('directSecurityModeReject', { times: 1 })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    const rejects = [0, 1].map((nth) => pduOf(world.ue1, 'directSecurityModeReject', nth).frame)
    expect(rejects[0]).toEqual(rejects[1])
    expect(world.network.requests).toHaveLength(2)
  })

  it('survives the doubling of every message', async () => {
    const world = await aheadOfHss()
    world.air.duplicate('any')
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(world.network.requests).toHaveLength(2)
  })

  it('ERR_GPI_SYNC: a second one in the set-up ends it, and UE-2 asks no third time', async () => {
    const world = await aheadOfHss()
    world.ue1.home.ignoresAuts = true
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'refused',
      reason: 'ERR_GPI_SYNC',
      endedAt: '13',
      attempts: 1,
    })
    expect(messageOf(world.ue1, 'directSecurityModeReject', 1).cause).toBe(9)
    await world.clock.advance(milliseconds(40_000))
    expect(world.network.requests).toHaveLength(2)
    expect([world.ue1.ue.size.links, world.ue2.ue.size.links]).toEqual([0, 0])
    world.ue1.home.ignoresAuts = false
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
  })

  it('UE-1 says no REQUEST again, and waits 28 s for the next Command', async () => {
    const world = await aheadOfHss()
    world.air.drop('directSecurityModeReject')
    world.air.drop('directCommunicationReject')
    const begin = world.clock.now()
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'timed-out', reason: 'ERR_NO_ANSWER' })
    expect(world.clock.now() - begin).toBeGreaterThan(28_000)
    expect(world.clock.now() - begin).toBeLessThan(28_100)
    expect(namesSent(world.ue1).filter((name) => name === 'DIRECT_COMMUNICATION_REQUEST')).toHaveLength(1)
  })

  it('waits as long as the network may take for the new GPI', async () => {
    const world = await aheadOfHss()
    world.network.answer = (request) => {
      if (!request.resynchronisation) world.network.latency = milliseconds(12_000)
      return undefined
    }
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
  })

  it('UE-2 waits as long for it as for the first, however often messages are lost', async () => {
    const world = await aheadOfHss()
    world.network.latency = milliseconds(12_900)
    world.air.drop('directSecurityModeReject', { times: 2 })
    world.air.drop('directSecurityModeComplete', { times: 3 })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
  })

  it('R12, B35: a re-negotiation request after it is dropped, for T4100 guards no REQUEST any more', async () => {
    const world = await aheadOfHss()
    world.network.answer = (request) => {
      if (!request.resynchronisation) return undefined
      const { nonce1 } = messageOf(world.ue1, 'directCommunicationRequest')
      const forged = { type: 'bootstrappingRenegotiationRequest', sequenceNumber: 7, nonce1 } as const
      world.air.inject('SL-SCH', clearFrame(forged))
      return undefined
    }
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(world.ue1.counts.get('pc5 dropped: re-negotiation after a Command')).toBe(1)
  })

  it('what the network refuses then ends the set-up', async () => {
    const world = await aheadOfHss()
    world.network.answer = ({ transactionId, resynchronisation }) =>
      resynchronisation && { transactionId, outcome: 'error', code: 4 }
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'refused',
      reason: 'ERR_REFUSED_BY_PEER',
    })
    expect(commandsOf(world.ue2)).toHaveLength(1)
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
  })

  it('B49: a key without GPI after RAND and AUTS is refused by UE-2', async () => {
    const world = await aheadOfHss()
    world.network.answer = (request) => {
      const answer = world.network.keyFor(request)
      if (!request.resynchronisation || answer.outcome !== 'key') return answer
      const { transactionId, outcome, pdk, keyExpiry, ue1ProseUeIds } = answer
      return { transactionId, outcome, pdk, keyExpiry, ue1ProseUeIds }
    }
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'refused' })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
  })

  it('happens with GBA_U as well', async () => {
    const world = await imsiOnly({ gba: 'GBA_U' })
    await world.ue1.home.runAhead()
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expectPushed(world)
  })
})
