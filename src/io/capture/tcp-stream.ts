import { tcpFlags } from '../../wire/tcp-segment.ts'
import { tcpPacket, type Endpoint } from './ip-packets.ts'

/** A segment of this size still fits an IPv4 packet, so that a message stays one packet. */
const longestSegment = 65_495
const { syn, push, acknowledge } = tcpFlags

interface Side {
  readonly endpoint: Endpoint
  /** Octets sent, SYN included. */
  sent: number
}

/** A TCP conversation told packet by packet, with the sequence numbers that it would have had. */
export class TcpStream {
  readonly #client: Side
  readonly #server: Side

  constructor(client: Endpoint, server: Endpoint) {
    this.#client = { endpoint: client, sent: 0 }
    this.#server = { endpoint: server, sent: 0 }
  }

  /** The three packets that open it. */
  open(): Uint8Array[] {
    const none = new Uint8Array()
    const packets = [
      this.#packet(this.#client, this.#server, syn, none),
      this.#packet(this.#server, this.#client, syn | acknowledge, none),
    ]
    return [...packets, this.#packet(this.#client, this.#server, acknowledge, none)]
  }

  /** The packets that carry `octets`. */
  send(fromClient: boolean, octets: Uint8Array): Uint8Array[] {
    const [from, to] = fromClient ? [this.#client, this.#server] : [this.#server, this.#client]
    const packets: Uint8Array[] = []
    for (let at = 0; at < octets.length; at += longestSegment)
      packets.push(this.#packet(from, to, push | acknowledge, octets.subarray(at, at + longestSegment)))
    return packets
  }

  #packet(from: Side, to: Side, flags: number, payload: Uint8Array): Uint8Array {
    const acknowledgement = flags & acknowledge ? to.sent : 0
    const packet = tcpPacket(from.endpoint, to.endpoint, {
      sequence: from.sent >>> 0,
      acknowledgement: acknowledgement >>> 0,
      flags,
      payload,
    })
    from.sent += payload.length + (flags & syn ? 1 : 0)
    return packet
  }
}
