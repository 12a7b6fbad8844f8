import { readUint } from '../../../core/bytes.ts'
import type { Clock, Random, Timers } from '../../../core/environment.ts'
import { TemporaryFailure } from '../../../core/errors.ts'
import { tcpFlags, type TcpSegment } from '../../../wire/tcp-segment.ts'
import type { TcpListener, TcpStream } from './ports.ts'
import type { TcpEffect, TcpEvent, TcpState, TcpStep, TcpTimer } from './tcp.ts'
import { accepting, connecting, resetOf, tcpStep } from './tcp-connection.ts'

export interface TcpPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  /** Puts a segment on a link. */
  transmit(link: string, segment: TcpSegment): void
}

/** Ports that nobody serves. RFC 6335 6. */
const dynamicPorts = { first: 49_152, count: 16_384 } as const
/** Connections at once; those that only wait for a last FIN go first (R43). */
const mostConnections = 256

/** Takes a connection to a port that is served. */
export type Accept = (stream: TcpStream) => TcpListener

interface Ends {
  readonly link: string
  readonly ownPort: number
  readonly peerPort: number
}

interface Connection extends Ends {
  link: string
  readonly listener: TcpListener
  readonly timers: Map<TcpTimer, () => void>
  /** What happens while an event is dealt with waits for its end. */
  readonly events: TcpEvent[]
  busy: boolean
  state: TcpState
}

/** The TCP connections of a UE, each over one link at a time. */
export class TcpConnections {
  readonly #ports: TcpPorts
  readonly #segmentSize: number
  readonly #served = new Map<number, Accept>()
  readonly #all = new Set<Connection>()

  /** `segmentSize`: octets of data that fit a link. */
  constructor(ports: TcpPorts, segmentSize: number) {
    this.#ports = ports
    this.#segmentSize = segmentSize
  }

  /** Connections in any phase, for leak checks. */
  get size(): number {
    return this.#all.size
  }

  /** Throws TemporaryFailure when there are too many. */
  connect(link: string, peerPort: number, listener: TcpListener): TcpStream {
    if (!this.#hasRoom()) throw new TemporaryFailure('too many TCP connections')
    const ownPort = this.#freePort()
    return this.#begin({ link, ownPort, peerPort }, connecting(this.#own()), () => listener)
  }

  serve(port: number, accept: Accept): () => void {
    this.#served.set(port, accept)
    return () => this.#served.delete(port)
  }

  hear(link: string, segment: TcpSegment): void {
    const ends = { link, ownPort: segment.toPort, peerPort: segment.fromPort }
    const known = [...this.#all].find((one) => isBetween(one, ends))
    const accept = this.#served.get(segment.toPort)
    if (known) this.#dispatch(known, { kind: 'segment', segment })
    else if (accept && segment.flags === tcpFlags.syn && this.#hasRoom())
      this.#begin(ends, accepting(this.#own(), segment), accept)
    else this.#refuse(link, segment)
  }

  /** What goes over a link that is no more goes on over `next`; without one it ends as if the peer had reset it. */
  linkGone(link: string, next?: string): void {
    for (const connection of [...this.#all].filter((one) => one.link === link)) {
      if (next !== undefined) {
        connection.link = next
        continue
      }
      const { phase } = connection.state
      this.#forget(connection)
      if (phase !== 'time-wait' && phase !== 'closed') connection.listener.closed('reset')
    }
  }

  /** Aborts all of them. */
  close(): void {
    for (const connection of [...this.#all]) this.#dispatch(connection, { kind: 'abort' })
    for (const connection of [...this.#all]) this.#forget(connection)
  }

  #own() {
    return { sequence: readUint(this.#ports.random.octets(4), 0, 4), segmentSize: this.#segmentSize }
  }

  #begin(ends: Ends, step: TcpStep, listenerOf: (stream: TcpStream) => TcpListener): TcpStream {
    const [state, ...effects] = step
    const tell = (event: TcpEvent) => this.#dispatch(connection, event)
    const stream: TcpStream = {
      write: (octets) => tell({ kind: 'write', octets }),
      end: () => tell({ kind: 'end' }),
      consumed: (octets) => tell({ kind: 'consumed', octets }),
      abort: () => tell({ kind: 'abort' }),
    }
    const more = { timers: new Map(), events: [], busy: false, state }
    const connection: Connection = { ...ends, listener: listenerOf(stream), ...more }
    this.#all.add(connection)
    for (const effect of effects) this.#carryOut(connection, effect)
    return stream
  }

  #dispatch(connection: Connection, event: TcpEvent): void {
    connection.events.push(event)
    if (connection.busy) return
    connection.busy = true
    for (let next = connection.events.shift(); next; next = connection.events.shift()) {
      const [state, ...effects] = tcpStep(connection.state, next, { now: this.#ports.clock.now() })
      connection.state = state
      for (const effect of effects) this.#carryOut(connection, effect)
    }
    connection.busy = false
    if (connection.state.phase === 'closed') this.#forget(connection)
  }

  #carryOut(connection: Connection, effect: TcpEffect): void {
    const { listener, timers, link, ownPort, peerPort } = connection
    switch (effect.kind) {
      case 'transmit':
        this.#ports.transmit(link, { ...effect.segment, fromPort: ownPort, toPort: peerPort })
        return
      case 'start': {
        timers.get(effect.timer)?.()
        const expire = () => this.#dispatch(connection, { kind: 'expired', timer: effect.timer })
        timers.set(effect.timer, this.#ports.timers.after(effect.after, expire))
        return
      }
      case 'stop':
        timers.get(effect.timer)?.()
        return
      case 'data':
        listener.data(effect.octets)
        return
      case 'ended':
        listener.ended()
        return
      case 'acknowledged':
        listener.acknowledged(effect.octets)
        return
      case 'closed':
        listener.closed(effect.failure)
    }
  }

  #forget(connection: Connection): void {
    for (const stop of connection.timers.values()) stop()
    connection.state = { ...connection.state, phase: 'closed' }
    this.#all.delete(connection)
  }

  #refuse(link: string, segment: TcpSegment): void {
    const reset = resetOf(segment)
    const ports = { fromPort: segment.toPort, toPort: segment.fromPort }
    if (reset) this.#ports.transmit(link, { ...reset, ...ports })
  }

  #hasRoom(): boolean {
    if (this.#all.size < mostConnections) return true
    const waiting = [...this.#all].find(({ state }) => state.phase === 'time-wait')
    if (waiting) this.#forget(waiting)
    return waiting !== undefined
  }

  /** One that no connection has, over whichever link: they may come to share one. */
  #freePort(): number {
    for (;;) {
      const ownPort = dynamicPorts.first + (readUint(this.#ports.random.octets(2), 0, 2) % dynamicPorts.count)
      if (![...this.#all].some((one) => one.ownPort === ownPort)) return ownPort
    }
  }
}

const isBetween = (one: Ends, other: Ends): boolean =>
  one.link === other.link && one.ownPort === other.ownPort && one.peerPort === other.peerPort
