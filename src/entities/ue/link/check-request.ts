import { equalOctets, isAllZero } from '../../../core/bytes.ts'
import { NotAuthorised, type ProseError } from '../../../core/errors.ts'
import { hasExtension } from '../../../core/extension-set.ts'
import type { Layer2Id } from '../../../core/identities/prose.ts'
import { causeOf } from '../../../reference-points/pc5/causes.ts'
import {
  ExtensionsDiffer,
  IpVersionMismatch,
  Layer2IdConflict,
  NonceReused,
  PeerNotVerified,
} from '../../../reference-points/pc5/errors.ts'
import { encodeSdu, type DirectCommunicationRequest } from '../../../reference-points/pc5/messages.ts'
import { chooseAlgorithms } from '../../../reference-points/pc5/security-capabilities.ts'
import type { AcceptedRequest, LinkEnv, LinkState } from './link.ts'
import { isSameUe, type PeerClaim } from './same-ue.ts'

/**
 * UE-2 judges a well-formed REQUEST, in this order: Nonce_1, extensions, algorithms, Relay Service Code, IP. Throws what
 * `causeOf` turns into a REJECT. CR 33.303 6.X.3.2 step 3.
 */
export function checkRequest(request: DirectCommunicationRequest, peer: Layer2Id, env: LinkEnv): void {
  const { nonce1, nafId, relayServiceCode } = request
  const { plmns } = env.settings
  if (isAllZero(nonce1) || env.wasSeen('nonce1', peer, nonce1)) throw new NonceReused(1)
  checkExtensions(request, plmns.homeOfNafId(nafId)?.extensions ?? 0)
  chooseAlgorithms(request.ueSecurityCapabilities, env.settings.algorithms)
  if (relayServiceCode !== undefined && !env.settings.relayServiceCodes.includes(relayServiceCode))
    throw new NotAuthorised('this UE does not serve that Relay Service Code', 'TS 24.334 10.4.2')
  // Open: TS 24.334 does not say which pairs mismatch. Who offers DHCPv4 alone has nothing for a UE of IPv6.
  if (env.settings.ip && request.ipAddressConfig === 1)
    throw new IpVersionMismatch('UE-1 offers IPv4 alone', 'TS 24.334 10.4.2')
}

/** The set is the one held for the network of UE-1, and a token comes only where it has E2. */
function checkExtensions({ extensionSet = 0, requestToken }: DirectCommunicationRequest, held: number): void {
  if (extensionSet !== held || (requestToken && !hasExtension(held, 'E2')))
    throw new ExtensionsDiffer('request')
}

/** What goes out instead of a Command, if anything does. */
export function answerTo(error: ProseError, peer: Layer2Id, env: LinkEnv): Uint8Array | undefined {
  const answer = causeOf(error)
  if (answer.message !== 'directCommunicationReject') return undefined
  return encodeSdu({
    type: 'directCommunicationReject',
    sequenceNumber: env.nextSequenceNumber(peer),
    cause: answer.cause,
  })
}

/**
 * Step 10 said who UE-1 is (R7): `verified` when its KMF confirms the Layer-2 ID. Throws PeerNotVerified when only such
 * peers are wanted, Layer2IdConflict when another UE may have a live link under that Layer-2 ID.
 */
export function checkPeer({ request, peer }: AcceptedRequest, verified: boolean, env: LinkEnv): void {
  if (env.settings.requireVerifiedPeer && !verified)
    throw new PeerNotVerified('no KMF confirms the Layer-2 ID of UE-1', 'TS 33.303 6.5.2')
  const claim: PeerClaim = { peerIdentity: verified ? 'verified' : 'unverified', ue1Id: request.ue1Id }
  if (!env.liveLinks(peer).every((live) => isSameUe(live, claim)))
    throw new Layer2IdConflict('another UE has a live link under this Layer-2 ID', 'TS 24.334 10.4.2')
}

/** Whether a REQUEST is the one of this half-open or live link, said again. */
export function isSameRequest(state: LinkState, request: DirectCommunicationRequest): boolean {
  const known = requestOf(state)
  return known?.sequenceNumber === request.sequenceNumber && equalOctets(known.nonce1, request.nonce1)
}

function requestOf(state: LinkState): DirectCommunicationRequest | undefined {
  return 'request' in state ? state.request : undefined
}
