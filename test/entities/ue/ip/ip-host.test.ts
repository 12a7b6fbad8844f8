import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../../../../src/core/bytes.ts'
import { inMilliseconds, milliseconds, minutes } from '../../../../src/core/units.ts'
import { IpHost } from '../../../../src/entities/ue/ip/ip-host.ts'
import type { Link } from '../../../../src/entities/ue/link-view.ts'
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

/** `unverified`: no KMF says that the Layer-2 ID is that of UE-1. */
async function linked(peerIdentity: Link['peerIdentity'] = 'verified') {
  const world = await twoUes()
  const { network } = world
  if (peerIdentity === 'unverified')
    network.answer = (request) => {
      const answer = network.keyFor(request)
      return answer.outcome === 'key' ? { ...answer, ue1ProseUeIds: [] } : answer
    }
  const [host1, host2] = [hostOf(world.ue1, world, 1), hostOf(world.ue2, world, 2)]
  const { link } = await world.connect(world.ue1)
  if (link === null) throw new Error('no link')
  return Object.assign(world, { host1, host2, link })
}

/** A connection of UE-1 to port 80 of UE-2, open; `talk` says something there, and it must arrive. */
async function served(peerIdentity?: Link['peerIdentity']) {
  const world = await linked(peerIdentity)
  const { clock, host1, host2, link } = world
  const [client, server] = [new User(), new User()]
  host2.serve(80, (stream) => {
    server.stream = stream
    return server
  })
  client.stream = host1.connect(link, 80, client)
  await clock.runUntil(() => server.stream !== undefined)
  let said = ''
  const talk = async (text: string) => {
    said += text
    for (const one of [client, server]) one.stream?.write(utf8(text))
    const heard = () => [client, server].every(({ octets }) => octets.length === said.length)
    await clock.runUntil(heard, milliseconds(5_000))
    expect([client, server].map(({ octets }) => fromUtf8(octets))).toEqual([said, said])
  }
  return Object.assign(world, { client, server, talk })
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

  it.each([
    ['the renewal of its link, steps 3 to 14 anew', 'verified'],
    ['the renewal of a link whose UE-1 only claims its Layer-2 ID', 'unverified'],
  ] as const)('R29: an open TCP connection survives %s', async (_, peerIdentity) => {
    const { clock, client, server, ue1, ue2, talk } = await served(peerIdentity)
    await talk('before')
    await clock.advance(inMilliseconds(minutes(56)))
    expect([ue1, ue2].map(({ ue }) => ue.links().map(({ label }) => label))).toEqual([['L2'], ['L2']])
    expect(ue2.ue.links()[0]?.peerIdentity).toBe(peerIdentity)
    await talk(', after')
    await clock.advance(inMilliseconds(minutes(110)))
    await talk(' and after others')
    expect([client.told, server.told]).toEqual([[], []])
  })

  it('an open TCP connection survives rekeying while it carries octets', async () => {
    const { clock, client, server, link, ue1 } = await served()
    const page = new SeededRandom(9).octets(300_000)
    server.stream?.write(page)
    await clock.advance(milliseconds(5))
    const octetsBefore = client.octets.length
    expect(octetsBefore).toBeLessThan(page.length)
    expect((await clock.until(ue1.ue.rekey(link))).rekeyings).toBe(1)
    expect(await clock.runUntil(() => client.octets.length === page.length)).toBe(true)
    expect(Buffer.compare(client.octets, page)).toBe(0)
  })

  it('R7: a TCP connection does not go on with who only claims the Layer-2 ID of its peer', async () => {
    const { clock, network, client, server, ue1, ue2 } = await served('unverified')
    network.answer = undefined
    await clock.until(ue2.ue.bootstrap())
    await clock.until(ue1.ue.openPc8())
    const { outcome } = await clock.until(ue2.ue.connect(id1))
    expect([outcome, ue2.ue.links().map((link) => link.peerIdentity)]).toEqual([
      'secured',
      ['unverified', 'verified'],
    ])
    await clock.advance(milliseconds(10_000))
    expect(ue2.ue.links()).toHaveLength(1)
    expect(server.failure).toBe('reset')
    client.stream?.write(utf8('more'))
    await clock.advance(milliseconds(10))
    expect(client.failure).toBe('reset')
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
