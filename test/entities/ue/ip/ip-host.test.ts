import { describe, expect, it } from 'vitest'
import { inMilliseconds, milliseconds, minutes } from '../../../../src/core/units.ts'
import { IpHost } from '../../../../src/entities/ue/ip/ip-host.ts'
import { linkLocalAddress } from '../../../../src/reference-points/pc5/link-local.ts'
import { SeededRandom } from '../../../../src/testbed/simulation/seeded-random.ts'
import { encodeEcho } from '../../../../src/wire/icmpv6-echo.ts'
import { ipv6Packet, protocols } from '../../../../src/wire/ip-packet.ts'
import { id1, id2, twoUes, type Station, type TwoUes } from '../two-ues.ts'
import { User } from './two-ends.ts'

const hostOf = ({ ue, counts }: Station, { clock }: TwoUes, seed: number) =>
  new IpHost({
    ...{ ue, clock, timers: clock, random: new SeededRandom(seed) },
    count: (counter) => counts.set(counter, (counts.get(counter) ?? 0) + 1),
  })

async function linked() {
  const world = await twoUes()
  const [host1, host2] = [hostOf(world.ue1, world, 1), hostOf(world.ue2, world, 2)]
  const { link } = await world.connect(world.ue1)
  if (link === null) throw new Error('no link')
  return Object.assign(world, { host1, host2, link })
}

const patience = milliseconds(2_000)

/** An echo request of UE-1 under addresses that a test chooses. */
function echo(source: Uint8Array, destination: Uint8Array): Uint8Array {
  const ends = { source, destination }
  const request = { kind: 'request', identifier: 7, sequence: 7, data: new Uint8Array(8) } as const
  return ipv6Packet({ ...ends, protocol: protocols.icmpv6, hopLimit: 64, payload: encodeEcho(request, ends) })
}

describe('IPv6 at a UE without a TUN device', () => {
  it('pings the peer, and a ping that is lost has no time (RFC 4443 4)', async () => {
    const { clock, host1, link, air } = await linked()
    expect(await clock.until(host1.ping(link, patience))).toBe(2)
    air.drop('userData', { times: 1 })
    expect(await clock.until(host1.ping(link, patience))).toBeUndefined()
    expect(await clock.until(host1.ping(link, patience))).toBe(2)
  })

  it('answers only what the peer of the link sends to this UE itself', async () => {
    const { ue1, ue2, link, clock } = await linked()
    const [own, peer] = [linkLocalAddress(id1), linkLocalAddress(id2)]
    const other = Uint8Array.from(own).fill(9, 8)
    const answers = async (packet: Uint8Array) => {
      const before = ue2.sent.filter(({ name }) => name === 'USER_DATA').length
      ue1.ue.send(link, packet, 'ip')
      await clock.advance(milliseconds(10))
      return ue2.sent.filter(({ name }) => name === 'USER_DATA').length - before
    }
    expect(await answers(echo(own, peer))).toBe(1)
    expect(await answers(echo(other, peer))).toBe(0)
    expect(await answers(echo(own, other))).toBe(0)
    expect(await answers(echo(own, peer).subarray(1))).toBe(0)
    expect(ue2.counts.get('ip dropped: malformed')).toBe(1)
  })

  it.each([
    ['a good radio', 0, false],
    ['a tenth lost, packets doubled and late', 10, true],
  ])('carries a megabyte of TCP over a link with %s', async (_, percent, mixed) => {
    const { clock, host1, host2, link, air } = await linked()
    const random = new SeededRandom(5)
    air.lose(percent, 3)
    if (mixed) {
      air.duplicate('userData', { strikes: () => random.chance(0.1) })
      air.delay('userData', milliseconds(15), { strikes: () => random.chance(0.1) })
    }
    const [client, server] = [new User(), new User()]
    host2.serve(80, (stream) => {
      server.stream = stream
      return server
    })
    client.stream = host1.connect(link, 80, client)
    client.stream.write(Uint8Array.of(1, 2, 3))
    await clock.runUntil(() => server.octets.length === 3, inMilliseconds(minutes(5)))
    const page = new SeededRandom(9).octets(1_000_000)
    server.stream?.write(page)
    server.stream?.end()
    await clock.runUntil(() => client.told.includes('ended'), inMilliseconds(minutes(30)))
    expect(Buffer.compare(client.octets, page)).toBe(0)
  })

  it('ends connections with their link', async () => {
    const { clock, host1, host2, link, ue1 } = await linked()
    const [client, server] = [new User(), new User()]
    host2.serve(80, () => server)
    client.stream = host1.connect(link, 80, client)
    await clock.advance(milliseconds(10))
    ue1.ue.release(link)
    await clock.advance(milliseconds(10))
    expect([client.failure, server.failure]).toEqual(['reset', 'reset'])
  })
})
