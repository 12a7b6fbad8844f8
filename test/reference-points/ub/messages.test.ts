import { describe, expect, it } from 'vitest'
import { fromUtf8, hex, utf8 } from '../../../src/core/bytes.ts'
import {
  IdentityUnknown,
  MalformedMessage,
  NotAuthorised,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Instant } from '../../../src/core/units.ts'
import { parseAkaChallenge, writeAkaChallenge } from '../../../src/reference-points/ub/aka-challenge.ts'
import {
  parseBootstrappingInfo,
  writeBootstrappingInfo,
} from '../../../src/reference-points/ub/bootstrapping-info.ts'
import { describeRequest, describeResponse, identityOf } from '../../../src/reference-points/ub/describe.ts'
import { fieldValue, fieldValues, type UbResponse } from '../../../src/reference-points/ub/exchange.ts'
import { requestOctets, responseOctets } from '../../../src/reference-points/ub/http-octets.ts'
import { statusOf } from '../../../src/reference-points/ub/status.ts'
import { ubCases } from '../../entities/chain.ts'

const btid = BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
const none: Uint8Array = new Uint8Array()

describe.each(ubCases)('Ub messages of the key chain, $kind', (chain) => {
  it('writes and reads the document of the case', () => {
    const info = { btid: BTid(chain.Ub['B-TID']), expires: Instant(Date.parse(chain.Ub.lifetime)) }
    expect(fromUtf8(writeBootstrappingInfo(info))).toBe(chain.Ub['answer body'])
    expect(parseBootstrappingInfo(utf8(chain.Ub['answer body']))).toEqual(info)
  })

  it('reads RAND and AUTN out of the nonce of the case', () => {
    const { realm, nonce, opaque } = chain.Ub
    const challenge = parseAkaChallenge(writeAkaChallenge({ realm, nonce, opaque }))
    expect(hex(challenge.rand)).toBe(chain.aka.RAND)
    expect(hex(challenge.autn)).toBe(chain.aka['AUTN*'] ?? chain.aka.AUTN)
  })
})

describe('bsf+xml', () => {
  const time = Date.UTC(2030, 0, 1)
  const document = (lifetime: string) =>
    utf8(
      `<BootstrappingInfo xmlns="uri:3gpp-gba"><btid>${btid}</btid><lifetime>${lifetime}</lifetime></BootstrappingInfo>`,
    )

  it('takes a prefix, white space, unknown elements and attributes', () => {
    const text = `<?xml version="1.0"?><g:BootstrappingInfo xmlns:g="uri:3gpp-gba" xmlns:x="urn:x" x:a="1">
      <x:btid>no</x:btid><g:btid> ${btid} </g:btid><g:lifetime>
      2030-01-01T00:00:00Z</g:lifetime><x:more><x:deep/></x:more></g:BootstrappingInfo>`
    expect(parseBootstrappingInfo(utf8(text))).toEqual({ btid, expires: time })
  })

  it.each([
    ['2030-01-01T00:00:00Z', time],
    ['2030-01-01T00:00:00.999Z', time],
    ['2030-01-01T01:00:00+01:00', time],
    ['2029-12-31T23:00:00.5-01:00', time],
    ['2030-01-01T00:00:00', time],
  ])('lifetime %s', (text, expected) => {
    expect(parseBootstrappingInfo(document(text)).expires).toBe(expected)
  })

  it.each(['', 'never', '2030-01-01', '2030-13-01T00:00:00Z', '2030-01-01T25:00:00Z', '1893456000'])(
    'refuses lifetime "%s"',
    (text) => {
      expect(() => parseBootstrappingInfo(document(text))).toThrow(MalformedMessage)
    },
  )

  it.each([
    [
      'no btid',
      '<BootstrappingInfo xmlns="uri:3gpp-gba"><lifetime>2030-01-01T00:00:00Z</lifetime></BootstrappingInfo>',
    ],
    [
      'two B-TIDs',
      fromUtf8(document('2030-01-01T00:00:00Z')).replace('<btid>', `<btid>${btid}</btid><btid>`),
    ],
    ['a bad B-TID', fromUtf8(document('2030-01-01T00:00:00Z')).replace('I1U8', '!!!!')],
    ['another namespace', fromUtf8(document('2030-01-01T00:00:00Z')).replace('uri:3gpp-gba', 'uri:other')],
    ['another root', '<Other xmlns="uri:3gpp-gba"/>'],
  ])('refuses %s', (_, text) => {
    expect(() => parseBootstrappingInfo(utf8(text))).toThrow(MalformedMessage)
  })
})

describe('what a reader sees', () => {
  const impi = '001010123456789@ims.mnc001.mcc001.3gppnetwork.org'
  const get = (more: string) => ({
    ...{ method: 'GET', target: '/', body: none },
    fields: [['Authorization', `Digest username="${impi}", realm="r.s", uri="/", ${more}`]] as const,
  })
  const answer = (status: number, fields: UbResponse['fields'], body = none) => ({ status, fields, body })

  it('R31: names each message, with the IMSI masked', () => {
    const first = get('nonce="", response=""')
    expect(describeRequest(first).name).toBe('GET')
    expect(describeRequest(get('nonce="n", response="x"')).name).toBe('GET response')
    expect(describeRequest(get('nonce="n", response="x", auts="y"')).name).toBe('GET AUTS')
    expect(JSON.stringify(describeRequest(first))).not.toContain('001010123456789')
    expect(identityOf(first)).toBe(impi)
    const challenge = answer(401, [['WWW-Authenticate', 'Digest realm="r.s", nonce="n"']])
    expect(describeResponse(challenge)).toEqual({ name: '401 challenge', fields: { realm: 'r.s' } })
    const info = writeBootstrappingInfo({ btid, expires: Instant(0) })
    expect(describeResponse(answer(200, [], info))).toMatchObject({ name: '200 bootstrapped' })
    expect(describeResponse(answer(403, []))).toEqual({ name: '403 Forbidden', fields: {} })
  })

  it('says little of what it cannot read', () => {
    const request = { method: 'PUT', target: '/x', fields: [], body: none }
    expect(describeRequest(request)).toEqual({ name: 'PUT', fields: {} })
    expect(identityOf(request)).toBeUndefined()
    expect(describeResponse(answer(200, [], utf8('<x')))).toEqual({ name: '200 OK', fields: {} })
    expect(describeResponse(answer(418, []))).toEqual({ name: '418 Other', fields: {} })
  })

  it('writes HTTP as it goes out', () => {
    const request = { method: 'GET', target: '/', fields: [['Host', 'a.b']] as const, body: none }
    expect(fromUtf8(requestOctets(request))).toBe('GET / HTTP/1.1\r\nHost: a.b\r\n\r\n')
    const response = answer(200, [['A', 'b']], utf8('c'))
    expect(fromUtf8(responseOctets(response))).toBe('HTTP/1.1 200 OK\r\nA: b\r\n\r\nc')
  })

  it('finds header fields in any case, and takes one that came twice for none', () => {
    const fields = [
      ['Host', 'a'],
      ['hOST', 'b'],
      ['X', 'c'],
    ] as const
    expect(fieldValues(fields, 'host')).toEqual(['a', 'b'])
    expect(fieldValue(fields, 'host')).toBeUndefined()
    expect(fieldValue(fields, 'x')).toBe('c')
  })

  it('B51: tells an unknown identity and one that is not allowed the same', () => {
    expect(statusOf(new IdentityUnknown(''))).toBe(statusOf(new NotAuthorised('')))
    expect(statusOf(new TemporaryFailure(''))).toBe(503)
    expect(() => statusOf(new TypeError('ours'))).toThrow(TypeError)
  })
})
