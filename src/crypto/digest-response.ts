import { createHash } from 'node:crypto'
import { utf8 } from '../core/bytes.ts'

/** What enters the response of HTTP Digest with MD5. RFC 2617 3.2.2, RFC 3310 3.3. */
export interface DigestInput {
  readonly username: string
  readonly realm: string
  /** Octets: of AKAv1-MD5 the RES as it is, none with AUTS. */
  readonly password: Uint8Array
  readonly nonce: string
  /** Nonce count, 8 hex digits. */
  readonly nc: string
  readonly cnonce: string
  readonly qop: 'auth' | 'auth-int'
  readonly uri: string
  /** Entity body; enters with auth-int only. */
  readonly body: Uint8Array
}

function md5(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(typeof part === 'string' ? utf8(part) : part)
  return hash.digest('hex')
}

/** `response` of a request, 32 lower-case hex digits. RFC 2617 3.2.2.1. */
export function requestDigest(method: string, input: DigestInput): string {
  const ha1 = md5(`${input.username}:${input.realm}:`, input.password)
  const a2 = `${method}:${input.uri}`
  const ha2 = input.qop === 'auth-int' ? md5(`${a2}:${md5(input.body)}`) : md5(a2)
  return md5(`${ha1}:${input.nonce}:${input.nc}:${input.cnonce}:${input.qop}:${ha2}`)
}

/** `rspauth` of an answer, 32 lower-case hex digits: as of a request with an empty method. RFC 2617 3.2.3. */
export const responseDigest = (input: DigestInput): string => requestDigest('', input)
