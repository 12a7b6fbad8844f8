import { describe, expect, it, vi } from 'vitest'
import { Layer2Id } from '../../../src/core/identities/prose.ts'
import { hours, later, milliseconds } from '../../../src/core/units.ts'
import { encodeSdu } from '../../../src/reference-points/pc5/messages.ts'
import { SecurityContext } from '../../../src/reference-points/pc5/security-context.ts'
import type { SetUpResult } from '../../../src/entities/ue/set-up.ts'
import { commandFrame, forgedFrame, lsb, type CommandChanges } from '../../entities/ue/forge.ts'
import { id1, id2, messageOf, namesSent, twoUes, withOctet } from '../../entities/ue/two-ues.ts'

/** UE-1 waits for a Command, and the honest UE-2 says nothing: only what the test sends arrives. */
async function requesting(changes: Parameters<typeof twoUes>[0] = {}) {
  const world = await twoUes(changes)
  world.air.drop('any', { from: 'ue2' })
  let result: SetUpResult | undefined
  void world.ue1.ue.connect(id2).then((value) => (result = value))
  await world.clock.advance(milliseconds(5))
  return Object.assign(world, {
    command: async (command: CommandChanges = {}) => {
      world.air.inject('SL-SCH', commandFrame(world.ue1, world.network, command))
      await world.clock.advance(milliseconds(5))
      return result
    },
    inject: async (frame: Uint8Array) => {
      world.air.inject('SL-SCH', frame)
      await world.clock.advance(milliseconds(5))
      return result
    },
    isComplete: () => namesSent(world.ue1).includes('DIRECT_SECURITY_MODE_COMPLETE'),
    finish: async () => {
      await world.clock.runUntil(() => result !== undefined)
      return result
    },
  })
}

const stranger = Layer2Id(0x0d0e0f)
/** After MAC header (8), PDCP header (5), type, sequence number (2), capabilities (2). */
const nonce2At = 18

describe('CR 33.303 6.X.3.2 step 13: what UE-1 refuses, and how', () => {
  it('accepts the Command that is right in everything', async () => {
    const world = await requesting()
    await world.command()
    expect(world.isComplete()).toBe(true)
  })

  const refusals: readonly (readonly [string, CommandChanges, number, string])[] = [
    [
      'R18, B19: capabilities differ by one bit',
      { fields: { ueSecurityCapabilities: { eea: [1, 2], eia: [1, 2, 3] } } },
      7,
      'ERR_CAPABILITIES_DIFFER',
    ],
    [
      'R19, B21: EIA0 is chosen',
      { fields: { chosenAlgorithms: { eea: 2, eia: 0 } } },
      7,
      'ERR_ALGORITHM_NOT_OFFERED',
    ],
    [
      'R19, B20: EEA0 is chosen, which was not offered',
      { fields: { chosenAlgorithms: { eea: 0, eia: 2 } } },
      7,
      'ERR_ALGORITHM_NOT_OFFERED',
    ],
    ['R6, B23: the Command names another UE', { fields: { ue2Id: stranger } }, 8, 'ERR_WRONG_UE2'],
    ['R6: the Command names UE-1 itself', { fields: { ue2Id: id1 } }, 8, 'ERR_WRONG_UE2'],
    ['R17: Nonce_2 is zero', { fields: { nonce2: new Uint8Array(16) } }, 8, 'ERR_NONCE_REUSED'],
    ['the extension set is not the one sent', { fields: { extensionSet: 1 } }, 8, 'ERR_EXTENSIONS_DIFFER'],
  ]
  it.each(refusals)('%s', async (_, changes, cause, reason) => {
    const world = await requesting()
    expect(await world.command(changes)).toMatchObject({ outcome: 'refused', reason, endedAt: '13' })
    expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(cause)
    expect(world.isComplete()).toBe(false)
    expect(world.ue1.ue.size.links).toBe(0)
  })

  it('R20, B20: an algorithm that is disabled here is not accepted', async () => {
    const algorithms = {
      eea: [1, 2] as const,
      eia: [1, 2] as const,
      allowEea0: false,
      disabledAlgorithms: ['128-EIA1'],
    }
    const world = await requesting({ ue1: { algorithms } })
    const result = await world.command({ fields: { chosenAlgorithms: { eea: 2, eia: 1 } } })
    expect(result).toMatchObject({ reason: 'ERR_ALGORITHM_NOT_OFFERED' })
  })

  const drops: readonly (readonly [string, CommandChanges])[] = [
    ['R26, B17: the MAC-I is made with the PDK of another UE', { pdkOf: stranger }],
    ['B17: the MAC-I is made with another algorithm', { eia: 1 }],
    ['B22: DKSI is another than in the header', { fields: { dksi: 0x77 as never }, kdSessId: 0x77c3 }],
    ['B22: the header has another last octet than the body', { kdSessId: 0 }],
    [
      'R22: the MAC-I is looked at before the capabilities, both wrong',
      { pdkOf: stranger, fields: { ueSecurityCapabilities: { eea: [1, 2], eia: [1, 2, 3] } } },
    ],
    ['R22: the MAC-I is looked at before UE-2 ID, both wrong', { pdkOf: id2, fields: { ue2Id: stranger } }],
  ]
  it.each(drops)('%s: dropped, and T4100 goes on', async (name, changes) => {
    const world = await requesting()
    const { msbOfKdSessId } = messageOf(world.ue1, 'directCommunicationRequest')
    const kdSessId = changes.kdSessId === 0 ? msbOfKdSessId * 0x100 + 1 : changes.kdSessId
    const before = world.ue1.dropped()
    expect(await world.command({ ...changes, ...(kdSessId && { kdSessId }) })).toBeUndefined()
    expect(world.ue1.dropped(), name).toBe(before + 1)
    expect(namesSent(world.ue1)).toEqual(['DIRECT_COMMUNICATION_REQUEST'])
    await world.command()
    expect(world.isComplete()).toBe(true)
  })

  it('B17: a MAC of zeros and a MAC cut to 3 octets are dropped', async () => {
    const world = await requesting()
    const good = commandFrame(world.ue1, world.network)
    await world.inject(new Uint8Array([...good.subarray(0, -4), 0, 0, 0, 0]))
    await world.inject(good.subarray(0, -1))
    expect(world.isComplete()).toBe(false)
    await world.inject(good)
    expect(world.isComplete()).toBe(true)
  })

  it('R26: a thousand bad Commands, then the good one: the link comes up', async () => {
    const world = await requesting()
    const good = commandFrame(world.ue1, world.network)
    for (let nth = 0; nth < 1000; nth++)
      world.air.inject(
        'SL-SCH',
        withOctet(good, nonce2At + (nth % 16), (octet) => octet ^ (1 + (nth % 255))),
      )
    await world.clock.advance(milliseconds(5))
    expect(world.isComplete()).toBe(false)
    await world.inject(good)
    expect(world.isComplete()).toBe(true)
  })

  it('R22: after every failed check UE-1 is where it was, and has no key more', async () => {
    for (const [, changes] of drops.slice(0, 2)) {
      const world = await requesting()
      const timers = world.clock.pending
      await world.command(changes)
      expect([world.ue1.ue.size.links, world.ue1.ue.links().length]).toEqual([1, 0])
      expect(world.clock.pending).toBe(timers)
    }
  })

  it.each([
    ['the MAC-I', { pdkOf: stranger }],
    ['what the MAC-I covers', { fields: { ue2Id: stranger } }],
  ] as const)('R22, R33: the keys of a Command that fails for %s are wiped', async (_, changes) => {
    const world = await requesting()
    const wiped = vi.spyOn(SecurityContext.prototype, 'wipe')
    await world.command(changes)
    expect(wiped).toHaveBeenCalledTimes(1)
    wiped.mockRestore()
  })

  it('B18: a Command for no pending request, after link up and after the end is dropped', async () => {
    const world = await requesting()
    const good = commandFrame(world.ue1, world.network)
    await world.inject(good)
    const sent = world.ue1.sent.length
    await world.inject(good)
    expect(world.ue1.sent).toHaveLength(sent)
    await world.finish()
    await world.inject(good)
    expect(world.ue1.ue.size.links).toBe(0)
    expect(world.ue1.counts.get('pc5 dropped: ERR_UNKNOWN_CONTEXT')).toBe(1)
  })

  it('B18: the accepted Command under a new SN, before ACCEPT: COMPLETE again, same SDU', async () => {
    const world = await twoUes()
    world.air.drop('directSecurityModeComplete', { times: 1 })
    await world.connect(world.ue1)
    expect(namesSent(world.ue2).filter((name) => name === 'DIRECT_SECURITY_MODE_COMMAND')).toHaveLength(2)
    expect(messageOf(world.ue1, 'directSecurityModeComplete', 0)).toEqual(
      messageOf(world.ue1, 'directSecurityModeComplete', 1),
    )
  })

  it('R17: a Nonce_2 that came before is refused', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    const { nonce2 } = messageOf(world.ue2, 'directSecurityModeCommand')
    world.ue2.random.next.push(nonce2)
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'refused', reason: 'ERR_NONCE_REUSED' })
    expect(world.ue1.ue.links()).toHaveLength(1)
  })

  it('R25, B24: a Command without GPI after an IMSI is refused, whatever its MAC-I', async () => {
    const world = await twoUes()
    world.network.ubAnswers = false
    const ue1 = world.station(Layer2Id(0x010204))
    world.air.drop('any', { from: 'ue2' })
    let result: SetUpResult | undefined
    void ue1.ue.connect(id2).then((value) => (result = value))
    await world.clock.advance(milliseconds(50))
    const { msbOfKdSessId: dksi } = messageOf(ue1, 'directCommunicationRequest')
    const sdu = encodeSdu({
      type: 'directSecurityModeCommand',
      sequenceNumber: 1,
      ueSecurityCapabilities: { eea: [1, 2, 3], eia: [1, 2, 3] },
      nonce2: new Uint8Array(16).fill(2),
      chosenAlgorithms: { eea: 2, eia: 2 },
      lsbOfKdSessId: lsb,
      ue2Id: id2,
      dksi,
    })
    const mac = Uint8Array.of(1, 2, 3, 4)
    world.air.inject('SL-SCH', forgedFrame(dksi * 0x100 + lsb, 1, 29, sdu, mac, id2, Layer2Id(0x010204)))
    await world.clock.advance(milliseconds(5))
    expect(result).toMatchObject({ outcome: 'refused', reason: 'ERR_GPI_MISSING', endedAt: '13' })
    expect(messageOf(ue1, 'directSecurityModeReject').cause).toBe(8)
  })

  it('R16, R25: an expired B-TID is an identifier only: without a GPI there is no link, though the network has a key', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    world.network.ubAnswers = false
    world.network.answer = (request) => {
      const [key, keyExpiry] = [world.network.keyFor(request), later(world.clock.now(), hours(1))]
      return key.outcome === 'key' ? { ...key, keyExpiry } : key
    }
    await world.clock.advance(milliseconds(25 * 3_600_000))
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'refused', reason: 'ERR_GPI_MISSING' })
    expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(8)
    expect(messageOf(world.ue1, 'directCommunicationRequest', -1).ue1Id).toEqual(
      messageOf(world.ue1, 'directCommunicationRequest', 0).ue1Id,
    )
  })

  it('R28: every message that comes back to its sender is dropped', async () => {
    const world = await twoUes()
    world.air.reflect('any')
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    world.ue1.ue.send('L1', new Uint8Array(3))
    await world.clock.advance(milliseconds(10_000))
    expect([world.ue1.received.length, world.ue2.received.length]).toEqual([0, 1])
  })

  it('R28: a message reflected under the address of the peer is dropped', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    world.ue1.ue.send('L1', new Uint8Array(3))
    for (const { frame } of [...world.ue1.sent]) {
      const back = frame.slice()
      back.set(frame.subarray(4, 7), 1)
      back.set(frame.subarray(1, 4), 4)
      world.air.inject('SL-SCH', back)
    }
    await world.clock.advance(milliseconds(100))
    expect(world.ue1.received).toEqual([])
    expect(world.ue1.ue.links()).toHaveLength(1)
  })

  it('ERR_MAC_MISMATCH is the reason when every Command was changed on the air', async () => {
    const world = await twoUes()
    world.air.tamper('directSecurityModeCommand', (frame) => withOctet(frame, -1, (octet) => octet ^ 1))
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'refused',
      reason: 'ERR_MAC_MISMATCH',
      attempts: 1,
    })
  })

  it('R18: every octet of the Command is covered: changed on the air it is never accepted', async () => {
    const probe = await twoUes()
    await probe.connect(probe.ue1)
    const length = probe.ue2.sent[0]?.frame.length ?? 0
    for (let at = 8; at < length; at++) {
      const world = await twoUes()
      world.air.tamper('directSecurityModeCommand', (frame) => withOctet(frame, at, (octet) => octet ^ 0x04))
      const { outcome } = await world.connect(world.ue1)
      expect(outcome, `octet ${at}`).not.toBe('secured')
    }
  })

  it('R18: each bit of the capabilities, cleared or set in the REQUEST on the air, ends as ERR_CAPABILITIES_DIFFER', async () => {
    for (let bit = 0; bit < 16; bit++) {
      const world = await twoUes()
      const at = capabilitiesAt(await firstRequest()) + (bit >> 3)
      world.air.tamper('directCommunicationRequest', (frame) =>
        withOctet(frame, at, (octet) => octet ^ (0x80 >> (bit & 7))),
      )
      expect(await world.connect(world.ue1), `bit ${bit}`).toMatchObject({
        reason: 'ERR_CAPABILITIES_DIFFER',
      })
      expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(7)
    }
  })

  it('a link is never secured with a REQUEST of which any octet of an IE that matters was changed', async () => {
    const length = (await firstRequest()).length
    const capabilities = capabilitiesAt(await firstRequest())
    for (let at = 13; at < length; at++) {
      const world = await twoUes()
      world.air.tamper('directCommunicationRequest', (frame) => withOctet(frame, at, (octet) => octet ^ 0x01))
      const { outcome } = await world.connect(world.ue1)
      const hint = isHint(at, capabilities)
      expect(outcome === 'secured', `octet ${at}`).toBe(hint)
    }
  }, 30_000)
})

async function firstRequest(): Promise<Uint8Array> {
  const world = await twoUes()
  await world.connect(world.ue1)
  return world.ue1.sent[0]?.frame ?? new Uint8Array()
}

/** After MAC header (8), PDCP header (5), type, sequence number (2), User Info (1 + n), config, period (4), Nonce_1 (16). */
const capabilitiesAt = (frame: Uint8Array): number => 8 + 5 + 3 + 1 + (frame[16] ?? 0) + 1 + 4 + 16

/** Sequence number and period are under no MAC and decide nothing: hints. */
const isHint = (at: number, capabilities: number): boolean =>
  at === 14 || at === 15 || (at >= capabilities - 20 && at < capabilities - 16)
