import { hasExtension, needsNonce1 } from '../../../core/extension-set.ts'
import { deriveRequestToken } from '../../../crypto/prose-keys.ts'
import { identityElements, type DirectCommunicationRequest } from '../../../reference-points/pc5/messages.ts'
import type { KeyRequest } from '../key-retrieval.ts'
import type { Attempt } from './link.ts'

/** E1: Nonce_1 when the PDK is of this attempt alone. */
export const pdkNonceOf = ({ extensions, nonce1 }: Attempt): Uint8Array | undefined =>
  hasExtension(extensions, 'E1') ? nonce1 : undefined

/** E2: what shows KMF-1 that UE-1 asks; nothing with an IMSI or an expired B-TID, which have no key. */
export function requestTokenOf(attempt: Omit<Attempt, 'capabilities'>): Uint8Array | undefined {
  const { extensions, ue1Id, key, nafId, nonce1, peer, relayServiceCode } = attempt
  if (!hasExtension(extensions, 'E2') || ue1Id.kind !== 'b-tid' || !key) return undefined
  return deriveRequestToken(key.ksNaf, { btid: ue1Id.btid, nafId, nonce1, ue2Id: peer, relayServiceCode })
}

/** E3: the identities of UE-1 that the MAC-I of the Command covers. */
export const coveredIdentities = (
  request: Pick<Attempt, 'extensions' | 'ue1Id' | 'nafId'>,
): Uint8Array | undefined => (hasExtension(request.extensions, 'E3') ? identityElements(request) : undefined)

/** What step 4 says of the extensions of a REQUEST. */
export function keyRequestExtensions({
  extensionSet = 0,
  nonce1,
  requestToken,
}: DirectCommunicationRequest): Pick<KeyRequest, 'extensions' | 'nonce1' | 'requestToken'> {
  return {
    extensions: extensionSet,
    ...(needsNonce1(extensionSet) && { nonce1 }),
    ...(requestToken && { requestToken }),
  }
}
