import { beforeEach, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { insiderOf } from '../../entities/ue/forge.ts'
import { id2, namesSent, snapshot, twoUes } from '../../entities/ue/two-ues.ts'

// SDU types of PDCP. TS 36.323 6.3.14.

let world: Awaited<ReturnType<typeof twoUes>>
beforeEach(async () => {
  world = await twoUes()
  await world.connect(world.ue1)
})

const heard = () => world.ue2.received.map(({ text }) => text)

it.each(['ip', 'non-ip'] as const)('%s is given to the user of the link', async (sduType) => {
  const types: string[] = []
  world.ue2.ue.onData((data) => types.push(data.sduType))
  world.ue1.ue.send('L1', utf8('from the user'), sduType)
  await world.clock.advance(milliseconds(100))
  expect([heard(), types]).toEqual([['from the user'], [sduType]])
})

it.each([
  ['ARP', 'arp', 1, 'ARP is not used'],
  ['PC5 signalling on a channel of user data', 'pc5-signalling', 1, 'ERR_MALFORMED_MESSAGE'],
  ['IP on a channel of signalling', 'ip', 30, 'ERR_MALFORMED_MESSAGE'],
] as const)('%s is dropped and counted, under the keys of the link too', async (_, sduType, lcid, why) => {
  const before = snapshot(world.ue2)
  await insiderOf(world, 'commanded', 5)(utf8('not taken'), lcid, sduType)
  expect([heard(), world.ue2.counts.get(`pc5 dropped: ${why}`)]).toEqual([[], 1])
  expect(snapshot(world.ue2).length).toBe(before.length)
})

it('ARP is dropped and counted before ACCEPT as well', async () => {
  world = await twoUes()
  world.air.drop('directCommunicationAccept', { times: 1 })
  void world.ue1.ue.connect(id2)
  await world.clock.runUntil(() => namesSent(world.ue2).includes('DIRECT_COMMUNICATION_ACCEPT'))
  await insiderOf(world, 'commanding', 5)(utf8('not taken'), 1, 'arp')
  expect(world.ue1.counts.get('pc5 dropped: ARP is not used')).toBe(1)
})
