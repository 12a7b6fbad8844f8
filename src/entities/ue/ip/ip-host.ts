import { equalOctets } from '../../../core/bytes.ts'
import type { Clock, Random, Timers } from '../../../core/environment.ts'
import { MalformedMessage, ProseError } from '../../../core/errors.ts'
import type { Count } from '../../../core/tap.ts'
import { milliseconds, type Milliseconds } from '../../../core/units.ts'
import { linkLocalAddress } from '../../../reference-points/pc5/link-local.ts'
import { decodeEcho, encodeEcho, type Icmpv6Echo } from '../../../wire/icmpv6-echo.ts'
import { ipv6HeaderSize, ipv6Packet, protocols, readIpPacket, type IpEnds } from '../../../wire/ip-packet.ts'
import { decodeTcp, encodeTcp, tcpHeaderSize } from '../../../wire/tcp-segment.ts'
import type { Link } from '../link-view.ts'
import { maximumUserData, type Ue, type UserData } from '../ue.ts'
import type { TcpListener, TcpStream } from './ports.ts'
import { TcpConnections, type Accept } from './tcp-connections.ts'

export interface IpHostPorts {
  readonly ue: Pick<Ue, 'layer2Id' | 'link' | 'send' | 'onData' | 'onGone'>
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly count: Count
}

const hopLimit = 64
const segmentSize = maximumUserData - ipv6HeaderSize - tcpHeaderSize
/** Octets of a ping, as other implementations have it. */
const pingSize = 56

/**
 * The end of IPv6 at a UE whose links lead to no TUN device: answers echo requests, pings, and has TCP connections, each
 * over one link and, when that has been renewed, over the next. Addresses are the link-local ones of both UEs.
 */
export class IpHost {
  readonly #ports: IpHostPorts
  readonly #connections: TcpConnections
  readonly #pings = new Map<number, { readonly link: string; readonly answered: () => void }>()
  readonly #stops: readonly (() => void)[]
  #sequence = 0

  constructor(ports: IpHostPorts) {
    this.#ports = ports
    const transmit = (label: string, segment: Parameters<typeof encodeTcp>[0]) =>
      this.#send(label, protocols.tcp, (ends) => encodeTcp(segment, ends))
    this.#connections = new TcpConnections({ ...ports, transmit }, segmentSize)
    this.#stops = [
      ports.ue.onData((data) => this.#hear(data)),
      ports.ue.onGone(({ label, goesOnAs }) => this.#connections.linkGone(label, goesOnAs)),
    ]
  }

  /** Time until an echo came back over a link; undefined when it did not in time. RFC 4443 4. */
  ping(label: string, atMost: Milliseconds): Promise<Milliseconds | undefined> {
    const { timers, clock } = this.#ports
    this.#sequence = (this.#sequence + 1) % 0x10000
    const sequence = this.#sequence
    const began = clock.now()
    return new Promise((resolve) => {
      const end = (time?: Milliseconds) => {
        stop()
        this.#pings.delete(sequence)
        resolve(time)
      }
      const stop = timers.after(atMost, () => end())
      const answered = () => end(milliseconds(clock.now() - began))
      this.#pings.set(sequence, { link: label, answered })
      this.#echo(label, { kind: 'request', identifier: 1, sequence, data: new Uint8Array(pingSize) })
    })
  }

  /** A TCP connection to a port of the peer. Throws TemporaryFailure when there are too many. */
  connect(label: string, port: number, listener: TcpListener): TcpStream {
    return this.#connections.connect(label, port, listener)
  }

  /** From now on `accept` gets the connections to this port; the returned function ends that. */
  serve(port: number, accept: Accept): () => void {
    return this.#connections.serve(port, accept)
  }

  /** Aborts every connection and hears nothing more. */
  close(): void {
    this.#connections.close()
    for (const stop of this.#stops) stop()
  }

  #hear({ link, sduType, octets }: UserData): void {
    if (sduType !== 'ip') return
    try {
      const packet = readIpPacket(octets)
      const { source, destination } = this.#ends(link)
      // From the peer itself to this UE: anything else would need a route, which this host has none of.
      if (!equalOctets(packet.source, destination) || !equalOctets(packet.destination, source)) return
      if (packet.protocol === protocols.icmpv6) this.#hearEcho(link.label, decodeEcho(packet.payload, packet))
      if (packet.protocol === protocols.tcp)
        this.#connections.hear(link.label, decodeTcp(packet.payload, packet))
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#ports.count('ip dropped: malformed')
    }
  }

  #hearEcho(label: string, echo: Icmpv6Echo | undefined): void {
    if (echo?.kind === 'request') this.#echo(label, { ...echo, kind: 'reply' })
    if (echo?.kind !== 'reply') return
    const ping = this.#pings.get(echo.sequence)
    if (ping?.link === label) ping.answered()
  }

  #echo(label: string, echo: Icmpv6Echo): void {
    this.#send(label, protocols.icmpv6, (ends) => encodeEcho(echo, ends))
  }

  /** What is too long for the link, or meant for one that has just ended, is lost, as on any network. */
  #send(label: string, protocol: number, encode: (ends: IpEnds) => Uint8Array): void {
    const link = this.#ports.ue.link(label)
    if (!link) return
    const ends = this.#ends(link)
    const packet = ipv6Packet({ ...ends, protocol, hopLimit, payload: encode(ends) })
    if (packet.length > maximumUserData) return
    try {
      this.#ports.ue.send(label, packet, 'ip')
    } catch (error) {
      // The link has no PDCP SN left, or ends just now.
      if (!(error instanceof ProseError)) throw error
      this.#ports.count('ip dropped: not sent')
    }
  }

  #ends({ peer, peerAddress }: Link): IpEnds {
    const destination = peerAddress ?? linkLocalAddress(peer)
    return { source: linkLocalAddress(this.#ports.ue.layer2Id), destination }
  }
}
