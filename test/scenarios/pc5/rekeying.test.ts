import { beforeEach, describe, expect, it } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { decodeSdu } from '../../../src/reference-points/pc5/messages.ts'
import { snLimits } from '../../../src/reference-points/pc5/security-context.ts'
import { decodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import {
  equalKeys,
  id2,
  messageOf,
  namesSent,
  snapshot,
  twoUes,
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

/** Data each way; what came. */
async function exchange(text: string): Promise<readonly (string | undefined)[]> {
  world.ue1.ue.send('L1', utf8(`${text} of ue1`))
  world.ue2.ue.send('L1', utf8(`${text} of ue2`))
  await pass()
  return [world.ue2.received.at(-1)?.text, world.ue1.received.at(-1)?.text]
}

describe('TS 33.303 6.5.5.3: rekeying', () => {
  it.each(['ue1', 'ue2'] as const)(
    'by %s gives both a new KD-sess of the same PDK, and data goes on',
    async (by) => {
      const [before] = idsOf()
      const keyRequests = world.network.requests.length
      expect(await exchange('before')).toEqual(['before of ue1', 'before of ue2'])
      expect(await rekey(world[by])).not.toBe(before)
      await pass()
      expect(idsOf()).toEqual([linkOf(world.ue1)?.kdSessId, linkOf(world.ue1)?.kdSessId])
      expect(idsOf()[0]).not.toBe(before)
      expect(equalKeys(world.ue1, world.ue2)).toBe(true)
      expect([linkOf(world.ue1)?.rekeyings, linkOf(world.ue2)?.rekeyings]).toEqual([1, 1])
      expect(await exchange('after')).toEqual(['after of ue1', 'after of ue2'])
      expect(world.network.requests).toHaveLength(keyRequests)
      const names = namesSent(world.ue1).concat(namesSent(world.ue2))
      expect(names.filter((name) => name === 'DIRECT_REKEYING_TRIGGER')).toHaveLength(by === 'ue2' ? 1 : 0)
    },
  )

  it('REQUEST and RESPONSE go on LCID 30, Command and COMPLETE on LCID 29 under the new KD-sess ID', async () => {
    const [old] = idsOf()
    const now = await rekey(world.ue1)
    const sent = [...world.ue1.sent, ...world.ue2.sent]
      .filter(({ frame }) => frame[7] !== 28)
      .map(({ name, frame }) => {
        const { lcid, pdu } = decodeFrame(frame)
        return [name, lcid, pdu.subarray(1, 3)] as const
      })
    const octets = (id: unknown) => Uint8Array.of(Number(id) >> 8, Number(id) & 0xff)
    expect(sent).toContainEqual(['DIRECT_REKEYING_REQUEST', 30, octets(old)])
    expect(sent).toContainEqual(['DIRECT_SECURITY_MODE_COMMAND', 29, octets(now)])
    expect(sent).toContainEqual(['DIRECT_SECURITY_MODE_COMPLETE', 29, octets(now)])
    expect(sent).toContainEqual(['DIRECT_REKEYING_RESPONSE', 30, octets(now)])
  })

  it('the Command has UE-2 ID, the new DKSI and the capabilities, a Nonce_2 of its own and no GPI', async () => {
    const [first] = [messageOf(world.ue2, 'directSecurityModeCommand')]
    await rekey(world.ue1)
    const { gpi, longGpi, ue2Id, dksi, nonce2, ueSecurityCapabilities } = messageOf(
      world.ue2,
      'directSecurityModeCommand',
      1,
    )
    expect([gpi, longGpi, ue2Id, dksi]).toEqual([undefined, undefined, id2, Number(idsOf()[0]) >> 8])
    expect(ueSecurityCapabilities).toEqual(first.ueSecurityCapabilities)
    expect(nonce2).not.toEqual(first.nonce2)
    expect(dksi).not.toBe(first.dksi)
  })

  it('works with the extensions, whose PDK and covered identities stay those of the set-up', async () => {
    for (let nth = 1; nth <= 3; nth++) await rekey(world.ue1)
    expect(linkOf(world.ue1)?.rekeyings).toBe(3)
    expect(await exchange('third')).toEqual(['third of ue1', 'third of ue2'])
  })

  it('user data that is sent all the while comes, each once and in order', async () => {
    const sent: string[] = []
    void world.ue1.ue.rekey('L1')
    for (let nth = 0; nth < 40; nth++) {
      for (const ue of [world.ue1, world.ue2]) ue.ue.send('L1', utf8(`${nth}`))
      sent.push(`${nth}`)
      await pass(0.25)
    }
    await pass()
    expect(linkOf(world.ue1)?.rekeyings).toBe(1)
    expect(world.ue2.received.map(({ text }) => text)).toEqual(sent)
    expect(world.ue1.received.map(({ text }) => text)).toEqual(sent)
  })

  it('asked for twice at once, and by both, is one', async () => {
    const ends = [world.ue1.ue.rekey('L1'), world.ue1.ue.rekey('L1'), world.ue2.ue.rekey('L1')]
    await pass()
    expect((await Promise.all(ends)).map(({ rekeyings }) => rekeyings)).toEqual([1, 1, 1])
    expect(times(world.ue2, 'DIRECT_SECURITY_MODE_COMMAND')).toBe(2)
  })

  it('leaves no timer behind', async () => {
    const timers = world.clock.pending
    await rekey(world.ue1)
    await pass()
    expect(world.clock.pending).toBe(timers)
  })

  it('R21: takes another DKSI than a set-up with the same UE that still waits for its Command', async () => {
    world.air.drop('directSecurityModeCommand')
    world.ue1.random.next.push(Uint8Array.of(0x77))
    void world.ue1.ue.connect(id2)
    await pass(5)
    expect(messageOf(world.ue1, 'directCommunicationRequest', -1).msbOfKdSessId).toBe(0x77)
    world.ue1.random.next.push(Uint8Array.of(0x77))
    void rekey(world.ue1)
    await pass(5)
    expect(decodeSdu(world.ue1.sent.at(-1)?.sdu ?? new Uint8Array())).toMatchObject({
      ...{ type: 'directRekeyingRequest', msbOfKdSessId: 0x78 },
    })
  })

  it('does not exist without a live link', async () => {
    await expect(world.ue1.ue.rekey('L9')).rejects.toMatchObject({ code: 'ERR_NOT_POSSIBLE_NOW' })
  })
})

describe('R27: before the SNs end', () => {
  beforeEach(() => void world.air.drop('userData'))
  const sendUntil = (station: Station, sn: number) => {
    for (let left = sn - 1 - (linkOf(station)?.pdus.sent ?? 0); left > 0; left--)
      station.ue.send('L1', Uint8Array.of(left))
  }

  it('R27: UE-1 begins by itself at SN 0xF000', async () => {
    sendUntil(world.ue1, snLimits.rekey - 1)
    expect(times(world.ue1, 'DIRECT_REKEYING_REQUEST')).toBe(0)
    sendUntil(world.ue1, snLimits.rekey + 1)
    await pass()
    expect(linkOf(world.ue2)?.rekeyings).toBe(1)
    expect(linkOf(world.ue1)?.pdus.sent).toBeLessThan(5)
  }, 30_000)

  it('R27: UE-2 asks UE-1 to at SN 0xF000', async () => {
    sendUntil(world.ue2, snLimits.rekey + 1)
    await pass()
    expect(times(world.ue2, 'DIRECT_REKEYING_TRIGGER')).toBe(1)
    expect([linkOf(world.ue1)?.rekeyings, linkOf(world.ue2)?.rekeyings]).toEqual([1, 1])
  }, 30_000)

  /** KD-sess ID and SN of all that was protected: COUNT. */
  const countsOf = ({ sent }: Station) =>
    sent.filter(({ protection }) => protection !== 'clear').map(({ frame }) => hex(frame.subarray(9, 13)))
  /** User data until it is refused. */
  const sendAll = (station: Station): unknown => {
    for (;;)
      try {
        station.ue.send('L1', Uint8Array.of(1))
      } catch (error) {
        return error
      }
  }

  it('R27: user data stops before the last SNs: a typed refusal, no SN twice, and the link lives', () => {
    world.air.drop('any', { from: 'ue2' })
    expect(sendAll(world.ue1)).toMatchObject({ code: 'ERR_NOT_POSSIBLE_NOW' })
    expect(sendAll(world.ue1)).toMatchObject({ code: 'ERR_NOT_POSSIBLE_NOW' })
    expect(new Set(countsOf(world.ue1)).size).toBe(snLimits.userData)
    expect(linkOf(world.ue1)?.pdus.sent).toBe(snLimits.userData)
    world.ue1.ue.release('L1')
    expect(namesSent(world.ue1).at(-1)).toBe('DIRECT_COMMUNICATION_RELEASE')
  }, 30_000)

  it('R27: what was refused rekeys the link, which then takes user data again', async () => {
    const begin = world.clock.now()
    world.air.drop('directSecurityModeCommand', { strikes: () => world.clock.now() < begin + 20_000 })
    sendAll(world.ue1)
    await pass(25_000)
    expect(linkOf(world.ue1)).toMatchObject({ rekeyings: 0 })
    sendAll(world.ue1)
    await pass()
    expect(linkOf(world.ue1)?.rekeyings).toBe(1)
    world.ue1.ue.send('L1', utf8('again'))
  }, 30_000)

  it('R27: what is refused again and again ends with the last SN, and nobody falls over it', async () => {
    world.air.drop('directSecurityModeCommand')
    for (let nth = 0; nth < 1000 && linkOf(world.ue1); nth++) {
      sendAll(world.ue1)
      await pass(1000)
    }
    expect(world.ue1.ue.links()).toEqual([])
    expect(world.ue1.reports.at(-1)).toMatchObject({ fields: { reason: 'ERR_COUNTER_EXHAUSTED' } })
    const counts = countsOf(world.ue1)
    expect([counts.length, new Set(counts).size]).toEqual([snLimits.last, snLimits.last])
  }, 30_000)
})

describe('loss: T4109, T4110, T4111', () => {
  it.each([
    ['directRekeyingRequest', 'ue1'],
    ['directSecurityModeCommand', 'ue2'],
    ['directSecurityModeComplete', 'ue1'],
    ['directRekeyingResponse', 'ue2'],
  ] as const)('%s lost once is said again', async (name, from) => {
    world.air.drop(name, { times: 1, from })
    expect(await rekey(world.ue1)).toBe(linkOf(world.ue1)?.kdSessId)
    await pass()
    expect(idsOf()[0]).toBe(idsOf()[1])
    expect(await exchange('after')).toEqual(['after of ue1', 'after of ue2'])
  })

  it('TRIGGER lost once is said again', async () => {
    world.air.drop('directRekeyingTrigger', { times: 1 })
    await rekey(world.ue2)
    await pass()
    expect([times(world.ue2, 'DIRECT_REKEYING_TRIGGER'), linkOf(world.ue1)?.rekeyings]).toEqual([2, 1])
  })

  it.each([
    ['directRekeyingRequest', 'ue1', 'DIRECT_REKEYING_REQUEST', 4],
    ['directRekeyingTrigger', 'ue2', 'DIRECT_REKEYING_TRIGGER', 4],
  ] as const)(
    '%s lost for good: said four times, then the link goes on as it was',
    async (name, by, sent, count) => {
      const before = snapshot(world.ue1)
      world.air.drop(name)
      expect(await rekey(world[by])).toBe('ERR_NO_ANSWER')
      expect([times(world[by], sent), snapshot(world.ue1)]).toEqual([count, before])
      expect(await exchange('still')).toEqual(['still of ue1', 'still of ue2'])
    },
  )

  it('Command lost for good: three for each time the REQUEST is heard, then both have the old context', async () => {
    const before = [snapshot(world.ue1), snapshot(world.ue2)]
    world.air.drop('directSecurityModeCommand')
    expect(await rekey(world.ue1)).toBe('ERR_NO_ANSWER')
    await pass(10_000)
    expect([snapshot(world.ue1), snapshot(world.ue2)]).toEqual(before)
    expect(await exchange('still')).toEqual(['still of ue1', 'still of ue2'])
  })

  it('COMPLETE lost for good: both go back to the old context', async () => {
    const before = [snapshot(world.ue1), snapshot(world.ue2)]
    world.air.drop('directSecurityModeComplete')
    expect(await rekey(world.ue1)).toBe('ERR_NO_ANSWER')
    expect([snapshot(world.ue1), snapshot(world.ue2)]).toEqual(before)
    expect(await exchange('still')).toEqual(['still of ue1', 'still of ue2'])
    expect(world.ue1.reports.at(-1)).toMatchObject({ what: 'rekeying-failed' })
  })

  it('RESPONSE lost: other messages under the new context show UE-1 as well that UE-2 has it', async () => {
    world.air.drop('directRekeyingResponse')
    const end = rekey(world.ue1)
    await Promise.resolve()
    await world.clock.advance(milliseconds(10))
    world.ue2.ue.send('L1', utf8('new'))
    expect(await end).toBe(linkOf(world.ue1)?.kdSessId)
    expect(world.ue1.received.at(-1)?.text).toBe('new')
  })

  it('every message heard twice: one rekeying', async () => {
    world.air.duplicate('any')
    await rekey(world.ue1)
    await pass()
    expect([linkOf(world.ue1)?.rekeyings, linkOf(world.ue2)?.rekeyings]).toEqual([1, 1])
    expect(await exchange('after')).toEqual(['after of ue1', 'after of ue2'])
  })

  it.each(['ue1', 'ue2'] as const)('RELEASE by %s at any moment of it ends the link at both', async (by) => {
    for (let moment = 0; moment < 8; moment++) {
      const fresh = await twoUes()
      await fresh.connect(fresh.ue1)
      await fresh.clock.advance(milliseconds(100))
      fresh.ue1.ue.rekey('L1').catch(() => undefined)
      await fresh.clock.advance(milliseconds(moment))
      fresh[by].ue.release('L1')
      await fresh.clock.advance(milliseconds(100))
      expect([fresh.ue1.ue.size.links, fresh.ue2.ue.size.links], `after ${moment} ms`).toEqual([0, 0])
      await fresh.clock.advance(milliseconds(40_000))
      expect(fresh.clock.pending).toBe(0)
    }
  })

  it('close() in the middle of it ends the wait', async () => {
    world.air.drop('directRekeyingRequest')
    const end = rekey(world.ue1)
    await world.ue1.ue.close()
    expect(await end).toBe('ERR_TEMPORARY_FAILURE')
  })
})
