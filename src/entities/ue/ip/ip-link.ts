import { concat, equalOctets } from '../../../core/bytes.ts'
import type { Layer2Id } from '../../../core/identities/prose.ts'
import { isInPrefix, type IpPrefix } from '../../../core/ip-address.ts'
import { linkLocalAddress } from '../../../reference-points/pc5/link-local.ts'
import type { IpPacket } from '../../../wire/ip-packet.ts'
import type { Link } from '../link-view.ts'

/** What a UE is configured with for IP over its links. */
export interface IpSettings {
  /** Of a relay, /48 to /64: each remote UE gets a /64 of it. */
  readonly remoteUePrefix?: IpPrefix
  /** Whether a relay lets packets of one remote UE through to another. */
  readonly forwardBetweenLinks: boolean
  /** Own address and those of peers, 4 octets each; without it there is no IPv4. */
  readonly ipv4?: { readonly own: Uint8Array; readonly peers: ReadonlyMap<Layer2Id, Uint8Array> }
}

/** A live link as IP sees it. */
export interface IpLink {
  readonly link: Link
  /** `relay`: the peer is the relay of this UE; `remote`: this UE is that of the peer. */
  readonly peer: 'ue' | 'relay' | 'remote'
  /** The /64 of the remote UE of the link, once a relay gave it one. */
  readonly prefix?: IpPrefix
}

export const peerOf = ({ relayServiceCode, role }: Link): IpLink['peer'] => {
  if (relayServiceCode === undefined) return 'ue'
  return role === 'initiator' ? 'relay' : 'remote'
}

/** The address that a UE forms under a /64: the Layer-2 ID in its last 24 bits, as in its link-local address. */
export const addressUnder = ({ octets }: IpPrefix, id: Layer2Id): Uint8Array =>
  concat(octets.subarray(0, 8), linkLocalAddress(id).subarray(8))

export const isLinkLocal = (address: Uint8Array): boolean =>
  address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80

export const isMulticast = (address: Uint8Array): boolean =>
  address.length === 16 ? address[0] === 0xff : ((address[0] ?? 0) & 0xf0) === 0xe0

/** Neither ::, ::1 nor anything else below 0100::, nor link-local, nor multicast. */
export const isRoutable = (address: Uint8Array): boolean =>
  address.length === 16 && address[0] !== 0 && !isLinkLocal(address) && !isMulticast(address)

/**
 * Whether a packet that came over a link is what its peer may send: from an address of the peer, for this UE or, from a
 * remote UE to its relay, for whatever is not on another link (R6, R7). `own` is this UE.
 */
export function isAdmitted(
  { source, destination, version }: IpPacket,
  { link, peer, prefix }: IpLink,
  own: Layer2Id,
  { ipv4, remoteUePrefix, forwardBetweenLinks }: IpSettings,
): boolean {
  if (version === 4) {
    const address = ipv4?.peers.get(link.peer)
    return (
      address !== undefined && equalOctets(source, address) && equalOctets(destination, ipv4?.own ?? source)
    )
  }
  if (isLinkLocal(source) || isLinkLocal(destination))
    return equalOctets(source, linkLocalAddress(link.peer)) && equalOctets(destination, linkLocalAddress(own))
  if (!prefix || !isRoutable(source) || !isRoutable(destination)) return false
  if (peer === 'relay')
    return equalOctets(destination, addressUnder(prefix, own)) && !isInPrefix(source, prefix)
  const staysHere = isInPrefix(destination, prefix)
  const isOfRemoteUes = remoteUePrefix !== undefined && isInPrefix(destination, remoteUePrefix)
  return isInPrefix(source, prefix) && !staysHere && (forwardBetweenLinks || !isOfRemoteUes)
}

/** Whether a packet of the machine goes over this link. */
export function isRouted(
  { source, destination, version }: IpPacket,
  { link, peer, prefix }: IpLink,
  own: Layer2Id,
  { ipv4 }: IpSettings,
): boolean {
  if (version === 4) {
    const address = ipv4?.peers.get(link.peer)
    return address !== undefined && equalOctets(destination, address)
  }
  if (isLinkLocal(destination))
    return equalOctets(destination, linkLocalAddress(link.peer)) && equalOctets(source, linkLocalAddress(own))
  if (!prefix || !isRoutable(destination)) return false
  return peer === 'relay'
    ? equalOctets(source, addressUnder(prefix, own)) && !isInPrefix(destination, prefix)
    : isInPrefix(destination, prefix)
}
