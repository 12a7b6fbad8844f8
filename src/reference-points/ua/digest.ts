import { base64, utf8 } from '../../core/bytes.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { keyOctets, type KeyOctets, type KsNaf } from '../../core/keys.ts'

/** The only algorithm of HTTP Digest on Ua; the body is protected too. TS 24.109 5.2. */
export const uaDigest = { algorithm: 'MD5', qop: 'auth-int' } as const

const prefix = '3GPP-bootstrapping@'
/** In User-Agent of who can bootstrap and hold Ks_(ext)_NAF in the ME. TS 24.109 5.2.2. */
export const gbaProduct = '3gpp-gba'

/** The realm of a NAF that takes Ks_(ext)_NAF. TS 24.109 5.2.4. */
export const gbaRealm = (naf: Fqdn): string => `${prefix}${naf}`

/** Whether a realm, in which several are joined by `;`, is that of this NAF. TS 24.109 5.2.4. */
export const isRealmOf = (realm: string, naf: Fqdn): boolean => realm.split(';').includes(gbaRealm(naf))

/** Whether one of the products in User-Agent is that of GBA. */
export const canUseGba = (userAgent: string): boolean => userAgent.split(/[\s;,/]+/).includes(gbaProduct)

/** Ks_(ext)_NAF in base64, 44 octets of ASCII: what Digest takes for a password. To be wiped. TS 24.109 5.2. */
export const gbaPassword = (key: KsNaf): KeyOctets => keyOctets(utf8(base64(key)))
