import { describe, expect, it } from 'vitest'
import { Auts, Rand } from '../../../src/core/aka.ts'
import { fromHex, fromUtf8, utf8 } from '../../../src/core/bytes.ts'
import { MalformedMessage } from '../../../src/core/errors.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { NafId } from '../../../src/core/identities/naf-id.ts'
import { ProseUeId, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import { Pdk } from '../../../src/core/keys.ts'
import { Instant } from '../../../src/core/units.ts'
import { describeRequest, describeResponse } from '../../../src/reference-points/pc8/describe.ts'
import type {
  ProseDirectKeyRequest,
  ProseDirectKeyResponse,
} from '../../../src/reference-points/pc8/exchange.ts'
import { maskProseDirectKey } from '../../../src/reference-points/pc8/mask.ts'
import {
  decodeProseDirectKeyRequest,
  decodeProseDirectKeyResponse,
  encodeProseDirectKeyRequest,
  encodeProseDirectKeyResponse,
  InvalidKeyRequest,
  responseTo,
} from '../../../src/reference-points/pc8/messages.ts'
import { expectQuick } from '../../fuzz/gba-text.ts'
import chain from '../../vectors/chain.json' with { type: 'json' }

const nafId = NafId(
  fromHex('706b6d662e6d6e633030312e6d63633030312e7075622e336770706e6574776f726b2e6f7267ff00000002'),
)
const btid = BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
const request: ProseDirectKeyRequest = {
  ...{ transactionId: 17, ue1Id: { kind: 'b-tid', btid }, ue2Id: ProseUeId(0x0a0b0c), nafId, extensions: 0 },
}
const whole: ProseDirectKeyRequest = {
  ...{
    transactionId: 0xffffffff,
    ue1Id: { kind: 'imsi', imsi: Imsi('001010123456789') },
    ue2Id: ProseUeId(1),
    nafId,
  },
  relayServiceCode: RelayServiceCode(0x123),
  resynchronisation: { rand: Rand(new Uint8Array(16).fill(0x23)), auts: Auts(new Uint8Array(14).fill(0x45)) },
  ...{ extensions: 7, nonce1: new Uint8Array(16).fill(1), requestToken: new Uint8Array(16).fill(2) },
}
const key: ProseDirectKeyResponse = {
  ...{ transactionId: 17, outcome: 'key', pdk: Pdk(new Uint8Array(32).fill(0x4b)) },
  keyExpiry: Instant(Date.UTC(2030, 0, 1)),
  ue1ProseUeIds: [ProseUeId(0x010203), ProseUeId(0x010204)],
}
const text = fromUtf8(encodeProseDirectKeyRequest(request))
const keyText = fromUtf8(encodeProseDirectKeyResponse(key))
const wholeText = fromUtf8(encodeProseDirectKeyRequest(whole))
const decode = (document: string) => decodeProseDirectKeyRequest(utf8(document))
const decodeResponse = (document: string) => decodeProseDirectKeyResponse(utf8(document))

type Link = (typeof chain.cases)[number]['links'][number]
const links = chain.cases.flatMap((one): Link[] => one.links)

/** Names of the elements in the order of their opening tags. */
const namesIn = (document: string) => [...document.matchAll(/<([a-z][a-z0-9-]*)/g)].map(([, name]) => name)

describe('messages of PC8, CR 33.303 6.X.3.2 steps 4 and 10', () => {
  it('has the elements in their order, hexBinary in upper case', () => {
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<prose-direct-key-request xmlns="urn:sidelock:prose:pc8:1" transaction-id="17">' +
        `<ue1-id type="b-tid">${btid}</ue1-id><ue2-prose-ue-id>0A0B0C</ue2-prose-ue-id>` +
        '<naf-id>706B6D662E6D6E633030312E6D63633030312E7075622E336770706E6574776F726B2E6F7267FF00000002</naf-id>' +
        '</prose-direct-key-request>\n',
    )
    expect(namesIn(wholeText).slice(1)).toEqual([
      ...['ue1-id', 'ue2-prose-ue-id', 'naf-id', 'relay-service-code', 'resync', 'rand', 'auts'],
      ...['extensions', 'nonce-1', 'request-token'],
    ])
    expect(keyText).toContain(
      `<prose-direct-key>${'4B'.repeat(32)}</prose-direct-key><key-expiry>2030-01-01T00:00:00Z</key-expiry>` +
        '<ue1-prose-ue-id>010203</ue1-prose-ue-id><ue1-prose-ue-id>010204</ue1-prose-ue-id>',
    )
  })

  it.each([request, whole])('reads what it wrote: request %#', (message) => {
    expect(decodeProseDirectKeyRequest(encodeProseDirectKeyRequest(message))).toEqual(message)
  })

  it.each<ProseDirectKeyResponse>([
    key,
    { ...key, gpi: new Uint8Array(120).fill(9), ue1ProseUeIds: [] },
    { transactionId: 0, outcome: 'bootstrapping-renegotiation' },
    { transactionId: 4, outcome: 'error', code: 1 },
    { transactionId: 4, outcome: 'error', code: 4 },
  ])('reads what it wrote: response %#', (message) => {
    expect(decodeProseDirectKeyResponse(encodeProseDirectKeyResponse(message))).toEqual(message)
  })

  it('accepts hex of either case, white space between elements, a prefix, and extensions 0', () => {
    const loose = text
      .replace('0A0B0C', '0a0B0c')
      .replaceAll('><', '>\n  <')
      .replace('</prose', '<extensions>0</extensions></prose')
    expect(decode(loose)).toEqual(request)
    const prefixed = text.replace(' xmlns=', ' xmlns:p=').replaceAll(/<(\/?)(?=[a-z])/g, '<$1p:')
    expect(decode(prefixed)).toEqual(request)
  })

  it.each([
    ['missing ue1-id', text.replace(/<ue1-id.*<\/ue1-id>/, '')],
    ['missing ue2-prose-ue-id', text.replace(/<ue2-prose-ue-id>.*<\/ue2-prose-ue-id>/, '')],
    ['missing naf-id', text.replace(/<naf-id>.*<\/naf-id>/, '')],
    ['order', text.replace(/(<ue1-id.*<\/ue1-id>)(<ue2-prose-ue-id>.*<\/ue2-prose-ue-id>)/, '$2$1')],
    ['repeated', text.replace(/(<naf-id>.*<\/naf-id>)/, '$1$1')],
    ['UE-1 ID both forms', text.replace('<ue2', '<ue1-id type="imsi">001010123456789</ue1-id><ue2')],
    ['UE-1 ID without type', text.replace(' type="b-tid"', '')],
    ['UE-1 ID of unknown type', text.replace('b-tid', 'tmpi')],
    ['UE-1 ID of the other type', text.replace('b-tid', 'imsi')],
    ['IMSI of 5 digits', wholeText.replace('001010123456789', '00101')],
    ['IMSI of 16 digits', wholeText.replace('001010123456789', '0010101234567890')],
    ['UE-2 ID of 2 octets', text.replace('0A0B0C', '0A0B')],
    ['UE-2 ID of 4 octets', text.replace('0A0B0C', '0A0B0C0D')],
    ['UE-2 ID 000000', text.replace('0A0B0C', '000000')],
    ['UE-2 ID FFFFFF', text.replace('0A0B0C', 'FFFFFF')],
    ['white space in a value', text.replace('0A0B0C', ' 0A0B0C')],
    ['NAF-ID in upper case', text.replace('706B6D66', '504B4D46')],
    ['NAF-ID of 5 octets', text.replace(/<naf-id>.*<\/naf-id>/, '<naf-id>FF00000002</naf-id>')],
    ['NAF-ID that is no hex', text.replace('<naf-id>70', '<naf-id>7x')],
    ['RAND of 15 octets', wholeText.replace('23</rand>', '</rand>')],
    ['AUTS of 15 octets', wholeText.replace('</auts>', '00</auts>')],
    ['resync without AUTS', wholeText.replace(/<auts>.*<\/auts>/, '')],
    ['nonce-1 of 17 octets', wholeText.replace('</nonce-1>', '00</nonce-1>')],
    ['E1, E2: no nonce-1', wholeText.replace(/<nonce-1>.*<\/nonce-1>/, '')],
    ['extensions of 33 bits', wholeText.replace('>7<', '>4294967296<')],
    ['extensions with a sign', wholeText.replace('>7<', '>+7<')],
    ['text between the elements', text.replace('<ue2', 'x<ue2')],
  ])('B47: %s is an invalid request whose transaction is known', (_what, document) => {
    expect(document).not.toBe(text)
    expect(document).not.toBe(wholeText)
    expect(() => decode(document)).toThrow(InvalidKeyRequest)
  })

  it.each([
    ['another root', text.replaceAll('key-request', 'key-response')],
    ['another namespace', text.replace('pc8:1', 'pc8:2')],
    ['no namespace', text.replace(' xmlns="urn:sidelock:prose:pc8:1"', '')],
    ['an element of another namespace', text.replace('<naf-id>', '<naf-id xmlns="x">')],
    ['no transaction-id', text.replace(' transaction-id="17"', '')],
    ['transaction-id of 33 bits', text.replace('"17"', '"4294967296"')],
    ['transaction-id with leading zero', text.replace('"17"', '"017"')],
    ['unknown attribute of the root', text.replace('"17"', '"17" x="1"')],
    ['unknown attribute of an element', text.replace('<naf-id>', '<naf-id x="1">')],
    ['B46: unknown element __proto__', text.replace('<ue1-id', '<__proto__/><ue1-id')],
    ['B46: unknown element constructor', text.replace('<ue1-id', '<constructor/><ue1-id')],
    ['B46: unknown element toString', text.replace('<ue1-id', '<toString/><ue1-id')],
    ['an element within text', text.replace('0A0B0C', '<b/>0A0B0C')],
    ['an unknown element in resync', wholeText.replace('<auts>', '<x/><auts>')],
  ])('%s is no request of PC8', (_what, document) => {
    expect(document).not.toBe(text)
    expect(() => decode(document)).toThrow(MalformedMessage)
    expect(() => decode(document)).not.toThrow(InvalidKeyRequest)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it.each([
    ['R30: PDK of 31 octets', keyText.replace('4B</prose-direct-key>', '</prose-direct-key>')],
    ['R30: PDK of 33 octets', keyText.replace('</prose-direct-key>', '4B</prose-direct-key>')],
    ['R30: PDK of zeros', keyText.replace('4B'.repeat(32), '00'.repeat(32))],
    ['no PDK', keyText.replace(/<prose-direct-key>.*<\/prose-direct-key>/, '')],
    ['no expiry', keyText.replace(/<key-expiry>.*<\/key-expiry>/, '')],
    ['local time', keyText.replace('00:00Z', '00:00')],
    ['time zone', keyText.replace('00:00Z', '00:00+01:00')],
    ['30 February', keyText.replace('2030-01-01', '2030-02-30')],
    ['hour 24', keyText.replace('T00', 'T24')],
    ['9 ProSe UE IDs', keyText.replace(/(<ue1-prose-ue-id>010203<\/ue1-prose-ue-id>)/, '$1'.repeat(8))],
    ['GPI of 1025 octets', keyText.replace('<ue1', `<gpi>${'00'.repeat(1025)}</gpi><ue1`)],
    ['empty GPI', keyText.replace('<ue1', '<gpi/><ue1')],
    ['key and error', keyText.replace('<ue1', '<error-code>2</error-code><ue1')],
    ['error and key', keyText.replace('<prose-direct-key>', '<error-code>2</error-code><prose-direct-key>')],
    [
      'error-code 0',
      fromUtf8(encodeProseDirectKeyResponse({ transactionId: 1, outcome: 'error', code: 2 })).replace(
        '>2<',
        '>0<',
      ),
    ],
    [
      'error-code 5',
      fromUtf8(encodeProseDirectKeyResponse({ transactionId: 1, outcome: 'error', code: 2 })).replace(
        '>2<',
        '>5<',
      ),
    ],
    ['nothing', keyText.replace(/(<prose-direct-key-r[^>]*>).*(<\/prose-direct-key-r)/, '$1$2')],
  ])('B49: a response with %s is malformed', (_what, document) => {
    expect(document).not.toBe(keyText)
    expect(() => decodeResponse(document)).toThrow(MalformedMessage)
  })

  it('cuts parts of a second off the expiry', () => {
    expect(decodeResponse(keyText.replace('00:00Z', '00:00.999Z'))).toEqual(key)
  })

  it('B49: a response answers its request only', () => {
    const octets = encodeProseDirectKeyResponse(key)
    expect(responseTo(request, octets)).toEqual(key)
    expect(() => responseTo({ ...request, transactionId: 18 }, octets)).toThrow(MalformedMessage)
    expect(() => responseTo({ ...whole, transactionId: 17 }, octets)).toThrow('gpi')
    const renegotiation = { transactionId: 17, outcome: 'bootstrapping-renegotiation' } as const
    expect(responseTo({ ...whole, transactionId: 17 }, encodeProseDirectKeyResponse(renegotiation))).toEqual(
      renegotiation,
    )
  })

  it.each([
    `<!DOCTYPE x [<!ENTITY e "${'a'.repeat(1024)}">]><x>${'&e;'.repeat(1000)}</x>`,
    `<x>${'&#65;'.repeat(13_000)}</x>`,
    `<x a="${'&#65;'.repeat(13_000)}"/>`,
    '<x>'.repeat(20_000),
  ])('B44: entity floods and depth are refused within 50 ms', (document) => {
    expectQuick(() => expect(() => decode(document)).toThrow(MalformedMessage))
  })

  it('R31: what a reader sees holds no key, and the IMSI masked', () => {
    expect(describeRequest(whole)).toEqual({
      ...{ name: 'PROSE_DIRECT_KEY_REQUEST', step: '4' },
      fields: {
        ...{
          transactionId: 0xffffffff,
          imsi: '00101········89',
          ue2Id: '000001',
          relayServiceCode: '000123',
        },
        ...{
          nafId: 'pkmf.mnc001.mcc001.pub.3gppnetwork.org ff00000002',
          resynchronisation: true,
          extensions: 7,
        },
      },
    })
    expect(JSON.stringify(describeResponse(key))).not.toMatch(/4b4b4b|4B4B4B/)
    expect(describeResponse({ transactionId: 1, outcome: 'bootstrapping-renegotiation' })).toMatchObject({
      ...{ name: 'BOOTSTRAPPING_RENEGOTIATION_REQUEST', step: 'RN3' },
    })
    expect(describeResponse({ transactionId: 1, outcome: 'error', code: 2 }).fields).toMatchObject({
      error: 'not authorised',
    })
  })

  it('R31: masking writes zeros of the same length over the PDK and nothing else', () => {
    const http = utf8(`HTTP/1.1 200 OK\r\nX: é\r\n\r\n${keyText}`)
    const { bytes, masked } = maskProseDirectKey(http)
    expect(bytes).toHaveLength(http.length)
    expect(fromUtf8(bytes)).toBe(fromUtf8(http).replace('4B'.repeat(32), '0'.repeat(64)))
    expect(masked).toHaveLength(1)
    expect(fromUtf8(bytes.subarray(...(masked[0] ?? [0, 0])))).toBe('0'.repeat(64))
    expect(maskProseDirectKey(utf8(text))).toEqual({ bytes: utf8(text), masked: [] })
    const prefixed = keyText
      .replaceAll('prose-direct-key>', 'p:prose-direct-key>')
      .replace('<p:prose-direct-key>', '<p:prose-direct-key a="1">')
    expect(fromUtf8(maskProseDirectKey(utf8(prefixed)).bytes)).not.toContain('4B4B')
  })

  it.each(links)('vector $name: request and response of its link', (link) => {
    const ue1Id =
      link['UE-1 ID'].type === 'imsi'
        ? ({ kind: 'imsi', imsi: Imsi(link['UE-1 ID'].value) } as const)
        : ({ kind: 'b-tid', btid: BTid(link['UE-1 ID'].value) } as const)
    const ue2Id = ProseUeId(Number.parseInt(link['UE-2 ProSe UE ID'], 16))
    const asked = { transactionId: 1, ue1Id, ue2Id, nafId: NafId(fromHex(link['NAF-ID'])), extensions: 0 }
    const nonce1 = fromHex(link.Nonce_1)
    const token = link.extensions['request token']
    const extended = { ...asked, extensions: 7, nonce1, ...(token && { requestToken: fromHex(token.value) }) }
    for (const request of [asked, extended])
      expect(decodeProseDirectKeyRequest(encodeProseDirectKeyRequest(request))).toEqual(request)
    const answered = { ...key, transactionId: 1, pdk: Pdk(fromHex(link.PDK.value)), gpi: Uint8Array.of(1) }
    expect(responseTo(asked, encodeProseDirectKeyResponse(answered))).toEqual(answered)
  })
})
