import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Dksi } from '../../../src/core/identities/prose.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { encodeSdu, type Pc5Message } from '../../../src/reference-points/pc5/messages.ts'
import type { Lcid } from '../../../src/reference-points/pc5/pdcp.ts'
import { protect, SecurityContext } from '../../../src/reference-points/pc5/security-context.ts'
import { decodeFrame, encodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { clearFrame, pdkOf } from '../../entities/ue/forge.ts'
import {
  id1,
  id2,
  messageOf,
  pduOf,
  snapshot,
  twoUes,
  withOctet,
  type Station,
} from '../../entities/ue/two-ues.ts'
import { linkOf, rekeyed, times } from './rekeyed.ts'

let world: Awaited<ReturnType<typeof twoUes>>
beforeEach(async () => {
  world = await twoUes()
  await world.connect(world.ue1)
  await pass()
})

const pass = (duration = 100): Promise<void> => world.clock.advance(milliseconds(duration))
const idsOf = () => [linkOf(world.ue1)?.kdSessId, linkOf(world.ue2)?.kdSessId]
const rekey = (by: Station, atMost?: number) => rekeyed(world, by, atMost)

/** A UE that holds the PDK and the first context of the link, and goes on at `sn`. */
function insider(side: 'commanding' | 'commanded', sn: number) {
  const { nonce1, msbOfKdSessId } = messageOf(world.ue1, 'directCommunicationRequest')
  const { nonce2, lsbOfKdSessId } = messageOf(world.ue2, 'directSecurityModeCommand')
  const context = new SecurityContext({
    pdk: pdkOf(world.ue1, world.network, id2),
    ...({ nonce1, nonce2, algorithms: { eea: 2, eia: 2 }, side } as const),
    kdSessId: msbOfKdSessId * 0x100 + lsbOfKdSessId,
  })
  while (context.nextSn < sn) context.takeSn()
  const [source, destination] = side === 'commanding' ? [id2, id1] : [id1, id2]
  const send = async (message: Pc5Message, lcid: Exclude<Lcid, 28> = 30, under = context) => {
    const pdu = protect(under, { lcid, sduType: 'pc5-signalling', sdu: encodeSdu(message) })
    world.air.inject('SL-SCH', encodeFrame({ source, destination, lcid, pdu }))
    await pass()
  }
  return { context, send }
}

const requestOf = (changes: Partial<Extract<Pc5Message, { type: 'directRekeyingRequest' }>> = {}) =>
  ({
    type: 'directRekeyingRequest',
    sequenceNumber: 77,
    ueSecurityCapabilities: { eea: [1, 2, 3], eia: [1, 2, 3] },
    nonce1: new Uint8Array(16).fill(0x77),
    msbOfKdSessId: Dksi(0x77),
    ...changes,
  }) as const

describe('who may, and what is checked', () => {
  it('B36: a rekeying request of UE-2 is dropped', async () => {
    const before = snapshot(world.ue1)
    await insider('commanding', 9).send(requestOf())
    expect([snapshot(world.ue1), world.ue1.dropped()]).toEqual([before, 1])
    expect(times(world.ue1, 'DIRECT_SECURITY_MODE_COMMAND')).toBe(0)
  })

  it('a rekeying trigger of UE-1 is dropped', async () => {
    await insider('commanded', 9).send({ type: 'directRekeyingTrigger', sequenceNumber: 3 })
    expect([world.ue2.dropped(), times(world.ue2, 'DIRECT_REKEYING_REQUEST')]).toEqual([1, 0])
  })

  it.each(['directRekeyingTrigger', 'directRekeyingResponse'] as const)(
    'R11, B31: an unprotected %s is dropped',
    async (type) => {
      const before = snapshot(world.ue1)
      world.air.inject('SL-SCH', clearFrame({ type, sequenceNumber: 1 }))
      await pass()
      expect([snapshot(world.ue1), times(world.ue1, 'DIRECT_REKEYING_REQUEST')]).toEqual([before, 0])
    },
  )

  it('R17: a Nonce_1 of zeros, or used before, gets no Command', async () => {
    const { send } = insider('commanded', 9)
    await send(requestOf({ nonce1: new Uint8Array(16) }))
    await send(requestOf({ nonce1: messageOf(world.ue1, 'directCommunicationRequest').nonce1 }))
    expect(times(world.ue2, 'DIRECT_SECURITY_MODE_COMMAND')).toBe(1)
    await send(requestOf())
    expect(times(world.ue2, 'DIRECT_SECURITY_MODE_COMMAND')).toBe(2)
    await pass(10_000)
    await send(requestOf({ sequenceNumber: 78 }))
    expect(times(world.ue2, 'DIRECT_SECURITY_MODE_COMMAND')).toBe(4)
  })

  it('R43: a request heard a thousand times gets 16 Commands within one T4111', async () => {
    const { send } = insider('commanded', 9)
    for (let nth = 0; nth < 18; nth++) await send(requestOf())
    expect(times(world.ue2, 'DIRECT_SECURITY_MODE_COMMAND')).toBe(17)
  })

  it('a new request takes the place of one that UE-1 gave up', async () => {
    const { send } = insider('commanded', 9)
    await send(requestOf())
    expect(await rekey(world.ue1)).toBe(linkOf(world.ue2)?.kdSessId)
  })

  it('a request with the Re-auth Flag is dropped: the whole set-up has to run', async () => {
    await insider('commanded', 9).send(requestOf({ reauthFlag: 1 }))
    expect([times(world.ue2, 'DIRECT_SECURITY_MODE_COMMAND'), world.ue2.dropped()]).toEqual([1, 1])
  })

  it('R21: the new DKSI is unique toward the peer, pending ones included', async () => {
    const { send } = insider('commanded', 9)
    await send(requestOf())
    const lsbs = [0, 1].map((nth) => messageOf(world.ue2, 'directSecurityModeCommand', nth).lsbOfKdSessId)
    expect(new Set(lsbs).size).toBe(2)
    const taken = Number(idsOf()[0]) >> 8
    for (let nth = 0; nth < 30; nth++) {
      world.ue1.random.next.push(Uint8Array.of(taken))
      await rekey(world.ue1)
      expect(messageOf(world.ue2, 'directSecurityModeCommand', -1).dksi).not.toBe(nth === 0 ? taken : -1)
    }
  })

  it('R28: every message that comes back to its sender is dropped', async () => {
    world.air.reflect('any')
    expect(await rekey(world.ue1)).toBe(linkOf(world.ue1)?.kdSessId)
    await pass()
    expect(idsOf()[0]).toBe(idsOf()[1])
  })

  it('R26: a Command whose MAC-I is wrong is dropped, and the good one is taken', async () => {
    world.air.tamper('directSecurityModeCommand', (frame) => withOctet(frame, -1, (octet) => octet ^ 1), {
      times: 1,
    })
    expect(await rekey(world.ue1)).toBe(linkOf(world.ue1)?.kdSessId)
    // Once for T4111 and once for the REQUEST that T4109 says again.
    expect(times(world.ue2, 'DIRECT_SECURITY_MODE_COMMAND')).toBe(4)
  })

  it('R33: each end wipes its old context, and the new one of a rekeying that comes to nothing', async () => {
    const wipe = vi.spyOn(SecurityContext.prototype, 'wipe')
    await rekey(world.ue1)
    await pass()
    expect(wipe).toHaveBeenCalledTimes(2)
    world.air.drop('directSecurityModeComplete')
    await rekey(world.ue1)
    await pass()
    expect(wipe).toHaveBeenCalledTimes(4)
    wipe.mockRestore()
  })

  it('R27, B30: old messages of a rekeying change nothing', async () => {
    await rekey(world.ue1)
    await pass()
    const frames = [...world.ue1.sent, ...world.ue2.sent].map(({ frame }) => frame)
    const before = [snapshot(world.ue1), snapshot(world.ue2)]
    const sent = world.ue1.sent.length + world.ue2.sent.length
    for (const frame of frames) world.air.inject('SL-SCH', frame)
    await pass()
    expect([snapshot(world.ue1), snapshot(world.ue2)]).toEqual(before)
    expect(world.ue1.sent.length + world.ue2.sent.length).toBe(sent)
  })
})

describe('a Command of a rekeying that UE-1 refuses', () => {
  /** UE-1 asks, and an insider with the PDK answers in the place of UE-2. */
  async function answered(
    changes: Partial<Extract<Pc5Message, { type: 'directSecurityModeCommand' }>>,
  ): Promise<void> {
    const { context, send } = insider('commanding', 9)
    world.air.drop('directRekeyingRequest')
    world.ue1.ue.rekey('L1').catch(() => undefined)
    await pass()
    const request = messageOfRekeying()
    const command = {
      type: 'directSecurityModeCommand',
      sequenceNumber: 5,
      ueSecurityCapabilities: { eea: [1, 2, 3], eia: [1, 2, 3] },
      nonce2: new Uint8Array(16).fill(0x44),
      chosenAlgorithms: { eea: 2, eia: 2 },
      lsbOfKdSessId: 0xee,
      ue2Id: id2,
      dksi: request.dksi,
      ...changes,
    } as const
    const fresh = context.rekeyed({
      ...{ nonce1: request.nonce1, nonce2: command.nonce2, algorithms: { eea: 2, eia: 2 } as const },
      kdSessId: request.dksi * 0x100 + command.lsbOfKdSessId,
    })
    await send(command, 29, fresh)
  }

  /** UE-1's random octets tell Nonce_1 and DKSI of its ciphered request. */
  let drawn: Uint8Array[] = []
  beforeEach(() => {
    drawn = []
    const { random } = world.ue1
    const octets = random.octets.bind(random)
    random.octets = (count) => {
      const given = octets(count)
      drawn.push(given)
      return given
    }
  })
  const messageOfRekeying = () => ({
    dksi: Dksi(drawn.find(({ length }) => length === 1)?.[0] ?? 0),
    nonce1: drawn.find(({ length }) => length === 16) ?? new Uint8Array(),
  })

  it('a good one gets COMPLETE', async () => {
    await answered({})
    expect(times(world.ue1, 'DIRECT_SECURITY_MODE_COMPLETE')).toBe(2)
  })

  it.each([
    ['B19: other capabilities', { ueSecurityCapabilities: { eea: [1, 2], eia: [1, 2, 3] } }, 7],
    ['B20: an algorithm not offered', { chosenAlgorithms: { eea: 0, eia: 2 } }, 7],
    ['B21: EIA0', { chosenAlgorithms: { eea: 2, eia: 0 } }, 7],
    ['B23: another UE-2 ID', { ue2Id: id1 }, 8],
    ['R17: a Nonce_2 of zeros', { nonce2: new Uint8Array(16) }, 8],
  ] as const)(
    '%s: SECURITY MODE REJECT on LCID 30 under the present context, which stays',
    async (_, changes, cause) => {
      const before = snapshot(world.ue1)
      await answered(changes)
      const reject = world.ue1.sent.find(({ name }) => name === 'DIRECT_SECURITY_MODE_REJECT')
      expect([decodeFrame(reject?.frame ?? new Uint8Array()).lcid, reject?.fields()]).toMatchObject([
        30,
        { cause: expect.stringContaining(`${cause}`) as string },
      ])
      expect([snapshot(world.ue1), times(world.ue1, 'DIRECT_SECURITY_MODE_COMPLETE')]).toEqual([before, 1])
      expect(pduOf(world.ue1, 'directSecurityModeReject').kdSessId).toBe(idsOf()[0])
    },
  )

  it('a GPI in it: dropped', async () => {
    await answered({ gpi: new Uint8Array(80).fill(1) })
    expect([
      times(world.ue1, 'DIRECT_SECURITY_MODE_COMPLETE'),
      times(world.ue1, 'DIRECT_SECURITY_MODE_REJECT'),
    ]).toEqual([1, 0])
  })
})

it('SECURITY MODE REJECT of UE-1, protected, ends the rekeying at UE-2', async () => {
  const before = snapshot(world.ue2)
  const { send } = insider('commanded', 9)
  await send(requestOf())
  await send({ type: 'directSecurityModeReject', sequenceNumber: 9, cause: 8 })
  expect(world.ue2.reports.at(-1)).toMatchObject({ what: 'rekeying-failed' })
  await pass(10_000)
  expect([snapshot(world.ue2), times(world.ue2, 'DIRECT_SECURITY_MODE_COMMAND')]).toEqual([before, 2])
})
