import { InvalidValue } from '../../core/errors.ts'
import { BTid } from '../../core/identities/b-tid.ts'

/** psk_identity_hint, and what every psk_identity begins with. TS 24.109 5.3.3, annex F.3. */
export const pskIdentityHint = '3GPP-bootstrapping'

/** Longest psk_identity in octets that is looked at. RFC 4279 5.3. */
export const pskIdentityLimit = 128

/** psk_identity of a B-TID. TS 24.109 annex F.3. */
export const pskIdentityOf = (btid: BTid): string => `${pskIdentityHint};${btid}`

/** The B-TID in a psk_identity, undefined when there is none. */
export function bTidOfPskIdentity(identity: string): BTid | undefined {
  const separator = identity[pskIdentityHint.length]
  // Open: one text joins the two with `;`, another with `.`. We send the first and take both.
  if (identity.length > pskIdentityLimit || !identity.startsWith(pskIdentityHint)) return undefined
  if (separator !== ';' && separator !== '.') return undefined
  try {
    return BTid(identity.slice(pskIdentityHint.length + 1))
  } catch (error) {
    if (error instanceof InvalidValue) return undefined
    throw error
  }
}

/** Whether a psk_identity_hint names this bootstrapping; a list is joined by `;`. TS 24.109 annex F.3. */
export const isBootstrappingHint = (hint: string): boolean => hint.split(';').includes(pskIdentityHint)
