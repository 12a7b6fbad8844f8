import { concat } from '../../core/bytes.ts'
import type { ReferencePoint, TapEvent, TapMessage, TapOctets } from '../../core/tap.ts'
import { namesOf, nodeAddresses, type CapturedNode } from './addresses.ts'
import { commentsOf } from './comments.ts'
import { udpPacket, type Endpoint } from './ip-packets.ts'
import { enhancedPacket, interfaceDescription, nameResolution, sectionHeader } from './pcapng.ts'
import { TcpStream } from './tcp-stream.ts'

/** Interfaces of the file, in the order of their numbers. */
const points: readonly ReferencePoint[] = ['PC5', 'PC8', 'PC6', 'Zn', 'Zpn', 'Zh', 'Ub']
/** Ports as tshark knows them, whatever carried the message. */
const serverPorts = { PC8: 443, PC6: 3868, Zn: 3868, Zpn: 3868, Zh: 3868, Ub: 80 } as const
const pc5Group = Uint8Array.of(239, 255, 23, 3)
const pc5Ports = { sidelinkChannel: 36_323, discoveryChannel: 36_324 } as const
const firstClientPort = 49_152
/** Message types of PC5_DISCOVERY have this bit; an SL-SCH frame begins with version 3. TS 24.334 11.2.5.1, TS 36.321 6.2.4. */
const discoveryBit = 0x80
const elsewhere = Uint8Array.of(10, 255, 255, 255)

interface Conversation {
  readonly stream: TcpStream
  readonly client: string
}

/** Turns the tap into blocks of a section of a pcapng file: header, interfaces, then what `blocks` gives for each event. */
export class Capture {
  readonly #addresses: ReadonlyMap<string, Uint8Array>
  readonly #conversations = new Map<string, Conversation>()
  /** Comments of PC8 messages that wait for the TLS records that carry them, by direction. */
  readonly #announced = new Map<string, readonly string[]>()

  readonly #firstPort: number

  /** `before` is the section before in the same file: the ports of its conversations do not come again. */
  constructor(nodes: readonly CapturedNode[], before?: Capture) {
    this.#addresses = nodeAddresses(nodes)
    this.#firstPort = before?.nextPort ?? firstClientPort
  }

  /** The client port of the next conversation. */
  get nextPort(): number {
    return this.#firstPort + this.#conversations.size
  }

  /** The first block of a section; secrets follow it. */
  header(title: string): Uint8Array {
    return sectionHeader('sidelock', title)
  }

  /** What stands before the first packet. */
  interfaces(): Uint8Array {
    return concat(...points.map(interfaceDescription), nameResolution(namesOf(this.#addresses)))
  }

  /** The packets of one event; none for decisions and secrets. */
  blocks(event: TapEvent): Uint8Array[] {
    if (event.kind === 'octets') return this.#tls(event)
    if (event.kind !== 'message') return []
    if (event.point === 'PC5') return [this.#pc5(event)]
    if (event.point === 'PC8') {
      this.#announced.set(`${event.from} ${event.to}`, commentsOf(event))
      return []
    }
    const pair = [event.from, event.to].sort().join(' ')
    return this.#tcp(event, event.point, `${event.point} ${pair}`, commentsOf(event))
  }

  #pc5(event: TapMessage): Uint8Array {
    const isDiscovery = ((event.bytes[0] ?? 0) & discoveryBit) !== 0
    const port = isDiscovery ? pc5Ports.discoveryChannel : pc5Ports.sidelinkChannel
    const group: Endpoint = { address: pc5Group, port }
    const packet = udpPacket({ address: this.#address(event.from), port }, group, event.bytes)
    return enhancedPacket(points.indexOf('PC5'), event.time, packet, commentsOf(event))
  }

  /** PC8 as it was on the wire: the messages themselves would be there twice. */
  #tls(event: TapOctets): Uint8Array[] {
    const direction = `${event.from} ${event.to}`
    const comments = this.#announced.get(direction)
    this.#announced.delete(direction)
    return this.#tcp(event, 'PC8', `PC8 ${event.connection}`, comments)
  }

  #tcp(
    event: TapMessage | TapOctets,
    point: keyof typeof serverPorts,
    key: string,
    comments: readonly string[] = [],
  ): Uint8Array[] {
    const known = this.#conversations.get(key)
    const conversation = known ?? this.#converse(key, event.from, event.to, serverPorts[point])
    const opening = known ? [] : conversation.stream.open()
    const packets = conversation.stream.send(event.from === conversation.client, event.bytes)
    return [
      ...opening.map((packet) => enhancedPacket(points.indexOf(point), event.time, packet)),
      ...packets.map((packet, at) =>
        enhancedPacket(points.indexOf(point), event.time, packet, at === 0 ? comments : []),
      ),
    ]
  }

  /** The node that speaks first is the client. */
  #converse(key: string, from: string, to: string, serverPort: number): Conversation {
    const stream = new TcpStream(
      { address: this.#address(from), port: this.nextPort },
      { address: this.#address(to), port: serverPort },
    )
    const conversation = { stream, client: from }
    this.#conversations.set(key, conversation)
    return conversation
  }

  #address(node: string): Uint8Array {
    return this.#addresses.get(node) ?? elsewhere
  }
}
