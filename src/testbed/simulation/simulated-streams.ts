import type { Server } from 'node:net'
import type { Clock, Timers } from '../../core/environment.ts'
import { milliseconds } from '../../core/units.ts'
import type { StreamAddress, Streams } from '../../io/streams.ts'
import { SimulatedSocket, type Parcel } from './simulated-socket.ts'

interface Listening {
  readonly server: Server
  readonly node: string
}

const nameOf = ({ host, port }: StreamAddress): string => `${host}:${port}`

/** The streams of octets between the nodes of one simulated network: each way in order, each parcel after its latency. */
export class SimulatedStreams {
  readonly #time: Clock & Timers
  readonly #latency: number
  readonly #servers = new Map<string, Listening>()
  readonly #silent = new Set<string>()
  readonly #slow = new Map<string, number>()
  #ports = 0

  /** `latency` of each way, in whole milliseconds. */
  constructor(time: Clock & Timers, latency: number) {
    this.#time = time
    this.#latency = latency
  }

  /** Those of one node. */
  of(node: string): Streams {
    return {
      listen: (server, address) => Promise.resolve(this.#listen(node, server, address)),
      connect: (address) => this.#connect(node, address),
    }
  }

  /** What this node says and hears is lost, until the returned function is called; streams that lost octets stay dead. */
  silence(node: string): () => void {
    this.#silent.add(node)
    return () => this.#silent.delete(node)
  }

  /** Each way to and from this node takes so many milliseconds more. */
  slowDown(node: string, by: number): void {
    this.#slow.set(node, by)
  }

  #listen(node: string, server: Server, { host, port }: StreamAddress): number {
    const taken = port === 0 ? 20_000 + this.#servers.size : port
    const name = nameOf({ host, port: taken })
    this.#servers.set(name, { server, node })
    server.once('close', () => this.#servers.delete(name))
    return taken
  }

  #connect(node: string, address: StreamAddress): SimulatedSocket {
    const local = 40_000 + this.#ports++
    const near = new SimulatedSocket(local, address.port)
    this.#time.after(milliseconds(this.#latency), () => {
      const listening = this.#servers.get(nameOf(address))
      if (near.destroyed || (listening && this.#isSilent(node, listening.node))) return
      if (!listening) near.destroy(new Error(`nobody takes connections at ${nameOf(address)}`))
      else this.#join(near, node, new SimulatedSocket(address.port, local), listening)
    })
    return near
  }

  #join(near: SimulatedSocket, node: string, far: SimulatedSocket, { server, node: other }: Listening): void {
    const path = { ends: [node, other] as const, isDead: false }
    far.open(this.#way(path, near))
    server.emit('connection', far)
    near.open(this.#way(path, far))
  }

  /** One way of a stream. What its end sends stays in order, also when the latency changes. */
  #way(path: { readonly ends: readonly [string, string]; isDead: boolean }, to: SimulatedSocket) {
    let arrival = 0
    return (parcel: Parcel): void => {
      if (this.#isSilent(...path.ends)) path.isDead = true
      if (path.isDead) return
      const now = this.#time.now()
      const slow = path.ends.map((node) => this.#slow.get(node) ?? 0)
      arrival = Math.max(arrival, now + this.#latency + Math.max(...slow))
      this.#time.after(milliseconds(arrival - now), () => {
        if (!path.isDead) to.deliver(parcel)
      })
    }
  }

  #isSilent(one: string, other: string): boolean {
    return this.#silent.has(one) || this.#silent.has(other)
  }
}
