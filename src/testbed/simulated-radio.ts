import { hex } from '../core/bytes.ts'
import type { Clock, Radio, SidelinkChannel, Timers } from '../core/environment.ts'
import { ProseError } from '../core/errors.ts'
import { tapOf } from '../core/tap.ts'
import { milliseconds, type Instant, type Milliseconds } from '../core/units.ts'
import { decodeDiscovery, type DiscoveryMessageType } from '../reference-points/pc5/discovery.ts'
import { pc5Messages, decodeSdu, type Pc5MessageType } from '../reference-points/pc5/messages.ts'
import { decodePdu, isCiphered, isUserData } from '../reference-points/pc5/pdcp.ts'
import { decodeFrame } from '../reference-points/pc5/sl-sch.ts'
import { SeededRandom } from './simulation/seeded-random.ts'

/** What a frame on the air is called; a ciphered message only if its sender told the tap before it sent it. */
export type AirName = Pc5MessageType | DiscoveryMessageType | 'userData' | 'protected' | 'unknown'

/** One frame that was sent, with what became of it. */
export interface AirFrame {
  readonly time: Instant
  /** Name of the station that sent it, undefined for an injected one. */
  readonly from: string | undefined
  readonly channel: SidelinkChannel
  readonly frame: Uint8Array
  readonly name: AirName
  /** Copies that reach the other stations; 0 when it was lost. */
  readonly copies: number
}

export interface FaultOptions {
  /** How many frames it strikes; without it every one. */
  readonly times?: number
  /** Only frames that this station sends. */
  readonly from?: string
  /** Asked of each such frame: whether it is struck. Without it every one is. */
  readonly strikes?: () => boolean
}

interface Delivery {
  readonly frame: Uint8Array
  readonly delay: number
  readonly toSender?: boolean
}

interface Fault {
  readonly name: AirName | 'any'
  readonly from: string | undefined
  readonly strikes: () => boolean
  left: number
  readonly strike: (deliveries: readonly Delivery[]) => readonly Delivery[]
}

/** Propagation and processing of a frame. */
const latency = 1

/** The air between stations of one test: nothing happens in it but at the time of the simulated clock. */
export class SimulatedRadio {
  /** Every frame in the order of sending. */
  readonly sent: AirFrame[] = []
  readonly #time: Clock & Timers
  readonly #stations = new Map<string, Set<(channel: SidelinkChannel, frame: Uint8Array) => void>>()
  readonly #faults = new Set<Fault>()
  readonly #told = new Map<string, AirName>()
  #lossPercent = 0
  #random: SeededRandom | undefined

  constructor(time: Clock & Timers) {
    this.#time = time
  }

  /** A station in reach of all others. */
  station(name: string): Radio {
    const listeners = new Set<(channel: SidelinkChannel, frame: Uint8Array) => void>()
    this.#stations.set(name, listeners)
    return {
      send: (channel, frame) => this.#transmit(name, channel, frame),
      onFrame: (hear) => {
        listeners.add(hear)
        return () => listeners.delete(hear)
      },
      close: () => {
        listeners.clear()
        this.#stations.delete(name)
        return Promise.resolve()
      },
    }
  }

  /** Lose such frames. */
  drop(name: AirName | 'any', options?: FaultOptions): () => void {
    return this.#strike(name, options, () => [])
  }

  delay(name: AirName | 'any', by: Milliseconds, options?: FaultOptions): () => void {
    return this.#strike(name, options, (all) => all.map((one) => ({ ...one, delay: one.delay + by })))
  }

  /** Each such frame arrives twice. */
  duplicate(name: AirName | 'any', options?: FaultOptions): () => void {
    return this.#strike(name, options, (all) => [...all, ...all])
  }

  /** Each such frame arrives as `change` makes it of a copy. */
  tamper(
    name: AirName | 'any',
    change: (frame: Uint8Array) => Uint8Array,
    options?: FaultOptions,
  ): () => void {
    return this.#strike(name, options, (all) =>
      all.map((one) => ({ ...one, frame: change(one.frame.slice()) })),
    )
  }

  /** Each such frame also comes back to its sender (R28). */
  reflect(name: AirName | 'any', options?: FaultOptions): () => void {
    return this.#strike(name, options, (all) => [...all, ...all.map((one) => ({ ...one, toSender: true }))])
  }

  /** Loses each frame with this probability; equal seeds lose the same frames. */
  lose(percent: number, seed: number): void {
    this.#lossPercent = percent
    this.#random = new SeededRandom(seed)
  }

  /** An attacker sends a frame that all stations hear. */
  inject(channel: SidelinkChannel, frame: Uint8Array): void {
    this.#transmit(undefined, channel, frame)
  }

  /** Give it the tap events of the nodes: ciphered frames then have names. */
  readonly tap = tapOf(['message'], (event) => {
    if (event.kind !== 'message' || event.point !== 'PC5') return
    const known = Object.entries(pc5Messages).find(([, { name }]) => name === event.name)
    if (known) this.#told.set(hex(event.bytes), known[0] as Pc5MessageType)
  })

  #strike(name: AirName | 'any', options: FaultOptions = {}, strike: Fault['strike']): () => void {
    const { from, strikes = () => true } = options
    const fault = { name, from, strikes, left: options.times ?? Number.POSITIVE_INFINITY, strike }
    this.#faults.add(fault)
    return () => this.#faults.delete(fault)
  }

  #transmit(from: string | undefined, channel: SidelinkChannel, sent: Uint8Array): void {
    const frame = sent.slice()
    const name = this.#told.get(hex(frame)) ?? nameOnAir(channel, frame)
    let deliveries: readonly Delivery[] = [{ frame, delay: latency }]
    if (from !== undefined) deliveries = this.#disturb(from, name, deliveries)
    const copies = deliveries.filter(({ toSender }) => !toSender).length
    this.sent.push({ time: this.#time.now(), from, channel, frame, name, copies })
    for (const delivery of deliveries)
      this.#time.after(milliseconds(delivery.delay), () => this.#deliver(from, channel, delivery))
  }

  #disturb(from: string, name: AirName, deliveries: readonly Delivery[]): readonly Delivery[] {
    if (this.#random?.chance(this.#lossPercent / 100)) return []
    for (const fault of this.#faults) {
      if (fault.left <= 0 || (fault.name !== 'any' && fault.name !== name)) continue
      if (fault.from !== undefined && fault.from !== from) continue
      if (!fault.strikes()) continue
      fault.left--
      deliveries = fault.strike(deliveries)
    }
    return deliveries
  }

  #deliver(from: string | undefined, channel: SidelinkChannel, { frame, toSender = false }: Delivery): void {
    for (const [name, listeners] of this.#stations)
      if ((name === from) === toSender) for (const hear of listeners) hear(channel, frame.slice())
  }
}

function nameOnAir(channel: SidelinkChannel, octets: Uint8Array): AirName {
  try {
    if (channel === 'SL-DCH') return decodeDiscovery(octets).type
    const { lcid, pdu } = decodeFrame(octets)
    if (isUserData(lcid)) return 'userData'
    if (isCiphered(lcid, 1)) return 'protected'
    return decodeSdu(decodePdu(lcid, pdu).data).type
  } catch (error) {
    if (error instanceof ProseError) return 'unknown'
    throw error
  }
}
