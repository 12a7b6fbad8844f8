import { describe, expect, it } from 'vitest'
import { readUint, utf8 } from '../../../src/core/bytes.ts'
import { RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { hours, later, milliseconds, seconds } from '../../../src/core/units.ts'
import { traceIdOf } from '../../../src/crypto/trace.ts'
import type { AirName } from '../../../src/testbed/simulated-radio.ts'
import { equalKeys, id1, id2, messageOf, namesSent, twoUes, World } from '../../entities/ue/two-ues.ts'

const setUpMessages: readonly AirName[] = [
  'directCommunicationRequest',
  'directSecurityModeCommand',
  'directSecurityModeComplete',
  'directCommunicationAccept',
]

describe('CR 33.303 6.X.3.2: set-up of a link', () => {
  it('secures a link with equal keys at both UEs', async () => {
    const world = await twoUes()
    const { ue1, ue2 } = world
    expect(await world.connect(ue1)).toEqual({
      outcome: 'secured',
      reason: null,
      clause: null,
      endedAt: null,
      attempts: 1,
      link: 'L1',
    })
    expect(equalKeys(ue1, ue2)).toBe(true)
    expect(namesSent(ue1)).toEqual(['DIRECT_COMMUNICATION_REQUEST', 'DIRECT_SECURITY_MODE_COMPLETE'])
    expect(namesSent(ue2)).toEqual(['DIRECT_SECURITY_MODE_COMMAND', 'DIRECT_COMMUNICATION_ACCEPT'])
    expect(ue1.ue.links()[0]).toMatchObject({ peer: id2, role: 'initiator', peerIdentity: 'verified' })
    expect(ue2.ue.links()[0]).toMatchObject({ peer: id1, role: 'responder', peerIdentity: 'verified' })
  })

  it('protects each message as step 14 says: Command and Complete by MAC-I, what follows ciphered too', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    world.ue1.ue.send('L1', utf8('hello'))
    expect(
      [...world.ue1.sent, ...world.ue2.sent].map(({ name, protection, step }) => [name, protection, step]),
    ).toEqual([
      ['DIRECT_COMMUNICATION_REQUEST', 'clear', '3'],
      ['DIRECT_SECURITY_MODE_COMPLETE', 'integrity', '14'],
      ['USER_DATA', 'ciphered', undefined],
      ['DIRECT_SECURITY_MODE_COMMAND', 'integrity', '12'],
      ['DIRECT_COMMUNICATION_ACCEPT', 'ciphered', undefined],
    ])
  })

  it('names the set-up by Nonce_1 at both UEs', async () => {
    const world = await twoUes()
    const { ue1, ue2 } = world
    await world.connect(ue1)
    const trace = traceIdOf(messageOf(ue1, 'directCommunicationRequest').nonce1)
    expect(new Set([...ue1.sent, ...ue2.sent].map(({ context }) => context))).toEqual(new Set([trace]))
    expect(ue1.reports.map(({ step, what }) => [step, what])).toEqual([
      ['3', 'identity'],
      ['13', 'command-verified'],
      ['14', 'secured'],
    ])
    expect(ue2.reports.map(({ step, what, context }) => [step, what, context])).toEqual([
      ['11', 'keys-derived', trace],
      ['14', 'secured', trace],
    ])
    expect(ue1.reports.at(-1)?.keys).toEqual(ue2.reports.at(-1)?.keys)
  })

  it('carries user data in both directions', async () => {
    const world = await twoUes()
    const { ue1, ue2, clock } = world
    await world.connect(ue1)
    ue1.ue.send('L1', utf8('over to you'))
    ue2.ue.send('L1', utf8('and back'))
    await clock.advance(milliseconds(10))
    expect(ue2.received).toEqual([{ link: 'L1', text: 'over to you' }])
    expect(ue1.received).toEqual([{ link: 'L1', text: 'and back' }])
  })

  it('6.Y, TS 23.303 5.4.4: a relay is the IPv6 router of its remote UE, others exchange link-local addresses', async () => {
    const relayServiceCode = RelayServiceCode(0x123)
    const world = await twoUes({
      ue1: { ip: true },
      ue2: { ip: true, relayServiceCodes: [relayServiceCode] },
    })
    const { ue1, ue2, clock } = world
    const accepted = () => ue2.sent.find(({ name }) => name === 'DIRECT_COMMUNICATION_ACCEPT')?.fields()
    let result: unknown
    void ue1.ue.connect(id2, { relayServiceCode }).then((value) => (result = value))
    await clock.runUntil(() => result !== undefined)
    expect(result).toMatchObject({ outcome: 'secured' })
    expect(messageOf(ue1, 'directCommunicationRequest')).toMatchObject({
      relayServiceCode,
      ipAddressConfig: 4,
    })
    expect(accepted()).toEqual({
      sequenceNumber: expect.anything() as unknown,
      ipAddressConfig: '2 IPv6 router',
    })
    for (const ue of [ue1, ue2]) expect(ue.ue.links()).toMatchObject([{ relayServiceCode }])

    const others = await twoUes({ ue1: { ip: true }, ue2: { ip: true } })
    await others.connect(others.ue1)
    for (const ue of [others.ue1, others.ue2]) {
      expect(ue.ue.links()[0]).toHaveProperty('peerAddress')
      expect(ue.ue.links()[0]).not.toHaveProperty('relayServiceCode')
    }
  })

  it.each(setUpMessages)('survives the loss of %s', async (name) => {
    const world = await twoUes()
    world.air.drop(name, { times: 1 })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(equalKeys(world.ue1, world.ue2)).toBe(true)
    expect(world.network.requests).toHaveLength(1)
  })

  it.each(setUpMessages)('makes nothing of a doubled %s', async (name) => {
    const world = await twoUes()
    world.air.duplicate(name)
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    await world.clock.advance(milliseconds(3000))
    expect(equalKeys(world.ue1, world.ue2)).toBe(true)
    expect(world.network.requests).toHaveLength(1)
    expect([world.ue1.ue.links(), world.ue2.ue.links()].map(({ length }) => length)).toEqual([1, 1])
  })

  it('repeats the REQUEST octet for octet, three times, and gives up after 32 s', async () => {
    const world = await twoUes()
    const begin = world.clock.now()
    world.air.drop('any')
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'timed-out',
      reason: 'ERR_NO_ANSWER',
      endedAt: '3',
      attempts: 1,
    })
    expect(world.clock.now() - begin).toBe(32_000)
    expect(namesSent(world.ue1)).toEqual(Array(4).fill('DIRECT_COMMUNICATION_REQUEST'))
    expect(new Set(world.ue1.sent.map(({ frame }) => String(frame))).size).toBe(1)
    expect(world.ue1.ue.size.links).toBe(0)
  })

  it('repeats COMPLETE under a new SN until ACCEPT comes, three times, and gives up after 8 s', async () => {
    const world = await twoUes()
    world.air.drop('directSecurityModeComplete')
    const result = await world.connect(world.ue1)
    expect(result).toMatchObject({ outcome: 'timed-out', reason: 'ERR_NO_ANSWER', endedAt: '14' })
    const completes = world.ue1.sent.filter(({ name }) => name === 'DIRECT_SECURITY_MODE_COMPLETE')
    // One for each of the 3 transmissions of the Command, and 3 of its own.
    expect(completes).toHaveLength(6)
    expect(new Set(completes.map(({ frame }) => String(frame))).size).toBe(6)
    await world.clock.advance(milliseconds(40_000))
    expect([world.ue1.ue.size.links, world.ue2.ue.size.links]).toEqual([0, 0])
  })

  it('repeats the Command by T4111 and answers REJECT #2 in the end', async () => {
    const world = await twoUes()
    world.air.drop('directSecurityModeCommand')
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'refused',
      reason: 'ERR_REFUSED_BY_PEER',
      endedAt: '12',
    })
    expect(namesSent(world.ue2)).toEqual([
      ...Array<string>(3).fill('DIRECT_SECURITY_MODE_COMMAND'),
      'DIRECT_COMMUNICATION_REJECT',
    ])
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
  })

  it('survives half of all frames being lost, or ends by name', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const world = await twoUes()
      world.air.lose(50, seed)
      const { outcome, reason } = await world.connect(world.ue1)
      expect([
        ['secured', null],
        ['timed-out', 'ERR_NO_ANSWER'],
        ['refused', 'ERR_REFUSED_BY_PEER'],
      ]).toContainEqual([outcome, reason])
    }
  })

  it('lets both UEs call each other at once: the call of the higher Layer-2 ID stays', async () => {
    const world = await twoUes()
    const { ue1, ue2, clock } = world
    const results: string[] = []
    void ue1.ue.connect(id2).then(({ outcome }) => results.push(outcome))
    void ue2.ue.connect(id1).then(({ outcome }) => results.push(outcome))
    await clock.runUntil(() => results.length === 2)
    expect(results).toEqual(['secured', 'secured'])
    await clock.advance(milliseconds(5000))
    expect(ue1.ue.links()).toMatchObject([{ role: 'responder' }])
    expect(ue2.ue.links()).toMatchObject([{ role: 'initiator' }])
    expect(equalKeys(ue1, ue2)).toBe(true)
  })

  it('replaces the older link of the same two UEs', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    const first = world.ue1.ue.links()[0]?.kdSessId
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(world.ue1.ue.links()).toHaveLength(1)
    expect(world.ue2.ue.links()).toHaveLength(1)
    expect(world.ue1.ue.links()[0]?.kdSessId).not.toBe(first)
    expect(equalKeys(world.ue1, world.ue2)).toBe(true)
  })

  it('R21: the same octets drawn again give another KD-sess ID toward that peer, in both roles', async () => {
    const world = await twoUes()
    const ids = new Set<number | undefined>()
    for (let nth = 0; nth < 4; nth++) {
      const [caller, called] = nth % 2 ? [world.ue2, world.ue1] : [world.ue1, world.ue2]
      caller.random.next.push(Uint8Array.of(0x5a))
      const draw = () => called.random.next.push(Uint8Array.of(0xc3))
      const result = world.connect(caller, called.settings.layer2Id, draw)
      const live = world.ue1.ue.links()[0]?.kdSessId
      await result
      const kdSessId = caller.sent
        .filter(({ name }) => name === 'DIRECT_SECURITY_MODE_COMPLETE')
        .at(-1)?.frame
      ids.add(kdSessId && readUint(kdSessId, 9, 2))
      expect(kdSessId && readUint(kdSessId, 9, 2) & 0xff).not.toBe((live ?? 0) & 0xff)
    }
    expect(ids.has(undefined)).toBe(false)
  })

  it('R21: who calls back while the caller waits for its key chooses another DKSI', async () => {
    const world = await twoUes()
    const { ue1, ue2 } = world
    for (const { random } of [ue1, ue2]) random.next.push(Uint8Array.of(0x5a))
    await world.connect(ue1, id2, () => void ue2.ue.connect(id1))
    const chosen = [ue1, ue2].map((ue) => messageOf(ue, 'directCommunicationRequest').msbOfKdSessId)
    expect(chosen).toEqual([0x5a, 0x5b])
  })

  it('R16: a B-TID that expires while UE-1 waits for the Command gives no key any more', async () => {
    const world = new World()
    world.network.ksLifetime = seconds(10)
    const [ue1, ue2] = [world.station(id1), world.station(id2)]
    world.network.answer = (request) => {
      const answer = world.network.keyFor(request)
      return answer.outcome === 'key' ? { ...answer, keyExpiry: later(world.clock.now(), hours(1)) } : answer
    }
    world.air.drop('directCommunicationRequest', { times: 2 })
    expect(await world.connect(ue1)).toMatchObject({ outcome: 'refused', reason: 'ERR_GPI_MISSING' })
    expect(ue2.ue.links()).toEqual([])
  })

  it('R29: at each UE the PDK ends with what it was made from, and after an hour at most', async () => {
    const world = new World()
    const [ue1, ue2] = [world.station(id1), world.station(id2)]
    const livesFor = async (ks: number, pdk: number) => {
      const [asked, began] = [seconds(pdk), world.clock.now()]
      world.network.ksLifetime = seconds(ks)
      world.network.answer = (request) => {
        const answer = world.network.keyFor(request)
        return answer.outcome === 'key' ? { ...answer, keyExpiry: later(began, asked) } : answer
      }
      void ue1.ue.bootstrap()
      await world.clock.advance(milliseconds(1000))
      await world.connect(ue1)
      return [ue1, ue2].map(({ ue }) => Math.round(((ue.links().at(-1)?.expires ?? 0) - began) / 60_000))
    }
    expect(await livesFor(1800, 1200)).toEqual([30, 20])
    expect(await livesFor(7200, 7200)).toEqual([60, 60])
  })
})
