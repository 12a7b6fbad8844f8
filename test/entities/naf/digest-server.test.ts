import { describe, expect, it } from 'vitest'
import { fromHex, utf8 } from '../../../src/core/bytes.ts'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { seconds } from '../../../src/core/units.ts'
import { requestDigest, responseDigest, type DigestInput } from '../../../src/crypto/digest-response.ts'
import { DigestServer, type DigestOutcome } from '../../../src/entities/naf/digest-server.ts'
import { gbaPassword } from '../../../src/reference-points/ua/digest.ts'
import {
  parseAuthenticationInfo,
  parseChallenge,
  writeCredentials,
  type DigestCredentials,
} from '../../../src/wire/http-digest/digest-headers.ts'
import { btid, fqdn, keyHex, nafKeys, otherBTid } from './naf-fixture.ts'

const noBody = new Uint8Array()
const target = '/doc'
const realm = '3GPP-bootstrapping@naf.example.org'

function naf(failure?: Error) {
  const { keys, clock, wait, asked } = nafKeys(failure)
  let drawn = 0
  const random = { octets: (count: number) => new Uint8Array(count).fill(++drawn) }
  const server = new DigestServer({ fqdn, keys, clock, random })
  const ask = (authorization: readonly string[], userAgent = 'Test 3gpp-gba') =>
    server.check({
      ...{ method: 'GET', target, body: noBody },
      fields: [['User-Agent', userAgent], ...authorization.map((one) => ['Authorization', one] as const)],
    })
  return { ask, wait, asked }
}

const challengeIn = (outcome: DigestOutcome) => {
  if (outcome.outcome !== 'challenge') throw new Error(outcome.outcome)
  return parseChallenge(outcome.wwwAuthenticate)
}

const inputFor = (nonce: string, change: Partial<DigestInput> = {}): DigestInput => ({
  ...{
    username: btid,
    realm,
    nonce,
    nc: '00000001',
    cnonce: 'c0ffee',
    qop: 'auth-int',
    uri: target,
    body: noBody,
  },
  password: gbaPassword(KsNaf(fromHex(keyHex))),
  ...change,
})

function credentials(input: DigestInput, change: Partial<DigestCredentials> = {}): string {
  const { username, nonce, nc, cnonce, qop, uri } = input
  const response = requestDigest('GET', input)
  return writeCredentials({ username, realm: input.realm, nonce, nc, cnonce, qop, uri, response, ...change })
}

describe('Digest with GBA at a NAF', () => {
  it('asks for bootstrapping under its own name, with MD5 and auth-int (TS 24.109 5.2.4)', async () => {
    expect(challengeIn(await naf().ask([]))).toMatchObject({ realm, algorithm: 'MD5', qop: ['auth-int'] })
  })

  it('does not ask whoever has no 3gpp-gba in User-Agent', async () => {
    expect(await naf().ask([], 'curl/8')).toEqual({ outcome: 'refused', status: 403 })
  })

  it('takes Ks_NAF in base64 as the password of the B-TID, and proves itself with its answer', async () => {
    const { ask } = naf()
    const input = inputFor(challengeIn(await ask([])).nonce)
    const outcome = await ask([credentials(input)])
    if (outcome.outcome !== 'authenticated') throw new Error(outcome.outcome)
    expect(outcome.ue).toMatchObject({ btid })
    expect(outcome.ue).not.toHaveProperty('key')
    const body = utf8('<doc/>')
    const info = parseAuthenticationInfo(outcome.authenticationInfo(body))
    expect(info.rspauth).toBe(responseDigest({ ...input, body }))
  })

  it.each([
    ['another password', { password: utf8('x') }, {}],
    ['a B-TID that the BSF does not know', { username: otherBTid }, {}],
    ['a name that is no B-TID', { username: 'somebody' }, {}],
    ['another realm', { realm: '3GPP-bootstrapping@other.example.org' }, {}],
    ['a response of another body', { body: utf8('x') }, {}],
    ['no response', {}, { response: '' }],
  ])('%s is a 401 that is not stale: the UE bootstraps again', async (_, change, more) => {
    const { ask } = naf()
    const input = inputFor(challengeIn(await ask([])).nonce, change)
    expect(challengeIn(await ask([credentials(input, more)]))).not.toHaveProperty('stale')
  })

  it('a request that was recorded does not serve again; a higher count of its nonce does', async () => {
    const { ask } = naf()
    const { nonce } = challengeIn(await ask([]))
    const recorded = credentials(inputFor(nonce, { nc: '00000002' }))
    expect((await ask([recorded])).outcome).toBe('authenticated')
    expect(challengeIn(await ask([recorded]))).toMatchObject({ stale: true })
    expect((await ask([credentials(inputFor(nonce))])).outcome).toBe('challenge')
    expect((await ask([credentials(inputFor(nonce, { nc: '00000003' }))])).outcome).toBe('authenticated')
  })

  it('a nonce that is too old, or not of this NAF, is stale: no bootstrapping', async () => {
    const { ask, wait } = naf()
    const { nonce } = challengeIn(await ask([]))
    wait(seconds(300))
    expect(challengeIn(await ask([credentials(inputFor(nonce))]))).toMatchObject({ stale: true })
    expect(challengeIn(await ask([credentials(inputFor('made up'))]))).toMatchObject({ stale: true })
  })

  it.each([
    ['another scheme', 'Basic YTpi'],
    ['qop auth', credentials(inputFor('n'), { qop: 'auth' })],
    ['another algorithm', credentials(inputFor('n'), { algorithm: 'SHA-256' })],
    ['another URI', credentials(inputFor('n'), { uri: '/other' })],
    ['no hex count', credentials(inputFor('n'), { nc: '1' })],
  ])('%s is no request of GBA: 400, and the BSF is not asked', async (_, authorization) => {
    const { ask, asked } = naf()
    expect(await ask([authorization])).toEqual({ outcome: 'refused', status: 400 })
    expect(await ask([authorization, authorization])).toEqual({ outcome: 'refused', status: 400 })
    expect(asked).toEqual([])
  })

  it('R14: a BSF that is away is no reason to bootstrap', async () => {
    const { ask } = naf(new TemporaryFailure('away'))
    await expect(ask([credentials(inputFor('n'))])).rejects.toBeInstanceOf(TemporaryFailure)
  })
})
