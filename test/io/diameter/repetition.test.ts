import { describe, expect, it } from 'vitest'
import type { Timers } from '../../../src/core/environment.ts'
import { concat, hex, putU32 } from '../../../src/core/bytes.ts'
import type { DiameterNodeOptions } from '../../../src/io/diameter/node.ts'
import { Instant } from '../../../src/core/units.ts'
import type { DiameterMessage } from '../../../src/wire/diameter/message.ts'
import { bir, bsfAndPeer, dwr } from './raw-peer.ts'
import { until } from './two-nodes.ts'

/** The DWR of the peer under these identifiers. */
function dwrUnder(hopByHop: number, endToEnd: number): Uint8Array {
  const octets = Uint8Array.from(dwr())
  putU32(octets, 12, hopByHop)
  putU32(octets, 16, endToEnd)
  return octets
}

/** Octets of the length that would make a message wait for more. */
const isOfLength = (at: number) => at === 1 || at === 2

const withoutIdentifiers = (octets: Uint8Array) => hex(concat(octets.subarray(0, 12), octets.subarray(20)))

/** Where nobody looks on. */
const unobserved = (more?: Partial<DiameterNodeOptions>) => bsfAndPeer(undefined, more, false)

type Peer = Awaited<ReturnType<typeof bsfAndPeer>>['peer']

/** What octets are answered with, and whether the connection is good for a DWR after that. */
async function outcomeOf(peer: Peer, octets: Uint8Array) {
  peer.send(octets, dwrUnder(0xabcd, 0xef01))
  const isEnd = ({ header }: DiameterMessage) => header.hopByHop === 0xabcd && header.endToEnd === 0xef01
  const answers: string[] = []
  try {
    for (;;) {
      const message = await peer.next()
      answers.push(hex(message.octets))
      if (isEnd(message)) return { answers, stays: true }
    }
  } catch {
    return { answers, stays: false }
  }
}

describe('a DWR that comes again', () => {
  it('is answered under its own identifiers, and in all else as the first one', async () => {
    const { peer } = await unobserved()
    peer.send(dwrUnder(1, 2), dwrUnder(3, 4))
    const [first, second] = [await peer.next(), await peer.next()]
    peer.send(concat(dwrUnder(5, 6), dwrUnder(0xfedcba98, 0x89abcdef)))
    const later = [await peer.next(), await peer.next()]
    const answers = [first, second, ...later]
    expect(answers.map(({ header: { hopByHop, endToEnd } }) => [hopByHop, endToEnd])).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [0xfedcba98, 0x89abcdef],
    ])
    for (const { octets } of answers)
      expect(withoutIdentifiers(octets)).toBe(withoutIdentifiers(first.octets))
  })

  it('R39, R40: with any octet of it changed is judged as if nothing had come before', async () => {
    for (const at of dwr().keys()) {
      if (isOfLength(at)) continue
      const changed = dwrUnder(7, 8)
      changed[at] = (changed[at] ?? 0) ^ (1 << (4 + (at % 2)))
      const [before, fresh] = [await unobserved(), await unobserved()]
      before.peer.send(dwrUnder(1, 2), dwrUnder(3, 4))
      await before.peer.next()
      await before.peer.next()
      const [known, unknown] = await Promise.all([
        outcomeOf(before.peer, changed),
        outcomeOf(fresh.peer, changed),
      ])
      expect(known, `octet ${at}`).toEqual(unknown)
      for (const { peer } of [before, fresh]) peer.end()
      await Promise.all([before.bsf.node.close(), fresh.bsf.node.close()])
    }
  })

  it('R39: is a violation on another connection before its CER', async () => {
    const { peer, another, bsf } = await unobserved()
    peer.send(dwrUnder(1, 2))
    await peer.next()
    const stranger = await another()
    stranger.send(dwrUnder(3, 4))
    await stranger.ended
    expect(bsf.counted).toContain('diameter.message-before-cer')
    peer.send(dwrUnder(5, 6))
    expect((await peer.next()).header.hopByHop).toBe(5)
  })

  it('R40: is one message however it is cut, and leaves what follows it to be read', async () => {
    const { peer } = await unobserved()
    peer.send(dwrUnder(1, 2))
    await peer.next()
    const stream = concat(dwrUnder(3, 4), bir({}, { commandCode: 311 }), dwrUnder(5, 6), dwrUnder(7, 8))
    for (const at of [1, 4, 13, dwr().length - 1, dwr().length, dwr().length + 3, stream.length - 1]) {
      peer.send(stream.subarray(0, at))
      await new Promise(setImmediate)
      peer.send(stream.subarray(at))
      const answers = [await peer.next(), await peer.next(), await peer.next(), await peer.next()]
      expect(answers.map(({ header }) => header.hopByHop)).toEqual([3, 77, 5, 7])
    }
  })

  it('is seen by the tap each time, as is its answer', async () => {
    const { peer, bsf } = await bsfAndPeer()
    bsf.events.length = 0
    peer.send(concat(dwrUnder(1, 2), dwrUnder(3, 4), dwrUnder(5, 6)))
    await until(() => bsf.events.length === 6)
    for (let count = 0; count < 3; count++) await peer.next()
    const seen = bsf.events.map(({ direction, name, base, octets, message }) => [
      ...[direction, name, base],
      ...[hex(octets.subarray(12, 20)), message.header.hopByHop, message.avps.length],
    ])
    expect(seen).toEqual([
      ['received', 'DWR', true, '0000000100000002', 1, 3],
      ['sent', 'DWA', true, '0000000100000002', 1, 4],
      ['received', 'DWR', true, '0000000300000004', 3, 3],
      ['sent', 'DWA', true, '0000000300000004', 3, 4],
      ['received', 'DWR', true, '0000000500000006', 5, 3],
      ['sent', 'DWA', true, '0000000500000006', 5, 4],
    ])
  })

  it('puts the watchdog off', async () => {
    let now = 0
    let expire: () => void = () => undefined
    const timers: Timers = {
      after(delay, expired) {
        if (delay > 10_000) expire = expired
        else setTimeout(expired, delay)
        return () => undefined
      },
    }
    const { peer } = await unobserved({ clock: { now: () => Instant(now) }, timers })
    for (const seconds of [0, 25]) {
      now = 1000 * seconds
      peer.send(dwrUnder(seconds, 1))
      expect((await peer.next()).header.hopByHop).toBe(seconds)
    }
    now = 33_000
    expire()
    peer.send(dwrUnder(33, 1))
    expect((await peer.next()).header).toMatchObject({ request: false, hopByHop: 33 })
  })
})
