import { describe, expect, it } from 'vitest'
import { Layer2Id, RelayServiceCode } from '../../../../src/core/identities/prose.ts'
import { ipv6Address } from '../../../../src/core/ip-address.ts'
import { Instant } from '../../../../src/core/units.ts'
import type { Link } from '../../../../src/entities/ue/link-view.ts'
import { addressUnder, type IpSettings } from '../../../../src/entities/ue/ip/ip-link.ts'
import { IpPlane } from '../../../../src/entities/ue/ip/ip-plane.ts'
import type { UserData } from '../../../../src/entities/ue/ue.ts'
import { linkLocalAddress } from '../../../../src/reference-points/pc5/link-local.ts'
import { SimulatedClock } from '../../../../src/testbed/simulated-clock.ts'
import { ipv6Packet, protocols } from '../../../../src/wire/ip-packet.ts'

const own = Layer2Id(0x0a0b0c)
const peer = Layer2Id(0x010203)
const relayServiceCode = RelayServiceCode(0x00aabb)
const server = ipv6Address('2001:db8:99::1')
const remoteUePrefix = { octets: ipv6Address('2001:db8:1::'), length: 48 }

const linkOf = (label: string, more: Partial<Link> = {}): Link => ({
  ...{ label, peer, role: 'responder', peerIdentity: 'verified', algorithms: { eea: 2, eia: 2 } },
  ...{ kdSessId: 0x0101, rekeyings: 0, pdus: { sent: 0, received: 0 }, expires: Instant(3_600_000) },
  ...{ keys: { 'KD-sess': '', PEK: '', PIK: '' }, trace: '' },
  ...more,
})

/** The IP of a UE, its links, its machine and what it counts. */
function plane(settings: Partial<IpSettings> = {}) {
  const clock = new SimulatedClock()
  const links: Link[] = []
  const [toMachine, counted]: [Uint8Array[], string[]] = [[], []]
  const heard: {
    link?: (link: Link) => void
    gone?: (label: string) => void
    data?: (data: UserData) => void
  } = {}
  const nothing = () => Promise.resolve()
  const ip = new IpPlane(
    { forwardBetweenLinks: false, ...settings },
    {
      ...{ clock, timers: clock, count: (counter) => counted.push(counter), report: () => undefined },
      ue: {
        layer2Id: own,
        link: (label) => links.find((link) => link.label === label),
        links: () => links,
        onLink: (listener) => ((heard.link = listener), () => undefined),
        onGone: (listener) => ((heard.gone = (label) => listener({ label })), () => undefined),
        onData: (listener) => ((heard.data = listener), () => undefined),
        send: () => undefined,
      },
      interface: {
        ...{ assign: nothing, withdraw: nothing, close: nothing, onPacket: () => undefined },
        send: (packet) => toMachine.push(packet),
      },
    },
  )
  return {
    ...{ ip, toMachine, counted },
    add: (link: Link) => {
      links.push(link)
      heard.link?.(link)
      return link
    },
    remove: (link: Link) => {
      links.splice(links.indexOf(link), 1)
      heard.gone?.(link.label)
    },
    hear: (link: Link, octets: Uint8Array) => heard.data?.({ link, sduType: 'ip', octets }),
  }
}

const packet = (source: Uint8Array, destination: Uint8Array) =>
  ipv6Packet({ source, destination, protocol: protocols.udp, hopLimit: 64, payload: new Uint8Array(8) })

const fromPeer = packet(linkLocalAddress(peer), linkLocalAddress(own))
const refused = 'ip dropped: not what that peer may send'

describe('R7: a Layer-2 ID that is only claimed', () => {
  it('sends from the addresses of its owner while nobody else has a link under it', () => {
    const { add, hear, toMachine } = plane()
    hear(add(linkOf('L1', { peerIdentity: 'unverified' })), fromPeer)
    expect(toMachine).toEqual([fromPeer])
  })

  it('sends nothing from them beside the link of the UE that a KMF vouches for, whichever came first', () => {
    for (const first of ['verified', 'unverified'] as const) {
      const { add, hear, toMachine, counted } = plane()
      const second = first === 'verified' ? 'unverified' : 'verified'
      const links = [add(linkOf('L1', { peerIdentity: first })), add(linkOf('L2', { peerIdentity: second }))]
      for (const link of links) hear(link, fromPeer)
      expect(toMachine).toEqual([fromPeer])
      expect(counted).toEqual([refused])
      const [claimed] = links.filter(({ peerIdentity }) => peerIdentity === 'unverified')
      if (claimed) hear(claimed, fromPeer)
      expect(toMachine).toEqual([fromPeer])
    }
  })

  it('sends nothing from the prefix of the verified remote UE either, and again once that is gone', () => {
    const { add, remove, hear, toMachine } = plane({ remoteUePrefix })
    const verified = add(linkOf('L1', { relayServiceCode }))
    const claimed = add(linkOf('L2', { relayServiceCode, peerIdentity: 'unverified' }))
    const prefix = { octets: remoteUePrefix.octets, length: 64 }
    const toServer = packet(addressUnder(prefix, peer), server)
    hear(verified, toServer)
    hear(claimed, toServer)
    expect(toMachine).toEqual([toServer])
    remove(verified)
    hear(claimed, toServer)
    expect(toMachine).toEqual([toServer, toServer])
  })
})

it('takes packets of one verified UE from each of two links while one replaces the other', () => {
  const { add, hear, toMachine } = plane()
  for (const link of [add(linkOf('L1')), add(linkOf('L2', { role: 'initiator' }))]) hear(link, fromPeer)
  expect(toMachine).toEqual([fromPeer, fromPeer])
})

it('counts a packet of a link that is not live yet', () => {
  const { hear, toMachine, counted } = plane()
  hear(linkOf('L1'), fromPeer)
  expect(toMachine).toEqual([])
  expect(counted).toEqual(['ip dropped: the link is not live'])
})
