import { concat } from '../../../../src/core/bytes.ts'
import { milliseconds } from '../../../../src/core/units.ts'
import type { TcpListener, TcpStream } from '../../../../src/entities/ue/ip/ports.ts'
import type { TcpFailure } from '../../../../src/entities/ue/ip/tcp.ts'
import { TcpConnections } from '../../../../src/entities/ue/ip/tcp-connections.ts'
import { SeededRandom } from '../../../../src/testbed/simulation/seeded-random.ts'
import { SimulatedClock } from '../../../../src/testbed/simulated-clock.ts'
import { decodeTcp, encodeTcp, type TcpSegment } from '../../../../src/wire/tcp-segment.ts'

const addresses = { source: new Uint8Array(16), destination: new Uint8Array(16).fill(1) }

/** What happens to segments on their way, each with this probability. */
export interface Faults {
  readonly lost?: number
  readonly doubled?: number
  /** Comes up to so many milliseconds later than others. */
  readonly late?: number
}

/** What a user of a connection has heard. */
export class User implements TcpListener {
  readonly chunks: Uint8Array[] = []
  readonly told: string[] = []
  acknowledgedOctets = 0
  failure: TcpFailure | undefined
  isOver = false
  stream: TcpStream | undefined
  /** False: the octets stay with TCP, and its window shuts. */
  reads = true

  data(octets: Uint8Array): void {
    this.chunks.push(octets)
    if (this.reads) this.stream?.consumed(octets.length)
  }
  ended(): void {
    this.told.push('ended')
  }
  acknowledged(octets: number): void {
    this.acknowledgedOctets += octets
  }
  closed(failure?: TcpFailure): void {
    this.told.push('closed')
    this.isOver = true
    this.failure = failure
  }

  get octets(): Uint8Array {
    return concat(...this.chunks)
  }

  /** Takes all that waits. */
  readAll(): void {
    this.reads = true
    this.stream?.consumed(this.octets.length)
  }
}

/** Two ends of TCP and a wire between them in simulated time. */
export class TwoEnds {
  readonly clock = new SimulatedClock()
  readonly sent: (TcpSegment & { readonly by: 'client' | 'server' })[] = []
  readonly client: TcpConnections
  readonly server: TcpConnections
  /** Asked of each segment: false keeps it from arriving. */
  passes: (segment: TcpSegment, by: 'client' | 'server') => boolean = () => true
  readonly #random: SeededRandom
  readonly #faults: Faults

  constructor(faults: Faults = {}, seed = 1) {
    this.#faults = faults
    this.#random = new SeededRandom(seed)
    this.client = this.#end('client', () => this.server)
    this.server = this.#end('server', () => this.client)
  }

  /** Connects to port 80, which is served. */
  connect(client = new User(), server = new User()): { readonly client: User; readonly server: User } {
    this.server.serve(80, (stream) => {
      server.stream = stream
      return server
    })
    client.stream = this.client.connect('L1', 80, client)
    return { client, server }
  }

  #end(by: 'client' | 'server', other: () => TcpConnections): TcpConnections {
    const { clock } = this
    const ports = {
      ...{ clock, timers: clock, random: new SeededRandom(this.#random.below(2 ** 32)) },
      transmit: (_link: string, segment: TcpSegment) => {
        this.sent.push({ ...segment, by })
        this.#carry(segment, by, other)
      },
    }
    return new TcpConnections(ports, 1340)
  }

  #carry(segment: TcpSegment, by: 'client' | 'server', other: () => TcpConnections): void {
    const { lost = 0, doubled = 0, late = 0 } = this.#faults
    if (!this.passes(segment, by) || this.#random.chance(lost)) return
    const octets = encodeTcp(segment, addresses)
    const copies = this.#random.chance(doubled) ? 2 : 1
    for (let copy = 0; copy < copies; copy++)
      this.clock.after(milliseconds(2 + this.#random.below(late + 1)), () =>
        other().hear('L1', decodeTcp(octets, addresses)),
      )
  }
}
