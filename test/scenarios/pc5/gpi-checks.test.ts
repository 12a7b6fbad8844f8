import { describe, expect, it, vi } from 'vitest'
import { concat, u16 } from '../../../src/core/bytes.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import type { PTid } from '../../../src/core/identities/p-tid.ts'
import { Layer2Id } from '../../../src/core/identities/prose.ts'
import { Instant, milliseconds } from '../../../src/core/units.ts'
import type { SetUpResult } from '../../../src/entities/ue/set-up.ts'
import { encodeSdu } from '../../../src/reference-points/pc5/messages.ts'
import { commandFrame, forgedFrame, lsb, type CommandChanges } from '../../entities/ue/forge.ts'
import type { Push, Pushed } from '../../entities/ue/home.ts'
import {
  id2,
  imsiOnly,
  kmf,
  messageOf,
  namesSent,
  pduOf,
  twoUes,
  withOctet,
  type TwoUes,
} from '../../entities/ue/two-ues.ts'

const nafId = nafIdOf(kmf, uaIds.prose)
const foreignNafId = nafIdOf(Fqdn('naf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose)
/** Version (1), RAND (16). */
const autnAt = 17
const ptId = new Uint8Array(16).fill(0x1d) as PTid

/** UE-1 sent its IMSI, and the honest UE-2 is not heard: what the test injects arrives. */
async function requesting(prepare?: (world: TwoUes) => Promise<void> | void) {
  const world = await imsiOnly()
  await prepare?.(world)
  const deaf = world.air.drop('any', { from: 'ue2' })
  let result: SetUpResult | undefined
  void world.ue1.ue.connect(id2).then((value) => (result = value))
  await world.clock.advance(milliseconds(50))
  const { msbOfKdSessId: dksi } = messageOf(world.ue1, 'directCommunicationRequest')
  const push = () => world.ue1.home.push({ nafId }, world.clock.now())
  const inject = async (frame: Uint8Array) => {
    world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(5))
    return result
  }
  const command = (changes: CommandChanges = {}) =>
    inject(commandFrame(world.ue1, world.network, { pushed: push(), ...changes }))
  return Object.assign(world, { dksi, deaf, inject, command, push, result: () => result })
}

const isSecuring = ({ ue1 }: TwoUes) => namesSent(ue1).includes('DIRECT_SECURITY_MODE_COMPLETE')

interface Failure {
  readonly name: string
  readonly change?: (push: Push) => Partial<Push>
  readonly octets?: (gpi: Uint8Array) => Uint8Array
  readonly command?: CommandChanges
  readonly cause: number
  readonly reason: string
}

const flipped = (at: number) => (gpi: Uint8Array) => withOctet(gpi, at, (octet) => octet ^ 1)

const failures: readonly Failure[] = [
  { name: 'B25: AUTN is bad', octets: flipped(autnAt + 15), cause: 8, reason: 'ERR_GPI_INVALID' },
  { name: 'B25: RAND is of another AUTN', octets: flipped(3), cause: 8, reason: 'ERR_GPI_INVALID' },
  { name: 'B27: the MAC of the GPI is wrong', octets: flipped(-1), cause: 8, reason: 'ERR_GPI_INVALID' },
  { name: 'B27: what is sealed was changed', octets: flipped(45), cause: 8, reason: 'ERR_GPI_INVALID' },
  {
    name: 'R23: the GPI is for another NAF',
    change: () => ({ nafId: foreignNafId }),
    cause: 8,
    reason: 'ERR_GPI_FOREIGN_NAF',
  },
  {
    name: 'B27: the key has expired',
    change: () => ({ keyExpiry: Instant(Date.UTC(2026, 11, 31)) }),
    cause: 8,
    reason: 'ERR_GPI_INVALID',
  },
  {
    name: 'B27: the P-TID has 7 octets',
    change: () => ({ ptId: new Uint8Array(7).fill(1) as PTid }),
    cause: 8,
    reason: 'ERR_GPI_INVALID',
  },
  {
    name: 'B27: the P-TID has 17 octets',
    change: () => ({ ptId: new Uint8Array(17).fill(1) as PTid }),
    cause: 8,
    reason: 'ERR_GPI_INVALID',
  },
  {
    name: 'B21: EIA0 is chosen, the GPI good',
    command: { fields: { chosenAlgorithms: { eea: 2, eia: 0 } } },
    cause: 7,
    reason: 'ERR_ALGORITHM_NOT_OFFERED',
  },
  {
    name: 'R18: capabilities differ',
    command: { fields: { ueSecurityCapabilities: { eea: [1, 2], eia: [1, 2, 3] } } },
    cause: 7,
    reason: 'ERR_CAPABILITIES_DIFFER',
  },
  {
    name: 'B20: an algorithm was not offered',
    command: { fields: { chosenAlgorithms: { eea: 0, eia: 2 } } },
    cause: 7,
    reason: 'ERR_ALGORITHM_NOT_OFFERED',
  },
  {
    name: 'R6: the Command names another UE',
    command: { fields: { ue2Id: Layer2Id(0x0d0e0f) } },
    cause: 8,
    reason: 'ERR_WRONG_UE2',
  },
  {
    name: 'R17: Nonce_2 is zero',
    command: { fields: { nonce2: new Uint8Array(16) } },
    cause: 8,
    reason: 'ERR_NONCE_REUSED',
  },
  {
    name: 'the extension set differs',
    command: { fields: { extensionSet: 1 } },
    cause: 8,
    reason: 'ERR_EXTENSIONS_DIFFER',
  },
]

/** What a check that fails may not change. */
const stateOf = async ({ ue1 }: TwoUes) => ({
  fresh: await ue1.home.isFresh(),
  links: ue1.ue.size.links,
  live: ue1.ue.links(),
})

describe('CR 33.303 6.X.3.2 step 13: a GPI that fails a check', () => {
  it.each(failures)('$name: SECURITY MODE REJECT $cause, $reason', async (failure) => {
    const world = await requesting()
    const { home } = world.ue1
    home.change = (push) => ({ ...push, ptId, ...failure.change?.(push) })
    home.changeOctets = failure.octets
    expect(await world.command(failure.command)).toMatchObject({
      outcome: 'refused',
      reason: failure.reason,
      endedAt: '13',
    })
    expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(failure.cause)
    expect(namesSent(world.ue1)).toEqual(['DIRECT_COMMUNICATION_REQUEST', 'DIRECT_SECURITY_MODE_REJECT'])
  })

  it.each(failures)('R22: $name: SQN and P-TID are not used up', async (failure) => {
    const world = await requesting()
    const { home } = world.ue1
    const [sqn, began] = [home.sqn, await stateOf(world)]
    home.change = (push) => ({ ...push, ptId, ...failure.change?.(push) })
    home.changeOctets = failure.octets
    await world.command(failure.command)
    expect(await stateOf(world)).toEqual({ ...began, links: 0 })
    // The same SQN and P-TID in a good GPI make the link.
    Object.assign(home, { sqn, change: (push: Push) => ({ ...push, ptId }), changeOctets: undefined })
    world.deaf()
    await world.clock.advance(milliseconds(40_000))
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
  })

  it('R23, R22: AUTN is looked at before SQN, SQN before the MAC of the GPI, that before the NAF-Id', async () => {
    const ahead = async (world: TwoUes) => world.ue1.home.runAhead()
    const oldAndBadAutn = await requesting(ahead)
    oldAndBadAutn.ue1.home.changeOctets = flipped(autnAt + 15)
    expect(await oldAndBadAutn.command()).toMatchObject({ reason: 'ERR_GPI_INVALID' })
    const oldAndBadMac = await requesting(ahead)
    oldAndBadMac.ue1.home.changeOctets = flipped(-1)
    expect(await oldAndBadMac.command()).toBeUndefined()
    expect(messageOf(oldAndBadMac.ue1, 'directSecurityModeReject').cause).toBe(9)
    const foreignAndBadMac = await requesting()
    foreignAndBadMac.ue1.home.change = (push) => ({ ...push, nafId: foreignNafId })
    foreignAndBadMac.ue1.home.changeOctets = flipped(-1)
    expect(await foreignAndBadMac.command()).toMatchObject({ reason: 'ERR_GPI_INVALID' })
  })

  it('B27: a P-TID that made a link before is refused', async () => {
    const world = await imsiOnly()
    world.ue1.home.change = (push) => ({ ...push, ptId })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'refused', reason: 'ERR_GPI_INVALID' })
    expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(8)
    expect(world.ue1.ue.links()).toHaveLength(1)
  })

  it('R25, B24: no GPI after an IMSI, though the MAC-I is that of a pushed key', async () => {
    const world = await requesting()
    const { ksNaf } = world.push()
    const frame = commandFrame(world.ue1, world.network, {
      pushed: { ksNaf, gpi: new Uint8Array(9) },
      fields: { gpi: undefined },
    })
    expect(await world.inject(frame)).toMatchObject({ outcome: 'refused', reason: 'ERR_GPI_MISSING' })
    expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(8)
  })

  it('R25: a GPI after a valid B-TID: the MAC-I must be that of the pushed key', async () => {
    const world = await twoUes()
    world.air.drop('any', { from: 'ue2' })
    void world.ue1.ue.connect(id2)
    await world.clock.advance(milliseconds(5))
    const { gpi, ksNaf } = world.ue1.home.push({ nafId }, world.clock.now())
    const underBTid = commandFrame(world.ue1, world.network, { fields: { gpi } })
    world.air.inject('SL-SCH', underBTid)
    await world.clock.advance(milliseconds(5))
    expect(namesSent(world.ue1)).toEqual(['DIRECT_COMMUNICATION_REQUEST'])
    world.air.inject('SL-SCH', commandFrame(world.ue1, world.network, { pushed: { gpi, ksNaf } }))
    await world.clock.advance(milliseconds(5))
    expect(isSecuring(world)).toBe(true)
  })
})

describe('CR 33.303 6.X.3.2 step 13: a Command that is dropped for its GPI', () => {
  const ie = {
    short: (gpi: Uint8Array) => concat(Uint8Array.of(0x18, gpi.length), gpi),
    long: (gpi: Uint8Array) => concat(Uint8Array.of(0x73), u16(gpi.length), gpi),
  }
  const none = new Uint8Array()
  const noise = (length: number) => new Uint8Array(length).fill(0x10)
  type Drop = readonly [
    string,
    (gpi: Uint8Array) => readonly [beforeUe2Id: Uint8Array, beforeDksi: Uint8Array],
  ]
  const drops: readonly Drop[] = [
    ['B27: 2 octets', () => [ie.short(noise(2)), none]],
    ['B27: 200 octets in the TLV-E form', () => [none, ie.long(noise(200))]],
    ['B27: the good GPI in the TLV-E form', (gpi) => [none, ie.long(gpi)]],
    ['B27: 1025 octets', () => [none, ie.long(noise(1025))]],
    ['1024 octets that are no GPI', () => [none, ie.long(noise(1024))]],
    ['both forms at once', (gpi) => [ie.short(gpi), ie.long(noise(300))]],
    ['the GPI twice', (gpi) => [concat(ie.short(gpi), ie.short(gpi)), none]],
    ['a GPI of another version', (gpi) => [ie.short(withOctet(gpi, 0, () => 0x20)), none]],
    ['a GPI cut short', (gpi) => [ie.short(gpi.subarray(0, -1)), none]],
    ['an octet after the MAC of the GPI', (gpi) => [ie.short(concat(gpi, noise(1))), none]],
  ]
  /** UE-2 ID with its IEI (4), DKSI with its IEI (2). */
  const tail = { ue2Id: 6, dksi: 2 }

  it.each(drops)('%s', async (_, elements) => {
    const world = await requesting()
    const pushed = world.push()
    const [beforeUe2Id, beforeDksi] = elements(pushed.gpi)
    const bare = encodeSdu({
      type: 'directSecurityModeCommand',
      sequenceNumber: 1,
      ueSecurityCapabilities: { eea: [1, 2, 3], eia: [1, 2, 3] },
      nonce2: new Uint8Array(16).fill(2),
      chosenAlgorithms: { eea: 2, eia: 2 },
      lsbOfKdSessId: lsb,
      ue2Id: id2,
      dksi: world.dksi,
    })
    const sdu = concat(
      ...[bare.subarray(0, -tail.ue2Id), beforeUe2Id],
      ...[bare.subarray(-tail.ue2Id, -tail.dksi), beforeDksi, bare.subarray(-tail.dksi)],
    )
    const asked = vi.spyOn(world.ue1.home.usim, 'authenticate')
    const timers = world.clock.pending
    await world.inject(forgedFrame(world.dksi * 0x100 + lsb, 1, 29, sdu, Uint8Array.of(1, 2, 3, 4)))
    expect([world.result(), asked.mock.calls.length, world.clock.pending]).toEqual([undefined, 0, timers])
    expect(namesSent(world.ue1)).toEqual(['DIRECT_COMMUNICATION_REQUEST'])
    await world.command({ pushed })
    expect(isSecuring(world)).toBe(true)
  })

  it('R22, R26: a Command with a bad MAC-I does not use up its GPI, and the USIM is asked once', async () => {
    const world = await imsiOnly()
    const asked = vi.spyOn(world.ue1.home.usim, 'authenticate')
    world.air.tamper('directSecurityModeCommand', (frame) => withOctet(frame, -1, (octet) => octet ^ 1), {
      times: 2,
    })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(asked).toHaveBeenCalledTimes(1)
  })

  it('R26: a thousand Commands with the good GPI and a bad MAC-I, then the good one', async () => {
    const world = await requesting()
    const asked = vi.spyOn(world.ue1.home.usim, 'authenticate')
    const good = commandFrame(world.ue1, world.network, { pushed: world.push() })
    for (let nth = 0; nth < 1000; nth++)
      world.air.inject(
        'SL-SCH',
        withOctet(good, 18 + (nth % 16), (octet) => octet ^ (1 + (nth % 255))),
      )
    await world.inject(good)
    await world.inject(good)
    expect(isSecuring(world)).toBe(true)
    expect(asked).toHaveBeenCalledTimes(1)
  })

  it('R43: the USIM is asked for four GPIs in one attempt, whoever sends them', async () => {
    const world = await requesting()
    const asked = vi.spyOn(world.ue1.home.usim, 'authenticate')
    for (let nth = 0; nth < 20; nth++) await world.command({ pdkOf: Layer2Id(0x0d0e0f) })
    expect(asked).toHaveBeenCalledTimes(4)
    expect(world.ue1.counts.get('pc5 dropped: more GPIs than an attempt may bring')).toBe(16)
    expect(namesSent(world.ue1)).toEqual(['DIRECT_COMMUNICATION_REQUEST'])
  })

  it('a USIM that fails says nothing to the peer', async () => {
    const world = await requesting()
    vi.spyOn(world.ue1.home.usim, 'authenticate').mockRejectedValue(new Error('no card'))
    await world.command()
    expect(namesSent(world.ue1)).toEqual(['DIRECT_COMMUNICATION_REQUEST'])
    expect(world.ue1.counts.get('pc5 dropped: ERR_TEMPORARY_FAILURE')).toBe(1)
  })

  it('a set-up that ends while a card works leaves nothing', async () => {
    const world = await requesting()
    const { usim } = world.ue1.home
    const authenticate = usim.authenticate.bind(usim)
    vi.spyOn(usim, 'authenticate').mockImplementation(async (rand, autn) => {
      await new Promise<void>((resolve) => world.clock.after(milliseconds(40_000), resolve))
      return authenticate(rand, autn)
    })
    await world.command()
    await world.clock.advance(milliseconds(60_000))
    expect(world.result()).toMatchObject({ outcome: 'timed-out' })
    expect(namesSent(world.ue1)).not.toContain('DIRECT_SECURITY_MODE_COMPLETE')
    expect(world.ue1.ue.size.links).toBe(0)
  })
})

describe('R24: one GPI makes at most one link', () => {
  /** A Command of an earlier link, under the DKSI of the attempt that waits now. */
  function replayed(world: TwoUes): Uint8Array {
    const { frame } = pduOf(world.ue2, 'directSecurityModeCommand', 0)
    const { msbOfKdSessId } = messageOf(world.ue1, 'directCommunicationRequest', -1)
    return withOctet(
      withOctet(frame, 9, () => msbOfKdSessId),
      -5,
      () => msbOfKdSessId,
    )
  }

  /** A set-up in which the old Command comes when UE-2 has sent the new one, which is lost. */
  async function replayedAfterCommand(world: TwoUes): Promise<SetUpResult | undefined> {
    let result: SetUpResult | undefined
    world.air.drop('directSecurityModeCommand', { times: 1 })
    void world.ue1.ue.connect(id2).then((value) => (result = value))
    await world.clock.runUntil(
      () => namesSent(world.ue2).filter((name) => name.endsWith('COMMAND')).length > 1,
    )
    world.air.inject('SL-SCH', replayed(world))
    await world.clock.runUntil(() => result !== undefined)
    return result
  }

  it('a replayed Command with its old GPI: SECURITY MODE REJECT 9 with AUTS, and the set-up still ends well', async () => {
    const world = await imsiOnly()
    await world.connect(world.ue1)
    world.ue1.ue.release('L1')
    await world.clock.advance(milliseconds(5_000))
    const replay = () => world.air.inject('SL-SCH', replayed(world))
    expect(await world.connect(world.ue1, id2, replay)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(messageOf(world.ue1, 'directSecurityModeReject')).toMatchObject({ cause: 9 })
    expect(messageOf(world.ue1, 'directSecurityModeReject').auts).toHaveLength(14)
    expect(world.network.requests).toHaveLength(2)
  })

  it('a replayed Command with GPI does no harm to a set-up that needs none', async () => {
    const world = await twoUes()
    world.network.keysAreTooOld = true
    await world.connect(world.ue1)
    world.network.keysAreTooOld = false
    expect(await replayedAfterCommand(world)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(9)
    expect(world.ue2.counts.get('pc5 dropped: RAND of another GPI')).toBe(1)
  })

  it('UE-2 takes no SECURITY MODE REJECT 9 for the RAND of another GPI', async () => {
    const world = await imsiOnly()
    await world.connect(world.ue1)
    world.ue1.ue.release('L1')
    await world.clock.advance(milliseconds(5_000))
    expect(await replayedAfterCommand(world)).toMatchObject({ outcome: 'secured' })
    expect(messageOf(world.ue1, 'directSecurityModeReject')).toMatchObject({ cause: 9 })
    expect(world.ue2.counts.get('pc5 dropped: RAND of another GPI')).toBe(1)
    expect(world.network.requests).toHaveLength(2)
  })

  it('B18: a Command with GPI for no pending attempt is dropped, and no USIM asked', async () => {
    const world = await imsiOnly()
    await world.connect(world.ue1)
    const asked = vi.spyOn(world.ue1.home.usim, 'authenticate')
    const sent = world.ue1.sent.length
    const { frame } = pduOf(world.ue2, 'directSecurityModeCommand')
    world.air.inject('SL-SCH', frame)
    world.air.inject(
      'SL-SCH',
      withOctet(frame, 9, (octet) => octet ^ 1),
    )
    await world.clock.advance(milliseconds(5))
    expect([world.ue1.sent.length, asked.mock.calls.length]).toEqual([sent, 0])
    expect(world.ue1.ue.links()).toHaveLength(1)
  })

  it('two attempts that hold one GPI: the first to be right takes it', async () => {
    const world = await requesting()
    const pushed = world.push()
    const other = Layer2Id(0x0a0b0d)
    void world.ue1.ue.connect(other)
    await world.clock.advance(milliseconds(50))
    const toOther = commandFrame(world.ue1, world.network, { pushed, fields: { ue2Id: other } })
    toOther.set([0x0a, 0x0b, 0x0d], 1)
    await world.inject(withOctet(toOther, -1, (octet) => octet ^ 1))
    const asked = vi.spyOn(world.ue1.home.usim, 'authenticate')
    await world.inject(firstCommand(world, pushed))
    expect(isSecuring(world)).toBe(true)
    await world.inject(toOther)
    expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(8)
    expect(asked).toHaveBeenCalledTimes(1)
  })
})

/** The Command for the first REQUEST, when another was sent since. */
const firstCommand = (world: TwoUes, pushed: Pushed): Uint8Array =>
  commandFrame({ ...world.ue1, sent: world.ue1.sent.slice(0, 1) }, world.network, { pushed })
