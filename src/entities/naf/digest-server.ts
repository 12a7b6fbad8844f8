import { AgedMap } from '../../core/aged-map.ts'
import { base64, utf8 } from '../../core/bytes.ts'
import type { Clock, Random } from '../../core/environment.ts'
import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { uaIds } from '../../core/identities/naf-id.ts'
import { wipe } from '../../core/keys.ts'
import { later, seconds, type Instant } from '../../core/units.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import { requestDigest, responseDigest, type DigestInput } from '../../crypto/digest-response.ts'
import { canUseGba, gbaPassword, gbaRealm, uaDigest } from '../../reference-points/ua/digest.ts'
import {
  parseCredentials,
  writeAuthenticationInfo,
  writeChallenge,
  type DigestCredentials,
} from '../../wire/http-digest/digest-headers.ts'
import { fieldValue, fieldValues, type HttpRequest } from '../../wire/http.ts'
import type { NafKey, NafKeys } from './naf-keys.ts'

/** What becomes of a request without TLS. */
export type DigestOutcome =
  | {
      readonly outcome: 'authenticated'
      readonly ue: Omit<NafKey, 'key'>
      /** The field Authentication-Info that goes with this body, once; it proves the NAF and the body to the UE. */
      readonly authenticationInfo: (body: Uint8Array) => string
    }
  /** The field WWW-Authenticate of a 401: with it the UE bootstraps, or bootstraps again. TS 24.109 5.2.4, 5.2.5. */
  | { readonly outcome: 'challenge'; readonly wwwAuthenticate: string }
  /** No GBA at the other end (403), or no request of Digest (400). */
  | { readonly outcome: 'refused'; readonly status: 400 | 403 }

export interface DigestServerOptions {
  /** The name of the NAF toward UEs. */
  readonly fqdn: Fqdn
  readonly keys: NafKeys
  readonly clock: Clock
  readonly random: Random
}

const nonceLifetime = seconds(300)
/** Nonces at once; then the oldest goes, and who has it is told a new one (R43). */
const mostNonces = 10_000

/** HTTP Digest with Ks_(ext)_NAF, at a NAF. TS 33.222 5.3, TS 24.109 5.2. */
export class DigestServer {
  readonly #options: DigestServerOptions
  /** With the nonce count used last. */
  readonly #nonces = new AgedMap<string, { readonly ends: Instant; count: number }>()

  constructor(options: DigestServerOptions) {
    this.#options = options
  }

  /** Throws TemporaryFailure when the BSF cannot be asked: no reason to bootstrap (R14). */
  async check(request: HttpRequest): Promise<DigestOutcome> {
    const authorizations = fieldValues(request.fields, 'Authorization')
    if (!canUseGba(fieldValue(request.fields, 'User-Agent') ?? '')) return { outcome: 'refused', status: 403 }
    const [authorization] = authorizations
    if (authorization === undefined) return this.#challenge()
    if (authorizations.length > 1) return { outcome: 'refused', status: 400 }
    try {
      const credentials = parseCredentials(authorization)
      return await this.#authenticate(request, inputOf(credentials, request), credentials)
    } catch (error) {
      if (error instanceof MalformedMessage) return { outcome: 'refused', status: 400 }
      throw error
    }
  }

  async #authenticate(
    { method }: HttpRequest,
    input: Omit<DigestInput, 'password'>,
    { response, realm }: DigestCredentials,
  ): Promise<DigestOutcome> {
    const btid = bTidOf(input.username)
    const found =
      btid !== undefined && realm === gbaRealm(this.#options.fqdn)
        ? await this.#options.keys.find(btid, uaIds.httpDigest)
        : undefined
    if (!found) return this.#challenge()
    const { key, ...ue } = found
    const password = gbaPassword(key)
    wipe(key)
    const full = { ...input, password }
    const isGood = equalInConstantTime(utf8(requestDigest(method, full)), utf8(response))
    const isFresh = isGood && this.#takeCount(input.nonce, input.nc)
    if (!isFresh) {
      wipe(password)
      return this.#challenge(isGood)
    }
    return { outcome: 'authenticated', ue, authenticationInfo: (body) => infoOf({ ...full, body }) }
  }

  /** Each count of a nonce once, and none below it: what was recorded does not serve again. RFC 2617 3.2.2. */
  #takeCount(nonce: string, nc: string): boolean {
    const known = this.#nonces.get(nonce)
    const count = Number.parseInt(nc, 16)
    if (!known || this.#options.clock.now() >= known.ends || count <= known.count) return false
    known.count = count
    return true
  }

  #challenge(stale = false): DigestOutcome {
    const { clock, random, fqdn } = this.#options
    const nonce = base64(random.octets(24))
    this.#nonces.set(nonce, { ends: later(clock.now(), nonceLifetime), count: 0 })
    this.#nonces.deleteWhile(() => this.#nonces.size > mostNonces)
    const { algorithm, qop } = uaDigest
    const challenge = { realm: gbaRealm(fqdn), nonce, algorithm, qop: [qop], stale }
    return { outcome: 'challenge', wwwAuthenticate: writeChallenge(challenge) }
  }
}

function bTidOf(username: string): BTid | undefined {
  try {
    return BTid(username)
  } catch (error) {
    if (error instanceof InvalidValue) return undefined
    throw error
  }
}

/** What enters the digest of this request; throws MalformedMessage for what no UE of GBA sends. */
function inputOf(
  credentials: DigestCredentials,
  { target, body }: HttpRequest,
): Omit<DigestInput, 'password'> {
  const { username, realm, nonce, uri, algorithm = uaDigest.algorithm, qop, nc, cnonce } = credentials
  const isOurs = algorithm.toUpperCase() === uaDigest.algorithm && qop === uaDigest.qop && uri === target
  if (!isOurs || nc === undefined || !/^[0-9a-f]{8}$/i.test(nc) || cnonce === undefined)
    throw new MalformedMessage('Authorization', 0, 'not a Digest of GBA', { clause: 'TS 24.109 5.2' })
  return { username, realm, nonce, uri, qop, nc, cnonce, body }
}

function infoOf(input: DigestInput): string {
  const { qop, cnonce, nc, password } = input
  const info = writeAuthenticationInfo({ qop, cnonce, nc, rspauth: responseDigest(input) })
  wipe(password)
  return info
}
