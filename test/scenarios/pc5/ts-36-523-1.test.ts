import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { milliseconds } from '../../../src/core/units.ts'
import type { Pc5Profile } from '../../../src/reference-points/pc5/pdcp.ts'
import { decodePdu } from '../../../src/reference-points/pc5/pdcp.ts'
import { decodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { messageOf, namesSent, twoUes, type Station } from '../../entities/ue/two-ues.ts'

async function prepared(pc5Profile: Pc5Profile = 'seed') {
  const world = await twoUes({ ue1: { pc5Profile }, ue2: { pc5Profile } })
  const pass = (duration = 100) => world.clock.advance(milliseconds(duration))
  return { world, ue1: world.ue1, ue2: world.ue2, pass }
}

async function linked(pc5Profile?: Pc5Profile) {
  const all = await prepared(pc5Profile)
  const result = await all.world.connect(all.ue1)
  await all.pass()
  return { ...all, result }
}

const sentBy = ({ sent }: Station, wanted: string) => {
  const message = sent.find(({ name }) => name === wanted)
  if (!message) throw new Error(`no ${wanted} was sent`)
  const { lcid, pdu } = decodeFrame(message.frame)
  return { ...message, ...decodePdu(lcid, pdu), lcid }
}

/** Everything of a station after a message of that name. */
const after = ({ sent }: Station, wanted: string) =>
  sent.slice(sent.findIndex(({ name }) => name === wanted) + 1)

const keepalives = (station: Station) =>
  namesSent(station).filter((name) => name === 'DIRECT_COMMUNICATION_KEEPALIVE').length

describe('TS 36.523-1 19.1.9: one-to-one, success, keepalive, release by the user; mobile originated', () => {
  it('19.1.9 TP1: a link is wanted and the target Layer-2 ID is known: REQUEST is sent, unprotected', async () => {
    const { ue1 } = await linked()
    const request = sentBy(ue1, 'DIRECT_COMMUNICATION_REQUEST')
    expect([request.lcid, request.kdSessId, request.sn, request.mac.length]).toEqual([28, 0, 0, 0])
    expect(messageOf(ue1, 'directCommunicationRequest').msbOfKdSessId).toBeGreaterThan(0)
  })

  it.each([
    ['seed', 'integrity'],
    ['final', 'ciphered'],
  ] as const)(
    '19.1.9 TP2: COMMAND gets COMPLETE under the new context, %s profile: %s, and all that follows is protected',
    async (profile, protection) => {
      const { ue1, ue2 } = await linked(profile)
      const complete = sentBy(ue1, 'DIRECT_SECURITY_MODE_COMPLETE')
      const { dksi, lsbOfKdSessId } = messageOf(ue2, 'directSecurityModeCommand')
      expect([complete.lcid, complete.kdSessId]).toEqual([29, dksi * 0x100 + lsbOfKdSessId])
      expect(complete.protection).toBe(protection)
      ue1.ue.send('L1', utf8('data'))
      ue1.ue.release('L1')
      const following = after(ue1, 'DIRECT_SECURITY_MODE_COMPLETE')
      expect(following.map((sent) => sent.protection)).toEqual(['ciphered', 'ciphered'])
    },
  )

  it('19.1.9 keepalive: KEEPALIVE when T4102 expires, the counter goes up when it is acknowledged', async () => {
    const { ue1, pass } = await linked()
    await pass(65_000)
    const counters = ue1.sent
      .filter(({ name }) => name === 'DIRECT_COMMUNICATION_KEEPALIVE')
      .map(({ fields }) => fields()['keepaliveCounter'])
    expect(counters).toEqual([0, 1, 2, 3])
  })

  it('19.1.9 release by the user: RELEASE, and after RELEASE_ACCEPT nothing is left', async () => {
    const { ue1, ue2, pass } = await linked()
    ue1.ue.release('L1')
    await pass()
    expect([namesSent(ue1).at(-1), namesSent(ue2).at(-1)]).toEqual([
      'DIRECT_COMMUNICATION_RELEASE',
      'DIRECT_COMMUNICATION_RELEASE_ACCEPT',
    ])
    expect([ue1.ue.size.links, ue2.ue.size.links]).toEqual([0, 0])
  })
})

describe('TS 36.523-1 19.1.10: one-to-one, success, keepalive, release by the user; mobile terminated', () => {
  it('19.1.10 TP1: REQUEST gets COMMAND, integrity protected under the new context and not ciphered', async () => {
    const { ue2 } = await linked()
    const command = sentBy(ue2, 'DIRECT_SECURITY_MODE_COMMAND')
    expect([command.lcid, command.sn, command.mac.length, command.protection]).toEqual([
      29,
      1,
      4,
      'integrity',
    ])
    expect(command.data[0]).toBe(0x0c)
    expect(command.kdSessId).toBe(ue2.ue.links()[0]?.kdSessId)
  })

  it('19.1.10 TP2: COMPLETE gets ACCEPT, ciphered, and the link is established', async () => {
    const { ue2, result } = await linked()
    const accept = sentBy(ue2, 'DIRECT_COMMUNICATION_ACCEPT')
    expect([accept.lcid, accept.protection, result.outcome]).toEqual([30, 'ciphered', 'secured'])
    expect(ue2.ue.links()).toHaveLength(1)
  })

  it('19.1.10: before COMPLETE has verified there is no link and no user data', async () => {
    const { world, ue1, ue2, pass } = await prepared()
    world.air.drop('directSecurityModeComplete')
    void ue1.ue.connect(ue2.ue.layer2Id)
    await pass(1000)
    expect(ue2.ue.links()).toEqual([])
    expect(() => ue2.ue.send('L1', utf8('early'))).toThrow('no live link')
  })

  it('19.1.10 keepalive: KEEPALIVE gets KEEPALIVE_ACK with its counter; without any T4108 releases', async () => {
    const { world, ue1, ue2, pass } = await linked()
    await pass(30_000)
    const acks = namesSent(ue2).filter((name) => name === 'DIRECT_COMMUNICATION_KEEPALIVE_ACK').length
    expect([acks, keepalives(ue1)]).toEqual([2, 2])
    world.air.drop('any', { from: 'ue1' })
    await pass(75_000)
    expect(namesSent(ue2)).toContain('DIRECT_COMMUNICATION_RELEASE')
    expect(ue2.ue.size.links).toBe(0)
  })

  it('19.1.10 release: RELEASE gets RELEASE_ACCEPT, and the context is deleted', async () => {
    const { ue1, ue2, pass } = await linked()
    ue1.ue.release('L1')
    await pass()
    expect([namesSent(ue2).at(-1), ue2.ue.size.links]).toEqual(['DIRECT_COMMUNICATION_RELEASE_ACCEPT', 0])
  })
})
