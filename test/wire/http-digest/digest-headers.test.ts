import { describe, expect, it } from 'vitest'
import { MalformedMessage } from '../../../src/core/errors.ts'
import {
  parseAuthenticationInfo,
  parseChallenge,
  parseCredentials,
  writeAuthenticationInfo,
  writeChallenge,
  writeCredentials,
} from '../../../src/wire/http-digest/digest-headers.ts'

describe('WWW-Authenticate', () => {
  it('reads the example of RFC 2617 3.5', () => {
    const text =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", ' +
      'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    expect(parseChallenge(text)).toEqual({
      realm: 'testrealm@host.com',
      qop: ['auth', 'auth-int'],
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      opaque: '5ccc069c403ebaf9f0171e9517f40e41',
    })
  })

  it('takes algorithm and qop quoted or not, names and scheme in any case, unknown parameters', () => {
    const [a, b] = [
      'Digest realm="r", nonce="n", algorithm=AKAv1-MD5, qop="auth-int"',
      'digest  REALM="r",nonce = "n" ,\talgorithm="AKAv1-MD5", qop=auth-int, domain="/"',
    ].map(parseChallenge)
    expect(a).toEqual(b)
  })

  it('has stale in any case, as a token and only where it is true (RFC 2617 3.2.1)', () => {
    const challenge = { realm: 'r', nonce: 'n', qop: [] }
    expect(parseChallenge('Digest realm="r", nonce="n", stale=TRUE')).toEqual({ ...challenge, stale: true })
    expect(parseChallenge('Digest realm="r", nonce="n", stale=false')).toEqual(challenge)
    expect(writeChallenge({ ...challenge, stale: true })).toBe('Digest realm="r", nonce="n", stale=true')
    expect(writeChallenge({ ...challenge, stale: false })).toBe('Digest realm="r", nonce="n"')
  })

  it('writes algorithm bare and qop quoted, as TS 24.109 A.3 has them', () => {
    const challenge = { realm: 'r', nonce: 'bg==', algorithm: 'AKAv1-MD5', qop: ['auth-int'], opaque: 'ab' }
    const text = 'Digest realm="r", nonce="bg==", algorithm=AKAv1-MD5, qop="auth-int", opaque="ab"'
    expect(writeChallenge(challenge)).toBe(text)
    expect(parseChallenge(text)).toEqual(challenge)
  })
})

describe('Authorization', () => {
  it('reads and writes the first request of a run, empty values too', () => {
    const text = 'Digest username="a@b.c", realm="r.s", nonce="", uri="/", response=""'
    const credentials = { username: 'a@b.c', realm: 'r.s', nonce: '', uri: '/', response: '' }
    expect(parseCredentials(text)).toEqual(credentials)
    expect(writeCredentials(credentials)).toBe(text)
  })

  it('undoes quoting in values', () => {
    const credentials = { username: 'a"b\\c', realm: '', nonce: '', uri: '', response: '' }
    expect(parseCredentials(writeCredentials(credentials))).toEqual(credentials)
  })

  const malformed: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['another scheme', 'Basic YTpi'],
    ['scheme only', 'Digest'],
    ['no parameters', 'Digest '],
    ['no value', 'Digest username'],
    ['empty token', 'Digest username='],
    ['open quote', 'Digest username="a'],
    ['open escape', 'Digest username="a\\'],
    ['no comma', 'Digest username="a" realm="b"'],
    ['comma at the end', 'Digest username="a",'],
    ['two commas', 'Digest username="a",,realm="b"'],
    ['a parameter twice', 'Digest username="a", USERNAME="b", realm="r", nonce="", uri="/", response=""'],
    ['control octet', 'Digest username="a\u0000"'],
    ['line end', 'Digest username="a\r\nX: y"'],
    ['33 parameters', `Digest ${Array.from({ length: 33 }, (_, at) => `p${at}=1`).join(', ')}`],
    ['4097 characters', `Digest username="${'a'.repeat(4090)}"`],
    ...['username', 'realm', 'nonce', 'uri', 'response'].map(
      (missing) =>
        [
          `no ${missing}`,
          `Digest ${['username', 'realm', 'nonce', 'uri', 'response']
            .filter((name) => name !== missing)
            .map((name) => `${name}="x"`)
            .join(', ')}`,
        ] as const,
    ),
  ]
  it.each(malformed)('B50: refuses %s', (_, text) => {
    expect(() => parseCredentials(text)).toThrow(MalformedMessage)
  })

  it('R41: a parameter named __proto__ touches nothing', () => {
    const credentials = parseCredentials(
      'Digest __proto__="x", constructor="y", username="a", realm="r", nonce="", uri="/", response=""',
    )
    expect(Object.keys(credentials)).not.toContain('__proto__')
    expect(Object.getPrototypeOf(credentials)).toBe(Object.prototype)
  })
})

describe('Authentication-Info', () => {
  it('reads what a BSF sends, and nextnonce beside it', () => {
    const info = { qop: 'auth-int', rspauth: 'ab', cnonce: 'c', nc: '00000001', opaque: 'o', nonce: 'n' }
    const text = 'qop=auth-int, rspauth="ab", cnonce="c", nc=00000001, opaque="o", nonce="n"'
    expect(writeAuthenticationInfo(info)).toBe(text)
    expect(parseAuthenticationInfo(`${text}, nextnonce="m"`)).toEqual(info)
  })
})
