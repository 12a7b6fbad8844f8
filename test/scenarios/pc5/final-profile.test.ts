import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { decodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { defaultAlgorithmPolicy } from '../../../src/reference-points/pc5/security-capabilities.ts'
import { forgedFrame } from '../../entities/ue/forge.ts'
import { id1, id2, twoUes, type Station } from '../../entities/ue/two-ues.ts'

const final = { pc5Profile: 'final' } as const

async function linked(changes: Parameters<typeof twoUes>[0] = { ue1: final, ue2: final }) {
  const world = await twoUes(changes)
  const result = await world.connect(world.ue1)
  await world.clock.advance(milliseconds(100))
  return { world, ue1: world.ue1, ue2: world.ue2, result }
}

const pduOf = ({ sent }: Station, wanted: string): Uint8Array => {
  const message = sent.find(({ name }) => name === wanted)
  if (!message) throw new Error(`no ${wanted} was sent`)
  return decodeFrame(message.frame).pdu
}

describe('the final profile: TS 33.303 6.5.5.2, TS 36.323 6.2.10', () => {
  it('COMPLETE is ciphered and has a MAC-I, the Command has a MAC-I alone', async () => {
    const { ue1, ue2, result } = await linked()
    expect(result.outcome).toBe('secured')
    const [complete, command] = [
      pduOf(ue1, 'DIRECT_SECURITY_MODE_COMPLETE'),
      pduOf(ue2, 'DIRECT_SECURITY_MODE_COMMAND'),
    ]
    expect([complete.length, complete[5] === 0x0d, command[5]]).toEqual([5 + 3 + 4, false, 0x0c])
    const protections = ue1.sent.concat(ue2.sent).map(({ name, protection }) => [name, protection])
    expect(protections).toContainEqual(['DIRECT_SECURITY_MODE_COMPLETE', 'ciphered'])
    expect(protections).toContainEqual(['DIRECT_SECURITY_MODE_COMMAND', 'integrity'])
  })

  it('user data is ciphered, has no MAC-I and no replay rule; signalling keeps both', async () => {
    const { world, ue1, ue2 } = await linked()
    ue1.ue.send('L1', utf8('hello'))
    await world.clock.advance(milliseconds(10))
    expect([pduOf(ue1, 'USER_DATA').length, ue2.received.map(({ text }) => text)]).toEqual([5 + 5, ['hello']])
    const accepts = ue1.counts.get('pc5 dropped: ERR_REPLAYED_MESSAGE') ?? 0
    for (const { frame, name } of ue1.sent.concat(ue2.sent))
      if (name !== 'DIRECT_COMMUNICATION_REQUEST') world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(10))
    expect(ue2.received.map(({ text }) => text)).toEqual(['hello', 'hello'])
    expect((ue1.counts.get('pc5 dropped: ERR_REPLAYED_MESSAGE') ?? 0) - accepts).toBeGreaterThan(0)
  })

  it('is rekeyed, and user data of anybody does not end the old context before the new is shown', async () => {
    const { world, ue1, ue2 } = await linked()
    world.air.drop('directRekeyingResponse', { times: 1 })
    const end = ue1.ue.rekey('L1')
    await world.clock.advance(milliseconds(10))
    const kdSessId = ue2.ue.links()[0]?.kdSessId ?? 0
    world.air.inject('SL-SCH', forgedFrame(kdSessId, 5, 1, utf8('anybody'), new Uint8Array(), id2, id1))
    await world.clock.advance(milliseconds(10))
    expect(ue1.ue.links()[0]?.rekeyings).toBe(0)
    await world.clock.advance(milliseconds(3000))
    expect((await end).kdSessId).toBe(kdSessId)
  })

  it('R11: user data without a MAC-I is no sign of life', async () => {
    const { world, ue1 } = await linked()
    const kdSessId = ue1.ue.links()[0]?.kdSessId ?? 0
    world.air.drop('any')
    for (let nth = 0; nth < 80; nth++) {
      const data = (from: typeof id1, to: typeof id1) =>
        forgedFrame(kdSessId, 100 + nth, 1, utf8('x'), new Uint8Array(), from, to)
      world.air.inject('SL-SCH', data(id2, id1))
      world.air.inject('SL-SCH', data(id1, id2))
      await world.clock.advance(milliseconds(1000))
    }
    expect([world.ue1.ue.size.links, world.ue2.ue.size.links]).toEqual([0, 0])
  })

  it('R19: EEA0 goes where policy of both allows it', async () => {
    const algorithms = { ...defaultAlgorithmPolicy, eea: [], allowEea0: true }
    const { ue1, ue2, world } = await linked({ ue1: { ...final, algorithms }, ue2: { ...final, algorithms } })
    expect(ue1.ue.links()[0]?.algorithms).toEqual({ eea: 0, eia: 2 })
    ue1.ue.send('L1', utf8('clear'))
    await world.clock.advance(milliseconds(10))
    expect(ue2.received.map(({ text }) => text)).toEqual(['clear'])
  })

  it('does not work with a UE of the seed profile', async () => {
    const { result } = await linked({ ue1: final })
    expect(result).toMatchObject({ outcome: 'timed-out', reason: 'ERR_NO_ANSWER' })
  })
})
