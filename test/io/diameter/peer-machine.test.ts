import { describe, expect, it } from 'vitest'
import type { Random } from '../../../src/core/environment.ts'
import {
  defaultIntervals,
  initialPeerState,
  stepPeer,
  type PeerEffect,
  type PeerEnv,
  type PeerEvent,
  type PeerState,
} from '../../../src/io/diameter/peer-machine.ts'

/** No jitter: half of 0xffff. */
const noJitter: Random = {
  octets: (count) => Uint8Array.from({ length: count }, (_, at) => (at === 0 ? 0x7f : 0xff)),
}
const base: PeerEnv = { initiates: true, winsElection: false, random: noJitter, intervals: defaultIntervals }

/** One peer under a clock that only moves to the next expiry. */
function peerUnderClock(env: Partial<PeerEnv> = {}) {
  const all = { ...base, ...env }
  let state: PeerState = initialPeerState
  let now = 0
  let expiry: number | undefined
  const log: string[] = []
  const tell = (event: PeerEvent): PeerEffect[] => {
    const [next, ...effects] = stepPeer(state, event, all)
    state = next
    for (const effect of effects) {
      if (effect.effect !== 'timer') log.push(nameOf(effect))
      else expiry = effect.delay === undefined ? undefined : now + effect.delay
    }
    return effects
  }
  return {
    tell,
    /** What was done since the last look. */
    done: () => log.splice(0),
    /** Lets the timer expire; gives the milliseconds it ran from now. */
    expire() {
      if (expiry === undefined) throw new Error('no timer runs')
      const waited = expiry - now
      now = expiry
      expiry = undefined
      tell({ event: 'timeout' })
      return Math.round(waited / 10) * 10
    },
    get phase() {
      return state.phase
    },
    get timerRuns() {
      return expiry !== undefined
    },
  }
}

const nameOf = (effect: PeerEffect) =>
  effect.effect === 'disconnect' ? `disconnect ${effect.side}` : effect.effect

function openPeer(env: Partial<PeerEnv> = {}) {
  const peer = peerUnderClock(env)
  peer.tell({ event: 'start' })
  peer.tell({ event: 'conn-ack' })
  peer.tell({ event: 'i-rcv-cea' })
  peer.done()
  return peer
}

describe('peer state machine, RFC 6733 5.6', () => {
  it('connects, sends CER, and is open with CEA', () => {
    const peer = peerUnderClock()
    peer.tell({ event: 'start' })
    peer.tell({ event: 'conn-ack' })
    peer.tell({ event: 'i-rcv-cea' })
    expect(peer.done()).toEqual(['connect', 'send-cer', 'available'])
    expect(peer.phase).toBe('open')
  })

  it('waits for the peer when it does not initiate', () => {
    const peer = peerUnderClock({ initiates: false })
    peer.tell({ event: 'start' })
    expect(peer.timerRuns).toBe(false)
    peer.tell({ event: 'r-conn-cer' })
    expect(peer.done()).toEqual(['accept', 'available'])
    peer.tell({ event: 'peer-disc', side: 'responder' })
    expect(peer.done()).toEqual(['disconnect responder', 'unavailable', 'lost'])
    expect(peer.timerRuns).toBe(false)
  })

  it('tries again twice as late each time, up to Tc', () => {
    const peer = peerUnderClock()
    peer.tell({ event: 'start' })
    const waits = Array.from({ length: 8 }, () => {
      peer.tell({ event: 'conn-nack' })
      return peer.expire()
    })
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000])
  })

  it('gives up a connection or a CER that has no answer in 10 s', () => {
    const peer = peerUnderClock()
    peer.tell({ event: 'start' })
    expect(peer.expire()).toBe(10_000)
    expect(peer.phase).toBe('closed')
    expect(peer.expire()).toBe(500)
    peer.tell({ event: 'conn-ack' })
    expect(peer.expire()).toBe(10_000)
    expect(peer.phase).toBe('closed')
  })

  it('notices at once that a connection is lost, and is back after 0.5 s', () => {
    const peer = openPeer()
    peer.tell({ event: 'peer-disc', side: 'initiator' })
    expect(peer.done()).toEqual(['disconnect initiator', 'unavailable', 'lost'])
    expect(peer.expire()).toBe(500)
    expect(peer.done()).toEqual(['connect'])
  })

  it('election: the winner closes the connection it opened', () => {
    const peer = peerUnderClock({ winsElection: true })
    peer.tell({ event: 'start' })
    peer.tell({ event: 'conn-ack' })
    peer.tell({ event: 'r-conn-cer' })
    expect(peer.done()).toEqual(['connect', 'send-cer', 'disconnect initiator', 'accept', 'available'])
    expect(peer.phase).toBe('open')
  })

  it('election: the loser waits for the CEA and closes the connection of the peer', () => {
    const peer = peerUnderClock()
    peer.tell({ event: 'start' })
    peer.tell({ event: 'conn-ack' })
    peer.tell({ event: 'r-conn-cer' })
    expect(peer.phase).toBe('wait-returns')
    peer.tell({ event: 'i-rcv-cea' })
    expect(peer.done()).toEqual(['connect', 'send-cer', 'disconnect responder', 'available'])
  })

  it('election: the loser whose connection is closed takes that of the peer', () => {
    const peer = peerUnderClock()
    peer.tell({ event: 'start' })
    peer.tell({ event: 'r-conn-cer' })
    expect(peer.phase).toBe('wait-conn-ack-elect')
    peer.tell({ event: 'conn-ack' })
    peer.tell({ event: 'peer-disc', side: 'initiator' })
    expect(peer.done()).toEqual(['connect', 'send-cer', 'disconnect initiator', 'accept', 'available'])
  })

  it('rejects another connection of a peer that has one', () => {
    const peer = openPeer()
    peer.tell({ event: 'r-conn-cer' })
    expect(peer.done()).toEqual(['reject'])
    expect(peer.phase).toBe('open')
  })

  it('B70: DPR: DPA, no new requests, and all that is open goes another way', () => {
    const peer = openPeer()
    peer.tell({ event: 'rcv-dpr', cause: 0 })
    expect(peer.done()).toEqual(['send-dpa', 'unavailable'])
    peer.tell({ event: 'peer-disc', side: 'initiator' })
    expect(peer.done()).toEqual(['disconnect initiator', 'lost'])
    expect(peer.expire()).toBe(500)
  })

  it('asks a peer that does not want to talk only after Tc', () => {
    const peer = openPeer()
    peer.tell({ event: 'rcv-dpr', cause: 2 })
    expect(peer.expire()).toBe(2000)
    expect(peer.phase).toBe('closed')
    expect(peer.expire()).toBe(30_000)
  })

  it.each(['rcv-dpa', 'timeout'] as const)('stops with DPR, then %s', (event) => {
    const peer = openPeer()
    peer.tell({ event: 'stop' })
    expect(peer.done()).toEqual(['send-dpr', 'unavailable'])
    peer.tell({ event })
    expect(peer.done()).toEqual(['disconnect initiator', 'lost'])
    expect(peer.phase).toBe('stopped')
    peer.tell({ event: 'r-conn-cer' })
    expect(peer.done()).toEqual(['reject'])
  })

  it('says which events it ignored', () => {
    const peer = openPeer()
    peer.tell({ event: 'conn-ack' })
    expect(peer.done()).toEqual(['ignored'])
    expect(peer.phase).toBe('open')
  })
})

describe('watchdog, RFC 3539 3.4.1', () => {
  it('B70: silence: DWR after Tw, no new requests after 2 Tw, closed after 3 Tw', () => {
    const peer = openPeer()
    expect(peer.expire()).toBe(30_000)
    expect(peer.done()).toEqual(['send-dwr'])
    expect(peer.expire()).toBe(30_000)
    expect(peer.done()).toEqual(['unavailable'])
    expect(peer.expire()).toBe(30_000)
    expect(peer.done()).toEqual(['disconnect initiator', 'unavailable', 'lost'])
  })

  it('any message puts DWR off; DWA ends the doubt', () => {
    const peer = openPeer()
    peer.tell({ event: 'rcv-message' })
    expect(peer.expire()).toBe(30_000)
    peer.tell({ event: 'rcv-dwa' })
    expect(peer.expire()).toBe(30_000)
    expect(peer.done()).toEqual(['send-dwr', 'send-dwr'])
  })

  it('a message of a suspected peer makes it good again', () => {
    const peer = openPeer()
    peer.expire()
    peer.expire()
    peer.done()
    peer.tell({ event: 'rcv-message' })
    expect(peer.done()).toEqual(['available'])
  })

  it('a peer that fell silent must answer three DWRs when it is back', () => {
    const peer = openPeer()
    for (let expired = 0; expired < 4; expired++) peer.expire()
    peer.done()
    peer.tell({ event: 'conn-ack' })
    peer.tell({ event: 'i-rcv-cea' })
    expect(peer.done()).toEqual(['send-cer', 'unavailable', 'send-dwr'])
    peer.tell({ event: 'rcv-dwa' })
    peer.tell({ event: 'rcv-dwa' })
    expect(peer.done()).toEqual(['send-dwr', 'send-dwr'])
    peer.tell({ event: 'rcv-dwa' })
    expect(peer.done()).toEqual(['available'])
  })

  it('Tw has a jitter of up to 2 s either way', () => {
    const delays = [0x00, 0xff].map((octet) => {
      const random: Random = { octets: (count) => new Uint8Array(count).fill(octet) }
      return openPeer({ random }).expire()
    })
    expect(delays).toEqual([28_000, 32_000])
  })

  it('equal events give equal states and effects', () => {
    const events: PeerEvent[] = [
      { event: 'start' },
      { event: 'conn-ack' },
      { event: 'i-rcv-cea' },
      { event: 'timeout' },
      { event: 'rcv-dpr', cause: 0 },
    ]
    const run = () => {
      const peer = peerUnderClock()
      return events.map((event) => peer.tell(event))
    }
    expect(run()).toEqual(run())
  })
})
