import type { LinkFacts } from './link.ts'

/** What is known of who is behind the Layer-2 ID of a link. */
export type PeerClaim = Pick<LinkFacts, 'peerIdentity' | 'ue1Id'>

/** A UE that proved to be the one that was asked for, as UE-2 does with its Command. */
export const provedPeer: PeerClaim = { peerIdentity: 'verified' }

/**
 * Whether two links with one Layer-2 ID are with one UE: it is proved or confirmed for both, or one B-TID was sent for
 * both. A Layer-2 ID that is only claimed shows nothing (R6, R7).
 */
export const isSameUe = (first: PeerClaim, second: PeerClaim): boolean =>
  (first.peerIdentity === 'verified' && second.peerIdentity === 'verified') ||
  (first.ue1Id?.kind === 'b-tid' && second.ue1Id?.kind === 'b-tid' && first.ue1Id.btid === second.ue1Id.btid)
