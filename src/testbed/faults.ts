import type { Socket } from 'node:net'
import type { Random } from '../core/environment.ts'
import { TemporaryFailure } from '../core/errors.ts'
import type { SentPc5Message } from '../entities/ue/ue.ts'
import type { StreamAddress, Streams } from '../io/streams.ts'
import { explainFrame } from '../reference-points/pc5/explain-frame.ts'
import type { Pc5Profile } from '../reference-points/pc5/pdcp.ts'

/** The next message of this name goes out with another last bit in this field. */
export interface ArmedTampering {
  /** `DIRECT_SECURITY_MODE_COMMAND`. */
  readonly message: string
  /** Name of a field in the specification, or `MAC-I`. */
  readonly field: string
}

/** What becomes of a frame; undefined: it arrives as it was made. */
export type OnAir = (message: SentPc5Message) => Uint8Array | 'lost' | undefined

const pairOf = (one: string, other: string): string => [one, other].sort().join(' ')

/** What was done to a running network and can be taken back. Nodes are known by their names. */
export class Faults {
  readonly #random: Random
  readonly #blocked = new Set<string>()
  readonly #cuts = new Set<string>()
  readonly #sockets = new Map<string, Set<Socket>>()
  #lossPercent = 0
  #tampering: ArmedTampering | undefined

  constructor(random: Random) {
    this.#random = random
  }

  /** UEs that do not reach their BSF. */
  get blockedUb(): readonly string[] {
    return [...this.#blocked]
  }

  blockUb(ue: string): void {
    this.#blocked.add(ue)
  }

  unblockUb(ue: string): void {
    this.#blocked.delete(ue)
  }

  isUbBlocked(ue: string): boolean {
    return this.#blocked.has(ue)
  }

  /** Pairs of nodes between which nothing passes. */
  get cuts(): readonly (readonly [string, string])[] {
    return [...this.#cuts].map((pair) => {
      const [one = '', other = ''] = pair.split(' ')
      return [one, other]
    })
  }

  /** Connections between the two end, and no new one comes about; between UEs no frame arrives. */
  cut(one: string, other: string): void {
    const pair = pairOf(one, other)
    this.#cuts.add(pair)
    for (const socket of this.#sockets.get(pair) ?? []) socket.destroy()
  }

  mend(one: string, other: string): void {
    this.#cuts.delete(pairOf(one, other))
  }

  /** Of each frame on the sidelink, 0 to 100. */
  get lossPercent(): number {
    return this.#lossPercent
  }

  set lossPercent(percent: number) {
    this.#lossPercent = percent
  }

  get tampering(): ArmedTampering | undefined {
    return this.#tampering
  }

  set tampering(armed: ArmedTampering | undefined) {
    this.#tampering = armed
  }

  /** Everything is as it was. */
  clear(): void {
    this.#blocked.clear()
    this.#cuts.clear()
    this.#lossPercent = 0
    this.#tampering = undefined
  }

  /** The streams of a node; `nodeAt` says who listens somewhere. */
  streamsOf(node: string, below: Streams, nodeAt: (address: StreamAddress) => string | undefined): Streams {
    const follow = (address: StreamAddress, socket: Socket) => this.#follow(node, nodeAt(address), socket)
    return {
      listen: (server, address) => below.listen(server, address),
      connect(address) {
        const socket = below.connect(address)
        follow(address, socket)
        return socket
      },
      follow,
    }
  }

  /** What becomes of the frames of a UE; `nameOf` knows whom they are for. */
  onAirOf(ue: string, nameOf: (message: SentPc5Message) => string | undefined, profile: Pc5Profile): OnAir {
    return (message) => {
      const to = nameOf(message)
      if (to !== undefined && this.#isCut(ue, to)) return 'lost'
      if (this.#isLost()) return 'lost'
      return this.#tampered(message, profile)
    }
  }

  #isCut(one: string, other: string): boolean {
    return this.#cuts.size > 0 && this.#cuts.has(pairOf(one, other))
  }

  #follow(node: string, other: string | undefined, socket: Socket): void {
    if (other === undefined) return
    const pair = pairOf(node, other)
    if (this.#cuts.has(pair)) socket.destroy(new TemporaryFailure(`${node} is cut from ${other}`))
    const ofPair = this.#sockets.get(pair) ?? new Set()
    this.#sockets.set(pair, ofPair.add(socket))
    socket.once('close', () => ofPair.delete(socket))
  }

  #isLost(): boolean {
    if (this.#lossPercent === 0) return false
    const [high = 0, low = 0] = this.#random.octets(2)
    return (high * 256 + low) / 0x10000 < this.#lossPercent / 100
  }

  #tampered({ name, frame, sdu }: SentPc5Message, profile: Pc5Profile): Uint8Array | undefined {
    if (this.#tampering?.message !== name) return undefined
    const { field } = this.#tampering
    const range = explainFrame(frame, sdu, profile).ranges.find((one) => one.name === field)
    // An optional element that this one has not: the next may.
    if (!range) return undefined
    this.#tampering = undefined
    const changed = frame.slice()
    const last = range.to - 1
    changed[last] = (changed[last] ?? 0) ^ 1
    return changed
  }
}
