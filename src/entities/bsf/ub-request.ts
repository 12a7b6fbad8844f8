import { Auts } from '../../core/aka.ts'
import { fromBase64, utf8 } from '../../core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { Impi } from '../../core/identities/subscriber.ts'
import { isTmpi, type Tmpi } from '../../core/identities/tmpi.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import { requestDigest, type DigestInput } from '../../crypto/digest-response.ts'
import { akaDigest } from '../../reference-points/ub/aka-challenge.ts'
import { fieldValue, type UbRequest } from '../../reference-points/ub/exchange.ts'
import { parseCredentials, type DigestCredentials } from '../../wire/http-digest/digest-headers.ts'
import type { OpenChallenge } from './challenge-table.ts'

/** A request that has the form of Ub; nothing in it is proved yet. */
export interface Asked {
  readonly realm: Fqdn
  readonly user: Impi | Tmpi
  readonly credentials: DigestCredentials
  readonly request: UbRequest
}

/** The request, or the HTTP status that refuses it. Host is compared without its port (R42), the realm must be ours (R36). */
export function readRequest(request: UbRequest, names: readonly Fqdn[]): Asked | 400 | 403 | 404 | 405 {
  const realm = names.find((name) => name === fieldValue(request.fields, 'Host')?.replace(/:\d{1,5}$/, ''))
  if (realm === undefined) return 400
  if (request.target !== akaDigest.uri) return 404
  if (request.method !== 'GET') return 405
  const credentials = credentialsOf(request)
  if (credentials?.realm !== realm || credentials.uri !== request.target) return 400
  const user = userOf(credentials.username)
  // A name of another form is as unknown as any other (B50, B51).
  return user === undefined ? 403 : { realm, user, credentials, request }
}

function credentialsOf(request: UbRequest): DigestCredentials | undefined {
  try {
    return parseCredentials(fieldValue(request.fields, 'Authorization') ?? '')
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined
    throw error
  }
}

function userOf(username: string): Impi | Tmpi | undefined {
  try {
    return isTmpi(username) ? username : Impi(username)
  } catch (error) {
    if (error instanceof InvalidValue) return undefined
    throw error
  }
}

/** AUTS of the credentials; undefined when there is none or it has another form. */
export function autsOf(credentials: DigestCredentials): Auts | undefined {
  try {
    return credentials.auts === undefined ? undefined : Auts(fromBase64(credentials.auts))
  } catch (error) {
    if (error instanceof InvalidValue) return undefined
    throw error
  }
}

/** What both digests of an exchange are made of. The password is RES, with AUTS the empty one. RFC 3310 3.3, 3.4. */
export const digestInputOf = (asked: Asked, challenge: OpenChallenge): DigestInput => ({
  username: challenge.user,
  realm: challenge.realm,
  password: asked.credentials.auts === undefined ? challenge.vector.xres : new Uint8Array(),
  nonce: challenge.nonce,
  nc: akaDigest.nc,
  cnonce: asked.credentials.cnonce ?? '',
  qop: akaDigest.qop,
  uri: akaDigest.uri,
  body: asked.request.body,
})

/** Whether the response answers exactly this challenge (R36). */
export function answers(asked: Asked, challenge: OpenChallenge): boolean {
  const { credentials, request } = asked
  const expected = requestDigest(request.method, digestInputOf(asked, challenge))
  return (
    asked.user === challenge.user &&
    asked.realm === challenge.realm &&
    credentials.algorithm?.toLowerCase() === akaDigest.algorithm.toLowerCase() &&
    credentials.qop === akaDigest.qop &&
    credentials.nc === akaDigest.nc &&
    (credentials.cnonce ?? '') !== '' &&
    (credentials.opaque ?? challenge.opaque) === challenge.opaque &&
    equalInConstantTime(utf8(credentials.response), utf8(expected))
  )
}
