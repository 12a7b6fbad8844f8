import { beforeEach, describe, expect, it, vi } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { Dksi, Layer2Id } from '../../../src/core/identities/prose.ts'
import { milliseconds, seconds } from '../../../src/core/units.ts'
import { encodeSdu, type Pc5Message } from '../../../src/reference-points/pc5/messages.ts'
import { SecurityContext } from '../../../src/reference-points/pc5/security-context.ts'
import { inactivityPeriod, inactivityTimers } from '../../../src/reference-points/pc5/timers.ts'
import { clearFrame, commandFrame, forgedFrame, insiderOf, requestOf } from '../../entities/ue/forge.ts'
import { id1, id2, messageOf, namesSent, snapshot, twoUes, withOctet } from '../../entities/ue/two-ues.ts'

let world: Awaited<ReturnType<typeof twoUes>>
beforeEach(async () => {
  world = await twoUes()
  await world.connect(world.ue1)
})

const pass = (duration = 100): Promise<void> => world.clock.advance(milliseconds(duration))

const insider = (side: 'commanding' | 'commanded', sn: number) => insiderOf(world, side, sn)

describe('R11: nothing that does not verify changes a live link', () => {
  const unprotected: readonly (readonly [string, Pc5Message])[] = [
    ...([1, 2, 3, 4, 5, 6] as const).map(
      (cause) =>
        [`REJECT #${cause}`, { type: 'directCommunicationReject', sequenceNumber: 1, cause }] as const,
    ),
    ...([7, 8, 9] as const).map(
      (cause) =>
        [
          `SECURITY MODE REJECT #${cause}`,
          { type: 'directSecurityModeReject', sequenceNumber: 1, cause },
        ] as const,
    ),
    ['ACCEPT (B31)', { type: 'directCommunicationAccept', sequenceNumber: 1, ipAddressConfig: 4 }],
    ['RELEASE (B31)', { type: 'directCommunicationRelease', sequenceNumber: 1, reason: 1 }],
    ['RELEASE_ACCEPT (B31)', { type: 'directCommunicationReleaseAccept', sequenceNumber: 1 }],
    ['KEEPALIVE (B31)', { type: 'directCommunicationKeepalive', sequenceNumber: 1, keepaliveCounter: 0 }],
    [
      'KEEPALIVE_ACK (B31)',
      { type: 'directCommunicationKeepaliveAck', sequenceNumber: 1, keepaliveCounter: 0 },
    ],
    ['REKEYING_TRIGGER (B31)', { type: 'directRekeyingTrigger', sequenceNumber: 1 }],
    ['COMPLETE (B31)', { type: 'directSecurityModeComplete', sequenceNumber: 2 }],
  ]
  it.each(unprotected)('R11: an unprotected %s', async (_, message) => {
    const before = [snapshot(world.ue1), snapshot(world.ue2)]
    const sent = world.ue1.sent.length + world.ue2.sent.length
    world.air.inject('SL-SCH', clearFrame(message, id2, id1))
    world.air.inject('SL-SCH', clearFrame(message, id1, id2))
    await pass(1000)
    expect([snapshot(world.ue1), snapshot(world.ue2)]).toEqual(before)
    expect(world.ue1.sent.length + world.ue2.sent.length).toBe(sent)
    expect([world.ue1.dropped(), world.ue2.dropped()]).toEqual([1, 1])
  })

  it('R11: a re-negotiation request with the Nonce_1 of the link (B35)', async () => {
    const before = snapshot(world.ue1)
    const { nonce1 } = messageOf(world.ue1, 'directCommunicationRequest')
    const bootstrapped = world.network.bootstrapped
    world.air.inject(
      'SL-SCH',
      clearFrame({ type: 'bootstrappingRenegotiationRequest', sequenceNumber: 1, nonce1 }, id2, id1),
    )
    await pass()
    expect([snapshot(world.ue1), world.network.bootstrapped]).toEqual([before, bootstrapped])
  })

  it('R11: a Command with a right MAC-I, for the attempt that is over (B18)', async () => {
    const before = snapshot(world.ue1)
    world.air.inject('SL-SCH', commandFrame(world.ue1, world.network))
    await pass()
    expect(snapshot(world.ue1)).toBe(before)
  })

  it('R11: REJECT #1 in one set-up does not stop the next', async () => {
    world.network.answer = ({ transactionId }) => ({ transactionId, outcome: 'error', code: 2 })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'refused', reason: 'ERR_NOT_AUTHORISED' })
    world.network.answer = undefined
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
  })
})

describe('R26, R27: protected input', () => {
  it('R27, B30: an SN already seen, in every message, is dropped', async () => {
    world.ue1.ue.send('L1', utf8('once'))
    await pass()
    const frames = [...world.ue1.sent, ...world.ue2.sent].map(({ frame }) => frame)
    const sent = world.ue1.sent.length + world.ue2.sent.length
    for (const frame of frames) world.air.inject('SL-SCH', frame)
    await pass()
    expect(world.ue2.received).toHaveLength(1)
    // The REQUEST of a live link is ignored as well.
    expect(world.ue1.sent.length + world.ue2.sent.length).toBe(sent)
  })

  it('R27, B30: an SN older than the window is dropped', async () => {
    const send = insider('commanded', 2)
    const old = await send(utf8('first'), 1, 'non-ip')
    const later = insider('commanded', 2000)
    await later(utf8('later'), 1, 'non-ip')
    world.air.inject('SL-SCH', old)
    await pass()
    expect(world.ue2.received.map(({ text }) => text)).toEqual(['first', 'later'])
  })

  it('R21: a PDU under another Layer-2 ID is of no context, whatever its MAC-I', async () => {
    world.air.drop('any', { from: 'ue1', times: 1 })
    world.ue1.ue.send('L1', utf8('x'))
    const frame = world.ue1.sent.at(-1)?.frame ?? new Uint8Array()
    world.air.inject(
      'SL-SCH',
      withOctet(frame, 3, (octet) => octet ^ 1),
    )
    await pass()
    expect(world.ue2.received).toEqual([])
    expect(world.ue2.counts.get('pc5 dropped: ERR_UNKNOWN_CONTEXT')).toBe(1)
    world.air.inject('SL-SCH', frame)
    await pass()
    expect(world.ue2.received).toHaveLength(1)
  })

  it('R27: the window does not move before the MAC-I has verified', async () => {
    const { kdSessId = 0 } = world.ue2.ue.links()[0] ?? {}
    const forged = forgedFrame(kdSessId, 0xffff, 1, utf8('forged'), Uint8Array.of(1, 2, 3, 4), id1, id2)
    world.air.inject('SL-SCH', forged)
    await pass()
    world.ue1.ue.send('L1', utf8('real'))
    await pass()
    expect(world.ue2.received.map(({ text }) => text)).toEqual(['real'])
  })

  it('B34: reserved SDU types, a short header, KD-sess ID 0 on LCID 30 are dropped', async () => {
    const before = snapshot(world.ue2)
    const { kdSessId = 0 } = world.ue2.ue.links()[0] ?? {}
    const good = forgedFrame(kdSessId, 9, 1, utf8('x'), undefined, id1, id2)
    for (const type of [4, 5, 6, 7])
      world.air.inject(
        'SL-SCH',
        withOctet(good, 8, () => type << 5),
      )
    world.air.inject('SL-SCH', good.subarray(0, 12))
    world.air.inject('SL-SCH', forgedFrame(0, 9, 30, utf8('x'), undefined, id1, id2))
    world.air.inject('SL-SCH', forgedFrame(kdSessId, 0, 30, utf8('x'), undefined, id1, id2))
    await pass()
    expect([snapshot(world.ue2), world.ue2.dropped()]).toEqual([before, 7])
  })

  it('B28: COMPLETE with a wrong MAC, or before the Command, is dropped', async () => {
    const fresh = await twoUes()
    const complete = encodeSdu({ type: 'directSecurityModeComplete', sequenceNumber: 2 })
    fresh.air.inject('SL-SCH', forgedFrame(0x5ac3, 1, 29, complete, undefined, id1, id2))
    fresh.air.inject('SL-SCH', clearFrame(requestOf(fresh.network), id1, id2))
    await fresh.clock.advance(milliseconds(100))
    const { lsbOfKdSessId } = messageOf(fresh.ue2, 'directSecurityModeCommand')
    fresh.air.inject('SL-SCH', forgedFrame(0x5a00 + lsbOfKdSessId, 1, 29, complete, undefined, id1, id2))
    await fresh.clock.advance(milliseconds(100))
    expect(fresh.ue2.ue.links()).toEqual([])
    expect(fresh.ue2.dropped()).toBe(2)
  })

  it('B28: COMPLETE under a new SN gets ACCEPT again and nothing else', async () => {
    const before = snapshot(world.ue2)
    const accepts = () => namesSent(world.ue2).filter((name) => name === 'DIRECT_COMMUNICATION_ACCEPT').length
    const { sequenceNumber } = messageOf(world.ue1, 'directSecurityModeComplete')
    await insider('commanded', 5)({ type: 'directSecurityModeComplete', sequenceNumber }, 29)
    expect([accepts(), snapshot(world.ue2)]).toEqual([2, before])
  })

  it('B29: a COMPLETE of another link of the same UE is dropped', async () => {
    const complete = world.ue1.sent.find(({ name }) => name === 'DIRECT_SECURITY_MODE_COMPLETE')
    const request = requestOf(world.network, {
      nonce1: new Uint8Array(16).fill(9),
      msbOfKdSessId: Dksi(0x44),
    })
    world.air.inject('SL-SCH', clearFrame(request, id1, id2))
    await pass()
    const { lsbOfKdSessId } = messageOf(world.ue2, 'directSecurityModeCommand', -1)
    const moved = (complete?.frame ?? new Uint8Array()).slice()
    moved.set([0x44, lsbOfKdSessId], 9)
    world.air.inject('SL-SCH', moved)
    await pass()
    expect(world.ue2.ue.links()).toHaveLength(1)
    expect(world.ue2.ue.links()[0]?.label).toBe('L1')
  })

  it('B32: RELEASE for an unknown link, and RELEASE_ACCEPT that nobody asked for, are dropped', async () => {
    const before = [snapshot(world.ue1), snapshot(world.ue2)]
    const sdu = encodeSdu({ type: 'directCommunicationRelease', sequenceNumber: 1, reason: 1 })
    world.air.inject('SL-SCH', forgedFrame(0x0101, 1, 30, sdu, undefined, Layer2Id(0x999), id2))
    await insider('commanded', 9)({ type: 'directCommunicationReleaseAccept', sequenceNumber: 1 })
    expect([snapshot(world.ue1), snapshot(world.ue2)]).toEqual(before)
    expect(world.ue2.dropped()).toBe(2)
  })

  it('B33: a KEEPALIVE_ACK with another counter is dropped', async () => {
    await pass(3000)
    world.air.drop('any', { from: 'ue2' })
    await pass(400)
    expect(namesSent(world.ue1)).toContain('DIRECT_COMMUNICATION_KEEPALIVE')
    const send = insider('commanding', 20)
    await send({ type: 'directCommunicationKeepaliveAck', sequenceNumber: 5, keepaliveCounter: 7 })
    expect(world.ue1.dropped()).toBe(1)
    await pass(1000)
    expect(namesSent(world.ue1).filter((name) => name === 'DIRECT_COMMUNICATION_KEEPALIVE')).toHaveLength(2)
  })

  it('B36: a rekeying request of UE-2 is dropped', async () => {
    const before = snapshot(world.ue1)
    await insider(
      'commanding',
      9,
    )({
      type: 'directRekeyingRequest',
      sequenceNumber: 3,
      ueSecurityCapabilities: { eea: [2], eia: [2] },
      nonce1: new Uint8Array(16).fill(3),
      msbOfKdSessId: Dksi(3),
    })
    expect([snapshot(world.ue1), world.ue1.dropped()]).toEqual([before, 1])
  })
})

describe('TS 24.334 10.4.3: keepalive', () => {
  const keepalives = () => world.ue1.sent.filter(({ name }) => name === 'DIRECT_COMMUNICATION_KEEPALIVE')

  it('keeps an idle link for its whole hour, the counter rising', async () => {
    await pass(3_500_000)
    expect([world.ue1.ue.links().length, world.ue2.ue.links().length]).toEqual([1, 1])
    expect(keepalives().length).toBeGreaterThan(170)
    expect(keepalives().every(({ heartbeat }) => heartbeat)).toBe(true)
  })

  it('R11: the first KEEPALIVE brings the period protected, before a changed one could end the link', async () => {
    const other = await twoUes()
    const periodAt = (frame: Uint8Array) => 8 + 5 + 3 + 1 + (frame[16] ?? 0) + 1 + 3
    other.air.tamper('directCommunicationRequest', (frame) => withOctet(frame, periodAt(frame), () => 1))
    await other.connect(other.ue1)
    await other.clock.advance(milliseconds(300_000))
    expect([other.ue1.ue.links().length, other.ue2.ue.links().length]).toEqual([1, 1])
  })

  it('releases at both ends when the peer is gone', async () => {
    world.air.drop('any')
    await pass(80_000)
    expect([world.ue1.ue.size.links, world.ue2.ue.size.links]).toEqual([0, 0])
    expect(keepalives()).toHaveLength(4)
    expect(namesSent(world.ue1).filter((name) => name === 'DIRECT_COMMUNICATION_RELEASE')).toHaveLength(4)
  })

  it('user data takes the place of a KEEPALIVE', async () => {
    for (let nth = 0; nth < 30; nth++) {
      world.ue2.ue.send('L1', utf8('here'))
      await pass(2000)
    }
    expect(keepalives()).toEqual([])
  })

  it('a peer that says less than 10 s is given 10 s', async () => {
    const other = await twoUes({ ue1: { maximumInactivityPeriod: seconds(1) } })
    await other.connect(other.ue1)
    await other.clock.advance(milliseconds(60_000))
    expect(other.ue2.ue.links()).toHaveLength(1)
  })
})

describe('TS 24.334 10.4.4: release', () => {
  it.each(['ue1', 'ue2'] as const)('by %s ends the link at both', async (by) => {
    world[by].ue.release('L1')
    await pass()
    expect([world.ue1.ue.size.links, world.ue2.ue.size.links]).toEqual([0, 0])
    expect(() => world[by].ue.send('L1', utf8('x'))).toThrow('no live link')
  })

  it('R27, R33: keys and counters of a link that ended are gone', async () => {
    const wiped = vi.spyOn(SecurityContext.prototype, 'wipe')
    world.ue1.ue.release('L1')
    await pass()
    expect(wiped).toHaveBeenCalledTimes(2)
    wiped.mockRestore()
  })

  it('crosses: each side accepts the other', async () => {
    world.ue1.ue.release('L1')
    world.ue2.ue.release('L1', 3)
    await pass()
    expect([world.ue1.ue.size.links, world.ue2.ue.size.links]).toEqual([0, 0])
    expect(namesSent(world.ue1).at(-1)).toBe('DIRECT_COMMUNICATION_RELEASE_ACCEPT')
    expect(namesSent(world.ue2).at(-1)).toBe('DIRECT_COMMUNICATION_RELEASE_ACCEPT')
  })

  it('a REQUEST heard again meanwhile is ignored', async () => {
    const request = world.ue1.sent.find(({ name }) => name === 'DIRECT_COMMUNICATION_REQUEST')
    world.air.drop('any', { from: 'ue1' })
    world.ue2.ue.release('L1')
    const sent = world.ue2.sent.length
    world.air.inject('SL-SCH', request?.frame ?? new Uint8Array())
    await pass()
    expect(world.ue2.sent).toHaveLength(sent)
  })

  it('that is not answered is said four times, then the link ends here', async () => {
    world.air.drop('any')
    world.ue1.ue.release('L1')
    await pass(4500)
    expect(world.ue1.ue.size.links).toBe(0)
    expect(namesSent(world.ue1).filter((name) => name === 'DIRECT_COMMUNICATION_RELEASE')).toHaveLength(4)
  })

  it('R29: a link ends with its PDK at both UEs when steps 3 to 14 cannot run anew', async () => {
    await pass(1000)
    world.network.kmfAnswers = false
    await pass(3_700_000)
    expect([world.ue1.ue.size.links, world.ue2.ue.size.links]).toEqual([0, 0])
  })

  it('leaves no timer behind', async () => {
    world.ue1.ue.release('L1')
    await pass(40_000)
    expect(world.clock.pending).toBe(0)
  })

  it('close() ends a set-up that waits for Ub without a word on the air', async () => {
    world.ue1.ue.release('L1')
    await pass(25 * 3_600_000)
    const sent = world.ue1.sent.length
    const result = world.ue1.ue.connect(id2)
    await Promise.resolve()
    await world.ue1.ue.close()
    await pass()
    expect(await result).toMatchObject({ outcome: 'failed', reason: 'ERR_TEMPORARY_FAILURE' })
    expect([world.ue1.sent.length, world.ue1.ue.size.links]).toEqual([sent, 0])
  })

  it('close() by who hears user data ends the link once', async () => {
    const gone: string[] = []
    world.ue2.ue.onGone(({ label }) => gone.push(label))
    world.ue2.ue.onData(() => void world.ue2.ue.close())
    world.ue1.ue.send('L1', utf8('hello'))
    await pass()
    expect([gone, world.ue2.ue.size.links]).toEqual([['L1'], 0])
  })

  it('close() erases every link and every timer', async () => {
    await world.ue1.ue.close()
    await world.ue2.ue.close()
    await pass(10)
    expect([world.ue1.ue.size.links, world.clock.pending]).toEqual([0, 0])
  })
})

describe('timers of a link that carries user data', () => {
  it('are prolonged, not armed anew, by each packet', async () => {
    const armed = vi.spyOn(world.clock, 'after')
    for (let packet = 0; packet < 5; packet++) {
      world.ue1.ue.send('L1', utf8('data'))
      world.ue2.ue.send('L1', utf8('data'))
      await pass(10)
    }
    expect([world.ue1.received.length, world.ue2.received.length]).toEqual([5, 5])
    expect(armed.mock.calls.filter(([after]) => after >= 1000)).toEqual([])
  })

  it('end as late as the last packet asks for: UE-2 gives UE-1 up that long after it', async () => {
    const [begun, silence] = [world.clock.now(), inactivityTimers.T4108(inactivityPeriod.standard)]
    await pass(20_000)
    world.ue1.ue.send('L1', utf8('the last'))
    const last = world.clock.now()
    world.air.drop('any', { from: 'ue1', times: 1000 })
    const isGone = () => namesSent(world.ue2).includes('DIRECT_COMMUNICATION_RELEASE')
    await world.clock.runUntil(isGone, milliseconds(2 * silence))
    expect(isGone()).toBe(true)
    expect(last - begun).toBeGreaterThanOrEqual(20_000)
    expect(Math.abs(world.clock.now() - last - silence)).toBeLessThan(100)
  })
})
