import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedMessage } from '../../src/core/errors.ts'
import { parseAkaChallenge } from '../../src/reference-points/ub/aka-challenge.ts'
import { parseAuthParameters } from '../../src/wire/http-digest/auth-parameters.ts'
import {
  parseAuthenticationInfo,
  parseChallenge,
  parseCredentials,
  writeAuthenticationInfo,
  writeChallenge,
  writeCredentials,
} from '../../src/wire/http-digest/digest-headers.ts'
import { expectQuick, near, valueOrError } from './gba-text.ts'

const nonce = 'I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M='
const samples = [
  `Digest realm="bsf.a.b", nonce="${nonce}", algorithm=AKAv1-MD5, qop="auth-int", opaque="00"`,
  `Digest username="1@a.b", realm="bsf.a.b", nonce="${nonce}", uri="/", qop=auth-int, nc=00000001, cnonce="1", response="2", algorithm=AKAv1-MD5, auts="uoU/PBI8z0TpNZbjVcY="`,
  'qop=auth-int, rspauth="a", cnonce="b", nc=00000001, opaque="c", nonce="d"',
]
const pieces = [
  '"',
  '\\',
  '\\"',
  ',',
  ', ',
  '=',
  ' ',
  '\t',
  'Digest ',
  'realm',
  'nonce=""',
  '\u0000',
  '\r\n',
  'é',
]
const texts = fc.oneof(near(samples, pieces), fc.string({ unit: 'binary', maxLength: 200 }))

describe('R40: Digest headers', () => {
  const decoders = { parseChallenge, parseCredentials, parseAuthenticationInfo, parseAkaChallenge }
  it.each(Object.entries(decoders))('%s: a value or MalformedMessage', (_, parse) => {
    valueOrError(texts, parse, MalformedMessage)
  })

  it('linear: the longest header of commas, quotes or escapes is quickly refused', () => {
    for (const unit of ['"', '\\', ',', '="",', 'a=b,', 'a="\\', ' \t'])
      refusedQuickly(`Digest ${unit.repeat(2000).slice(0, 4080)}`)
  })

  const words = fc.string({ unit: 'grapheme-ascii', maxLength: 20 })
  const token = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/)

  it('what is written is read again', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            username: words,
            realm: words,
            nonce: words,
            uri: words,
            response: words,
            nc: token,
            qop: token,
            auts: words,
          },
          { requiredKeys: ['username', 'realm', 'nonce', 'uri', 'response'] },
        ),
        (credentials) => {
          expect(parseCredentials(writeCredentials(credentials))).toEqual(credentials)
          const { realm, nonce } = credentials
          expect(parseChallenge(writeChallenge({ realm, nonce, qop: ['auth-int'] }))).toEqual({
            realm,
            nonce,
            qop: ['auth-int'],
          })
          const info = { rspauth: realm, cnonce: nonce }
          expect(parseAuthenticationInfo(writeAuthenticationInfo(info))).toEqual(info)
        },
      ),
      { numRuns: 10_000 },
    )
  })
})

const refusedQuickly = (text: string): void =>
  expectQuick(() => {
    expect(() => parseAuthParameters('Authorization', text, 'Digest')).toThrow(MalformedMessage)
  })
