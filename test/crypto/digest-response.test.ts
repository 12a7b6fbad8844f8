import { describe, expect, it } from 'vitest'
import { fromHex, hex, utf8 } from '../../src/core/bytes.ts'
import { Autn } from '../../src/core/aka.ts'
import { keyOctets, type Ik, type Res } from '../../src/core/keys.ts'
import { requestDigest, responseDigest, type DigestInput } from '../../src/crypto/digest-response.ts'
import { gbaUAutn, gbaURes } from '../../src/crypto/gba-u.ts'
import { ubCases } from '../entities/chain.ts'
import vectors from '../vectors/rfc3310/digest-aka.json' with { type: 'json' }

const none = new Uint8Array()
const md5 = vectors.published.filter((vector) => vector.algorithm === 'MD5')

describe.each(md5)('HTTP Digest, $id', (vector) => {
  const input: DigestInput = {
    ...vector,
    qop: 'auth',
    password: utf8(vector.password),
    body: utf8('not hashed'),
  }

  it('gives the published response', () => {
    expect(requestDigest(vector.method, input)).toBe(vector.response)
  })
  it('depends on each input', () => {
    const changed: readonly Partial<DigestInput>[] = [
      { username: 'x' },
      { realm: 'x' },
      { password: utf8('x') },
      { nonce: 'x' },
      { nc: '00000002' },
      { cnonce: 'x' },
      { qop: 'auth-int' },
      { uri: '/' },
    ]
    for (const change of changed)
      expect(requestDigest(vector.method, { ...input, ...change })).not.toBe(vector.response)
    expect(requestDigest('POST', input)).not.toBe(vector.response)
  })
})

describe.each(vectors.derived)('AKAv1-MD5, $id', (vector) => {
  const input: DigestInput = { ...vector, qop: 'auth-int', password: fromHex(vector.res), body: none }

  it('takes RES as octets and hashes the body', () => {
    expect(requestDigest('GET', input)).toBe(vector.response)
    expect(requestDigest('GET', { ...input, body: utf8(' ') })).not.toBe(vector.response)
  })
  it('gives rspauth over the body of the answer', () => {
    expect(responseDigest({ ...input, body: utf8(vector.ok200.body) })).toBe(vector.ok200.rspauth)
  })
  it('takes the empty password with AUTS', () => {
    expect(requestDigest('GET', { ...input, password: none })).toBe(vector.resync.response)
  })
})

const gbaU = ubCases.filter((chain) => chain.kind === 'GBA_U')
describe.each(gbaU)('$kind', (chain) => {
  const autn = Autn(fromHex(chain.aka.AUTN))
  const ik = keyOctets(fromHex(chain.aka.IK)) as Ik
  const res = keyOctets(fromHex(chain.aka.XRES)) as Res

  it('makes AUTN* and the changed RES of the case, and AUTN of AUTN*', () => {
    expect(hex(gbaUAutn(autn, ik))).toBe(chain.aka['AUTN*'])
    expect(hex(gbaUAutn(gbaUAutn(autn, ik), ik))).toBe(chain.aka.AUTN)
    expect(hex(gbaURes(res))).toBe(chain.aka['XRES flipped'])
    expect(hex(res)).toBe(chain.aka.XRES)
  })
})
