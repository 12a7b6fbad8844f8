import { describe, expect, it } from 'vitest'
import { inMilliseconds, milliseconds, minutes, seconds } from '../../../../src/core/units.ts'
import { SeededRandom } from '../../../../src/testbed/simulation/seeded-random.ts'
import { tcpFlags } from '../../../../src/wire/tcp-segment.ts'
import { TwoEnds, User } from './two-ends.ts'

const long = inMilliseconds(minutes(30))
const page = (size: number) => new SeededRandom(7).octets(size)

const flagsOf = ({ sent }: TwoEnds) =>
  sent.map(({ by, flags }) => {
    const names = Object.entries(tcpFlags).flatMap(([name, bit]) => (flags & bit ? [name] : []))
    return `${by} ${names.join(' ')}`
  })

describe('a TCP connection (RFC 9293)', () => {
  it('opens with three segments and closes with FIN from both ends', async () => {
    const ends = new TwoEnds()
    const { client, server } = ends.connect()
    await ends.clock.advance(milliseconds(10))
    client.stream?.end()
    await ends.clock.advance(milliseconds(10))
    server.stream?.end()
    await ends.clock.advance(milliseconds(10))
    expect(flagsOf(ends)).toEqual([
      'client syn',
      'server syn acknowledge',
      'client acknowledge',
      'client fin acknowledge',
      'server acknowledge',
      'server fin acknowledge',
      'client acknowledge',
    ])
    expect(client.told).toEqual(['ended', 'closed'])
    expect(server.told).toEqual(['ended', 'closed'])
    // Who ended first waits for a FIN that may come again; the other one is done.
    expect([ends.client.size, ends.server.size]).toEqual([1, 0])
    await ends.clock.advance(inMilliseconds(minutes(2)))
    expect(ends.client.size).toBe(0)
    expect(ends.clock.pending).toBe(0)
  })

  it('names the largest segment in SYN only, and no segment is larger', async () => {
    const ends = new TwoEnds()
    const { client } = ends.connect()
    client.stream?.write(page(100_000))
    await ends.clock.advance(inMilliseconds(seconds(5)))
    for (const { flags, maximumSegmentSize, payload } of ends.sent) {
      expect(maximumSegmentSize).toBe(flags & tcpFlags.syn ? 1340 : undefined)
      expect(payload.length).toBeLessThanOrEqual(1340)
    }
  })

  it.each([
    ['nothing', {}],
    ['a twentieth lost', { lost: 0.05 }],
    ['a fifth lost', { lost: 0.2 }],
    ['order mixed', { late: 30 }],
    ['everything doubled', { doubled: 1 }],
    ['a tenth lost, a fifth doubled, order mixed', { lost: 0.1, doubled: 0.2, late: 20 }],
  ])('brings every octet once and in order both ways: %s', async (_, faults) => {
    for (const seed of [1, 2, 3]) {
      const ends = new TwoEnds(faults, seed)
      const { client, server } = ends.connect()
      const [there, back] = [page(120_000), page(200_000)]
      client.stream?.write(there)
      client.stream?.end()
      await ends.clock.runUntil(() => server.told.includes('ended'), long)
      server.stream?.write(back)
      server.stream?.end()
      expect(await ends.clock.runUntil(() => client.isOver && server.isOver, long)).toBe(true)
      expect(Buffer.compare(server.octets, there)).toBe(0)
      expect(Buffer.compare(client.octets, back)).toBe(0)
      expect([client.failure, server.failure]).toEqual([undefined, undefined])
      expect([client.acknowledgedOctets, server.acknowledgedOctets]).toEqual([there.length, back.length])
      await ends.clock.runUntilQuiet()
      expect([ends.client.size, ends.server.size, ends.clock.pending]).toEqual([0, 0, 0])
    }
  })

  it('sends again what three duplicates say is lost, without waiting for the timer', async () => {
    const ends = new TwoEnds()
    const { client, server } = ends.connect()
    await ends.clock.advance(milliseconds(10))
    let lost = 0
    ends.passes = ({ payload }, by) => by === 'server' || payload.length === 0 || lost++ !== 0
    client.stream?.write(page(10 * 1340))
    await ends.clock.advance(milliseconds(20))
    expect(server.octets).toHaveLength(10 * 1340)
  })

  it('sends no more than the window of a peer that does not read, and goes on when it does', async () => {
    const ends = new TwoEnds()
    const slow = new User()
    slow.reads = false
    const { client } = ends.connect(new User(), slow)
    const all = page(200_000)
    client.stream?.write(all)
    await ends.clock.advance(inMilliseconds(minutes(10)))
    expect(slow.octets.length).toBe(65_535)
    expect(client.isOver).toBe(false)
    slow.readAll()
    await ends.clock.runUntil(() => slow.octets.length === all.length, long)
    expect(Buffer.compare(slow.octets, all)).toBe(0)
  })

  it('a window that opens unheard is found by asking', async () => {
    const ends = new TwoEnds()
    const slow = new User()
    slow.reads = false
    const { client } = ends.connect(new User(), slow)
    client.stream?.write(page(100_000))
    await ends.clock.advance(inMilliseconds(seconds(30)))
    ends.passes = (_, by) => by === 'client'
    slow.readAll()
    await ends.clock.advance(milliseconds(10))
    ends.passes = () => true
    await ends.clock.advance(inMilliseconds(minutes(3)))
    expect(slow.octets).toHaveLength(100_000)
  })

  it('is refused where nobody serves the port', async () => {
    const ends = new TwoEnds()
    const client = new User()
    ends.client.connect('L1', 81, client)
    await ends.clock.advance(milliseconds(10))
    expect([client.isOver, client.failure]).toEqual([true, 'refused'])
    expect([ends.client.size, ends.server.size, ends.clock.pending]).toEqual([0, 0, 0])
  })

  it('an abort is a reset for the other end', async () => {
    const ends = new TwoEnds()
    const { client, server } = ends.connect()
    await ends.clock.advance(milliseconds(10))
    client.stream?.abort()
    await ends.clock.advance(milliseconds(10))
    expect([client.failure, server.failure]).toEqual([undefined, 'reset'])
    expect([ends.client.size, ends.server.size, ends.clock.pending]).toEqual([0, 0, 0])
  })

  it.each([
    ['SYN', () => undefined],
    ['data', (client: User) => client.stream?.write(page(10))],
  ])('gives up %s that nobody answers any more', async (what, act) => {
    const ends = new TwoEnds()
    ends.passes = () => what !== 'SYN'
    const { client } = ends.connect()
    await ends.clock.advance(milliseconds(10))
    ends.passes = () => false
    act(client)
    await ends.clock.advance(long)
    expect(client.failure).toBe('timed-out')
    expect(ends.client.size).toBe(0)
  })

  it('a reset with another sequence number ends nothing (RFC 5961)', async () => {
    const ends = new TwoEnds()
    const { client } = ends.connect()
    await ends.clock.advance(milliseconds(10))
    const answer = ends.sent.find(({ by, flags }) => by === 'server' && flags & tcpFlags.syn)
    if (!answer) throw new Error('no SYN came back')
    const forged = { ...answer, flags: tcpFlags.reset }
    for (const sequence of [answer.sequence, answer.sequence + 2, answer.sequence + 70_000])
      ends.client.hear('L1', { ...forged, sequence: sequence >>> 0 })
    expect(client.isOver).toBe(false)
    ends.client.hear('L1', { ...forged, sequence: (answer.sequence + 1) >>> 0 })
    expect(client.failure).toBe('reset')
  })

  it('R43: holds 256 connections and refuses further ones', async () => {
    const ends = new TwoEnds()
    ends.server.serve(80, () => new User())
    for (let count = 0; count < 256; count++) ends.client.connect('L1', 80, new User())
    expect(() => ends.client.connect('L1', 80, new User())).toThrow('too many')
    await ends.clock.advance(milliseconds(10))
    expect(ends.server.size).toBe(256)
  })

  it('what goes over a link that ends is reset', async () => {
    const ends = new TwoEnds()
    const { client, server } = ends.connect()
    await ends.clock.advance(milliseconds(10))
    ends.client.linkGone('L1')
    ends.server.linkGone('L2')
    expect([client.failure, server.isOver]).toEqual(['reset', false])
  })
})
