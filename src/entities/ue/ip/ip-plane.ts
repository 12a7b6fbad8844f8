import { equalOctets } from '../../../core/bytes.ts'
import type { Clock, Timers } from '../../../core/environment.ts'
import { MalformedMessage } from '../../../core/errors.ts'
import { hexOf24, type Layer2Id } from '../../../core/identities/prose.ts'
import { ipAddressText, ipv6Address, type IpPrefix } from '../../../core/ip-address.ts'
import type { Count, Report } from '../../../core/tap.ts'
import {
  milliseconds,
  seconds,
  secondsBetween,
  type Milliseconds,
  type Seconds,
} from '../../../core/units.ts'
import { linkLocalAddress } from '../../../reference-points/pc5/link-local.ts'
import { readIpPacket, type IpPacket } from '../../../wire/ip-packet.ts'
import {
  checkRouterSolicitation,
  isNeighbourDiscovery,
  readRouterAdvertisement,
  routerAdvertisement,
  routerSolicitation,
  type RouterAdvertisement,
} from '../../../wire/router-discovery.ts'
import type { Link } from '../link-view.ts'
import type { IpInterface, IpSetting } from '../ports.ts'
import { maximumUserData, NotPossibleNow, type Ue } from '../ue.ts'
import {
  addressUnder,
  isAdmitted,
  isMulticast,
  isRoutable,
  isRouted,
  peerOf,
  type IpLink,
  type IpSettings,
} from './ip-link.ts'
import { RemoteUePrefixes } from './remote-ue-prefixes.ts'

export interface IpPlanePorts {
  readonly ue: Pick<Ue, 'layer2Id' | 'link' | 'links' | 'onLink' | 'onGone' | 'onData' | 'send'>
  readonly interface: IpInterface
  readonly clock: Clock
  readonly timers: Timers
  readonly count: Count
  /** Told of each address and route once the machine has or had it. */
  readonly report: Report
}

/** RFC 4861 10: MAX_RTR_SOLICITATIONS, RTR_SOLICITATION_INTERVAL; AdvDefaultLifetime is at most 9000 s. */
const solicitation = { most: 3, interval: milliseconds(4_000) } as const
const longestRouterLifetime = seconds(9_000)
/** Unsolicited ones; at least one within the time that the last one gave. MaxRtrAdvInterval of RFC 4861 6.2.1. */
const advertisementInterval = (lifetime: Seconds): Milliseconds =>
  milliseconds(Math.min(600, Math.max(1, lifetime / 2)) * 1_000)

const allNodes = ipv6Address('ff02::1')
const allRouters = ipv6Address('ff02::2')
const everywhere: IpPrefix = { octets: new Uint8Array(16), length: 0 }
const linkLocalLength = 64

/** Routes that are remembered for pairs of addresses; all are forgotten when it is full. */
const mostRemembered = 1024

interface Served extends IpLink {
  readonly settings: readonly IpSetting[]
  readonly stopTimer?: () => void
}

/**
 * IP over the links of a UE: packets of an interface of the machine go to the link that owns their destination, packets
 * of a link to the machine when its peer may send them. No address is resolved: each link has two ends. A relay gives
 * each remote UE a /64 by Router Advertisement, for as long as the link lives. TS 23.303 5.4.4, 5.4.5, RFC 4861.
 */
export class IpPlane {
  readonly #settings: IpSettings
  readonly #ports: IpPlanePorts
  /** By label, oldest first. */
  readonly #links = new Map<string, Served>()
  readonly #routes = new Map<string, Served | undefined>()
  readonly #stops: readonly (() => void)[]
  readonly #prefixes: RemoteUePrefixes | undefined

  constructor(settings: IpSettings, ports: IpPlanePorts) {
    this.#settings = settings
    this.#ports = ports
    this.#prefixes = settings.remoteUePrefix && new RemoteUePrefixes(settings.remoteUePrefix)
    const { ue } = ports
    for (const setting of this.#own()) void ports.interface.assign(setting)
    ports.interface.onPacket((packet) => this.#toLink(packet))
    this.#stops = [
      ue.onLink((link) => this.#add(link)),
      ue.onGone(({ label }) => this.#remove(label)),
      ue.onData(({ link, sduType, octets }) => {
        if (sduType === 'ip') this.#fromLink(link.label, octets)
      }),
    ]
    for (const link of ue.links()) this.#add(link)
  }

  /** Leaves the UE; the interface goes with its addresses and routes. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    for (const label of [...this.#links.keys()]) this.#remove(label)
    await this.#ports.interface.close()
  }

  *#own(): Generator<IpSetting> {
    const octets = linkLocalAddress(this.#ports.ue.layer2Id)
    yield { kind: 'address', prefix: { octets, length: linkLocalLength } }
    const { ipv4 } = this.#settings
    if (ipv4) yield { kind: 'address', prefix: { octets: ipv4.own, length: 32 } }
  }

  #add(link: Link): void {
    const peer = peerOf(link)
    // A newer link with the same peer goes on with what the older one got.
    const older = [...this.#links.values()].find(
      (other) => other.link.peer === link.peer && other.peer === peer,
    )
    const served: Served = { link, peer, settings: [], ...(older?.prefix && { prefix: older.prefix }) }
    this.#configure(served, older?.settings ?? this.#ipv4RouteTo(link.peer))
    if (peer === 'remote') this.#serve(link)
    if (peer === 'relay') this.#solicit(link.label, 1)
  }

  #ipv4RouteTo(peer: Layer2Id): readonly IpSetting[] {
    const octets = this.#settings.ipv4?.peers.get(peer)
    return octets ? [{ kind: 'route', prefix: { octets, length: 32 } }] : []
  }

  /** From now on the link has these settings and no others; a setting stays as long as one link has it. */
  #configure(served: Served, settings: readonly IpSetting[]): void {
    const before = this.#held()
    this.#put({ ...served, settings })
    const after = this.#held()
    for (const [name, setting] of before)
      if (!after.has(name)) this.#change('withdraw', setting, 'ip-withdrawn', served)
    for (const [name, setting] of after)
      if (!before.has(name)) this.#change('assign', setting, 'ip-assigned', served)
  }

  #change(how: 'assign' | 'withdraw', setting: IpSetting, what: string, { link }: Served): void {
    const { kind, prefix } = setting
    const report = { what, fields: { [kind]: textOf(prefix), peer: hexOf24(link.peer) }, context: link.trace }
    void this.#ports.interface[how](setting).then(() => this.#ports.report(report))
  }

  #held(): ReadonlyMap<string, IpSetting> {
    const all = [...this.#links.values()].flatMap(({ settings }) => settings)
    return new Map(all.map((setting) => [nameOf(setting), setting]))
  }

  #put(served: Served): void {
    this.#links.set(served.link.label, served)
    this.#routes.clear()
  }

  #remove(label: string): void {
    const gone = this.#links.get(label)
    if (!gone) return
    gone.stopTimer?.()
    this.#configure(gone, [])
    this.#links.delete(label)
    const isLast = [...this.#links.values()].every(({ link }) => link.peer !== gone.link.peer)
    if (isLast) this.#prefixes?.release(gone.link.peer)
  }

  /** Relay: a prefix and a route for the remote UE. */
  #serve(link: Link): void {
    const prefix = this.#prefixes?.of(link.peer)
    const served = this.#links.get(link.label)
    if (!prefix || !served) {
      this.#ports.count('ip: no prefix for a remote UE')
      return
    }
    this.#configure({ ...served, prefix }, [...this.#ipv4RouteTo(link.peer), { kind: 'route', prefix }])
    this.#advertise(link.label)
  }

  /** Relay: no lifetime reaches beyond the link, which ends with its PDK (R29). */
  #advertise(label: string): void {
    const { ue, clock } = this.#ports
    const served = this.#links.get(label)
    const link = ue.link(label)
    if (!served?.prefix || !link) return
    const left = seconds(Math.max(0, Math.floor(secondsBetween(clock.now(), link.expires))))
    const packet = routerAdvertisement(linkLocalAddress(ue.layer2Id), allNodes, {
      routerLifetime: seconds(Math.min(left, longestRouterLifetime)),
      ...{ prefix: served.prefix.octets, prefixLifetime: left, mtu: maximumUserData },
    })
    this.#send(label, packet)
    this.#wait(label, advertisementInterval(left), () => this.#advertise(label))
  }

  /** Remote UE: asks its relay until the Router Advertisement is there. */
  #solicit(label: string, times: number): void {
    const served = this.#links.get(label)
    if (!served || times > solicitation.most) return
    this.#send(label, routerSolicitation(linkLocalAddress(this.#ports.ue.layer2Id), allRouters))
    this.#wait(label, solicitation.interval, () => this.#solicit(label, times + 1))
  }

  /** One timer for each link: of the next solicitation or advertisement, or of the end of what was advertised. */
  #wait(label: string, delay: Milliseconds, then: () => void): void {
    const served = this.#links.get(label)
    if (!served) return
    served.stopTimer?.()
    this.#put({ ...served, stopTimer: this.#ports.timers.after(delay, then) })
  }

  #toLink(octets: Uint8Array): void {
    const packet = this.#read(octets)
    // Listener reports and solicitations of the machine concern nobody: a link has no group and no neighbours.
    if (!packet || isMulticast(packet.destination)) return
    const served = this.#routeOf(packet)
    if (!served) this.#ports.count('ip dropped: no link for the destination')
    else if (octets.length > maximumUserData) this.#ports.count('ip dropped: longer than the MTU')
    else this.#send(served.link.label, octets)
  }

  /** A link that is being released takes nothing any more. */
  #send(label: string, packet: Uint8Array): void {
    try {
      this.#ports.ue.send(label, packet, 'ip')
    } catch (error) {
      if (!(error instanceof NotPossibleNow)) throw error
      this.#ports.count('ip dropped: the link ends')
    }
  }

  #routeOf(packet: IpPacket): Served | undefined {
    const pair = String.fromCharCode(...packet.source, ...packet.destination)
    if (this.#routes.has(pair)) return this.#routes.get(pair)
    if (this.#routes.size === mostRemembered) this.#routes.clear()
    const { layer2Id } = this.#ports.ue
    const fitting = [...this.#links.values()].filter((link) =>
      isRouted(packet, link, layer2Id, this.#settings),
    )
    // A peer that is only claimed never takes what is meant for the one that a KMF vouches for (R7).
    const served = fitting.find(({ link }) => link.peerIdentity === 'verified') ?? fitting[0]
    this.#routes.set(pair, served)
    return served
  }

  #fromLink(label: string, octets: Uint8Array): void {
    const served = this.#links.get(label)
    if (!served) {
      this.#ports.count('ip dropped: the link is not live')
      return
    }
    const packet = this.#read(octets)
    if (!packet) return
    if (isNeighbourDiscovery(packet)) this.#discovered(served, packet)
    else if (this.#isAdmitted(packet, served)) this.#ports.interface.send(octets)
    else this.#ports.count('ip dropped: not what that peer may send')
  }

  /**
   * Nobody sends from an address that another link owns (R7): the answer would go over this link, or over another with the
   * same UE, for a moment while one replaces the other.
   */
  #isAdmitted(packet: IpPacket, served: Served): boolean {
    if (!isAdmitted(packet, served, this.#ports.ue.layer2Id, this.#settings)) return false
    const { source, destination } = packet
    const back = this.#routeOf({ ...packet, source: destination, destination: source })
    const { link } = served
    return back === served || (link.peerIdentity === 'verified' && back?.link.peer === link.peer)
  }

  #read(octets: Uint8Array): IpPacket | undefined {
    try {
      return readIpPacket(octets)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#ports.count('ip dropped: malformed')
      return undefined
    }
  }

  /** Never reaches the machine: only the relay of this UE is its router, and only over the link with it. */
  #discovered(served: Served, packet: IpPacket): void {
    const { peer, link } = served
    try {
      if (peer === 'ue' || !equalOctets(packet.source, linkLocalAddress(link.peer)))
        this.#ports.count('ip dropped: Neighbour Discovery')
      else if (peer === 'relay') this.#advertised(served, readRouterAdvertisement(packet))
      else {
        checkRouterSolicitation(packet)
        this.#advertise(link.label)
      }
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#ports.count('ip dropped: malformed Neighbour Discovery')
    }
  }

  /** Address and default route for as long as the relay gives them; with a lifetime of 0 it takes them back. */
  #advertised(served: Served, { prefix: octets, prefixLifetime, routerLifetime }: RouterAdvertisement): void {
    const { link, stopTimer } = served
    const prefix = { octets, length: 64 }
    const own = addressUnder(prefix, this.#ports.ue.layer2Id)
    const lifetime = Math.min(prefixLifetime, routerLifetime)
    if (!isRoutable(own)) return
    stopTimer?.()
    if (lifetime === 0) {
      this.#forgetPrefix(link.label)
      return
    }
    this.#configure({ ...served, prefix }, [
      ...this.#ipv4RouteTo(link.peer),
      { kind: 'address', prefix: { octets: own, length: 128 } },
      { kind: 'route', prefix: everywhere },
    ])
    const { label } = link
    this.#wait(label, milliseconds(lifetime * 1_000), () => this.#forgetPrefix(label))
  }

  #forgetPrefix(label: string): void {
    const served = this.#links.get(label)
    if (!served) return
    const { link, peer } = served
    this.#configure({ link, peer, settings: [] }, this.#ipv4RouteTo(link.peer))
  }
}

const nameOf = ({ kind, prefix }: IpSetting): string => `${kind} ${textOf(prefix)}`
const textOf = ({ octets, length }: IpPrefix): string => `${ipAddressText(octets)}/${length}`
