import { Autn, Rand } from '../../core/aka.ts'
import { base64, concat, fromBase64 } from '../../core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import {
  parseChallenge,
  writeChallenge,
  type DigestChallenge,
} from '../../wire/http-digest/digest-headers.ts'

/** The only algorithm, quality of protection and nonce count of Ub. RFC 3310 3.1, TS 24.109 4.3. */
export const akaDigest = { algorithm: 'AKAv1-MD5', qop: 'auth-int', nc: '00000001', uri: '/' } as const

/** Challenge of the BSF: digest challenge whose nonce holds RAND and AUTN. RFC 3310 3.2. */
export interface AkaChallenge {
  readonly realm: string
  /** As on the wire; it enters the digests in this form. */
  readonly nonce: string
  readonly opaque?: string
  readonly rand: Rand
  readonly autn: Autn
}

/** base64(RAND || AUTN), 44 characters. RFC 3310 3.2. */
export const akaNonce = (rand: Rand, autn: Autn): string => base64(concat(rand, autn))

export const writeAkaChallenge = (challenge: Omit<AkaChallenge, 'rand' | 'autn'>): string =>
  writeChallenge({
    realm: challenge.realm,
    nonce: challenge.nonce,
    algorithm: akaDigest.algorithm,
    qop: [akaDigest.qop],
    ...(challenge.opaque === undefined ? {} : { opaque: challenge.opaque }),
  })

/** The challenge in a WWW-Authenticate field; server data after AUTN is passed over. Throws MalformedMessage. */
export function parseAkaChallenge(text: string): AkaChallenge {
  const challenge = parseChallenge(text)
  if (challenge.algorithm?.toLowerCase() !== akaDigest.algorithm.toLowerCase())
    throw new MalformedMessage('WWW-Authenticate algorithm', 0, 'not AKAv1-MD5', { clause: 'RFC 3310 3.1' })
  if (!challenge.qop.includes(akaDigest.qop))
    throw new MalformedMessage('WWW-Authenticate qop', 0, 'auth-int is not offered', {
      clause: 'TS 24.109 4.3',
    })
  const { realm, nonce, opaque } = challenge
  return { realm, nonce, ...(opaque === undefined ? {} : { opaque }), ...akaOctets(challenge) }
}

function akaOctets(challenge: DigestChallenge): { readonly rand: Rand; readonly autn: Autn } {
  try {
    const octets = fromBase64(challenge.nonce)
    return { rand: Rand(octets.slice(0, 16)), autn: Autn(octets.slice(16, 32)) }
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new MalformedMessage('WWW-Authenticate nonce', 0, 'not base64 of RAND and AUTN', {
      clause: 'RFC 3310 3.2',
      cause: error,
    })
  }
}
