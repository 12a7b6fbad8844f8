import { MalformedMessage } from '../../core/errors.ts'
import { parseAuthParameters, writeAuthParameters, type AuthParameters } from './auth-parameters.ts'

/** WWW-Authenticate: Digest. RFC 2617 3.2.1, RFC 3310 3.1. */
export interface DigestChallenge {
  readonly realm: string
  readonly nonce: string
  /** As sent; undefined means MD5. */
  readonly algorithm?: string
  /** Qualities of protection offered, in order; none when absent. */
  readonly qop: readonly string[]
  readonly opaque?: string
  /** The nonce alone was not taken: the same password serves with this one. RFC 2617 3.2.1. */
  readonly stale?: boolean
}

/** Authorization: Digest. RFC 2617 3.2.2, RFC 3310 3.4. */
export interface DigestCredentials {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm?: string
  readonly qop?: string
  /** Nonce count, 8 hex digits. */
  readonly nc?: string
  readonly cnonce?: string
  readonly opaque?: string
  /** base64 of AUTS, 14 octets. */
  readonly auts?: string
}

/** Authentication-Info. RFC 2617 3.2.3. */
export interface AuthenticationInfo {
  readonly qop?: string
  readonly rspauth?: string
  readonly cnonce?: string
  readonly nc?: string
  readonly opaque?: string
  readonly nonce?: string
}

function mandatory(header: string, parameters: AuthParameters, name: string): string {
  const value = parameters.get(name)
  if (value === undefined)
    throw new MalformedMessage(`${header} ${name}`, 0, 'missing', { clause: 'RFC 2617 3.2' })
  return value
}

/** The named parameters that are there. */
function optional<Name extends string>(parameters: AuthParameters, ...names: readonly Name[]) {
  const present: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = parameters.get(name)
    if (value !== undefined) present[name] = value
  }
  return present
}

/** Throws MalformedMessage. Unknown parameters are passed over. */
export function parseChallenge(text: string): DigestChallenge {
  const header = 'WWW-Authenticate'
  const parameters = parseAuthParameters(header, text, 'Digest')
  const qop = parameters.get('qop')
  return {
    realm: mandatory(header, parameters, 'realm'),
    nonce: mandatory(header, parameters, 'nonce'),
    qop: qop === undefined ? [] : qop.split(',').map((word) => word.trim()),
    ...optional(parameters, 'algorithm', 'opaque'),
    ...(parameters.get('stale')?.toLowerCase() === 'true' && { stale: true }),
  }
}

export const writeChallenge = (challenge: DigestChallenge): string =>
  `Digest ${writeAuthParameters([
    ['realm', challenge.realm, 'quoted'],
    ['nonce', challenge.nonce, 'quoted'],
    ['algorithm', challenge.algorithm, 'token'],
    ['qop', challenge.qop.length === 0 ? undefined : challenge.qop.join(','), 'quoted'],
    ['opaque', challenge.opaque, 'quoted'],
    ['stale', challenge.stale ? 'true' : undefined, 'token'],
  ])}`

/** Throws MalformedMessage. Unknown parameters are passed over. */
export function parseCredentials(text: string): DigestCredentials {
  const header = 'Authorization'
  const parameters = parseAuthParameters(header, text, 'Digest')
  return {
    username: mandatory(header, parameters, 'username'),
    realm: mandatory(header, parameters, 'realm'),
    nonce: mandatory(header, parameters, 'nonce'),
    uri: mandatory(header, parameters, 'uri'),
    response: mandatory(header, parameters, 'response'),
    ...optional(parameters, 'algorithm', 'qop', 'nc', 'cnonce', 'opaque', 'auts'),
  }
}

export const writeCredentials = (credentials: DigestCredentials): string =>
  `Digest ${writeAuthParameters([
    ['username', credentials.username, 'quoted'],
    ['realm', credentials.realm, 'quoted'],
    ['nonce', credentials.nonce, 'quoted'],
    ['uri', credentials.uri, 'quoted'],
    ['qop', credentials.qop, 'token'],
    ['nc', credentials.nc, 'token'],
    ['cnonce', credentials.cnonce, 'quoted'],
    ['response', credentials.response, 'quoted'],
    ['opaque', credentials.opaque, 'quoted'],
    ['algorithm', credentials.algorithm, 'token'],
    ['auts', credentials.auts, 'quoted'],
  ])}`

/** Throws MalformedMessage. Unknown parameters are passed over. */
export const parseAuthenticationInfo = (text: string): AuthenticationInfo =>
  optional(
    parseAuthParameters('Authentication-Info', text),
    'qop',
    'rspauth',
    'cnonce',
    'nc',
    'opaque',
    'nonce',
  )

export const writeAuthenticationInfo = (info: AuthenticationInfo): string =>
  writeAuthParameters([
    ['qop', info.qop, 'token'],
    ['rspauth', info.rspauth, 'quoted'],
    ['cnonce', info.cnonce, 'quoted'],
    ['nc', info.nc, 'token'],
    ['opaque', info.opaque, 'quoted'],
    ['nonce', info.nonce, 'quoted'],
  ])
