import { describe, expect, it } from 'vitest'
import { concat, fromHex, hex, utf8 } from '../../../src/core/bytes.ts'
import { MalformedMessage } from '../../../src/core/errors.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { causeOf } from '../../../src/reference-points/pc5/causes.ts'
import { NonceReused } from '../../../src/reference-points/pc5/errors.ts'
import { decodeSdu, encodeSdu, gpiField, gpiOf } from '../../../src/reference-points/pc5/messages.ts'
import {
  capabilitiesOf,
  chooseAlgorithms,
  defaultAlgorithmPolicy,
} from '../../../src/reference-points/pc5/security-capabilities.ts'
import type { MalformedElement } from '../../../src/wire/tlv/delimit.ts'
import { btid, command, nafId, nonce1, request } from './samples.ts'

function faultOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was wrong')
}

/** How a UE answers what arrives: nothing, or a REJECT with a cause. */
function answerTo(sdu: Uint8Array): string {
  const fault = faultOf(() => decodeSdu(sdu))
  expect(fault).toBeInstanceOf(MalformedMessage)
  const answer = causeOf(fault)
  return 'cause' in answer ? `Rej ${answer.cause}` : answer.message === 'none' ? 'drop' : answer.message
}

interface Parts {
  userInfo?: string
  nafId?: string
  capabilities?: string
  dksi?: string
  ip?: string
  more?: string
}
const bTidInfo = `3f04${hex(utf8(btid))}`
const nafIe = `712b${hex(nafId)}`
/** A REQUEST in octets, with one part other than it should be. */
const requestWith = ({ userInfo = bTidInfo, nafId: naf = nafIe, capabilities = '7070', ...rest }: Parts) =>
  fromHex(
    `010001${userInfo}${rest.ip ?? '04'}0000003c${hex(nonce1)}${capabilities}${rest.dksi ?? '5a'}${naf}${rest.more ?? ''}`,
  )
/** User Info as LV. */
const info = (type: number, contents: Uint8Array) =>
  hex(Uint8Array.of(contents.length + 1, type, ...contents))
const nafTlv = (value: Uint8Array) => `71${hex(Uint8Array.of(value.length))}${hex(value)}`

const good = encodeSdu(request)

it('the REQUEST that the rows below spoil is a good one', () => {
  expect(hex(requestWith({}))).toBe(hex(good))
  expect(decodeSdu(good)).toEqual(request)
})

describe('structure', () => {
  it.each(['', '01', '010001', '0c0001'])('B1: %s is dropped', (text) => {
    expect(answerTo(fromHex(text))).toBe('drop')
  })

  it.each([0x00, 0x14, 0x5f, 0xff])('B2: message type %i is dropped', (type) => {
    expect(answerTo(Uint8Array.of(type, 0, 1))).toBe('drop')
  })

  it('B3: a REQUEST cut after any octet is dropped, between two elements it is answered', () => {
    const sdu = encodeSdu({ ...request, linkLocalIpv6Address: new Uint8Array(16) })
    const mandatoryEnd = 3 + 64 + 1 + 4 + 16 + 2 + 1
    const betweenElements = [mandatoryEnd, mandatoryEnd + 17]
    for (let length = 0; length < sdu.length; length++)
      expect(answerTo(sdu.subarray(0, length)), `${length} octets`).toBe(
        betweenElements.includes(length) ? 'Rej 2' : 'drop',
      )
  })

  it('B4: 1 to 64 trailing octets that are no element are dropped', () => {
    for (let count = 1; count <= 64; count++)
      for (const octet of [0x00, 0x20, 0xff])
        expect(answerTo(concat(good, new Uint8Array(count).fill(octet)))).toBe('drop')
  })

  it('B5: User Info of length 0, 1, or 255 with less data is dropped', () => {
    expect(answerTo(requestWith({ userInfo: '00' }))).toBe('drop')
    expect(answerTo(requestWith({ userInfo: '0104' }))).toBe('drop')
    expect(answerTo(fromHex(`010001ff04${hex(utf8(btid))}`))).toBe('drop')
  })

  it.each([
    ['repeated NAF-ID', nafIe],
    ['NAF-ID before its turn', '7501' + nafIe, ''],
    ['Relay Service Code after NAF-ID', '19000123'],
    ['unknown IEI', '7f00'],
    ['request token before the extension set', `76${'00'.repeat(16)}7501`],
  ])('B15: %s is dropped', (_, more, naf = nafIe) => {
    expect(answerTo(requestWith({ nafId: naf, more }))).toBe('drop')
  })

  it('a reserved IP Address Config is dropped, also beside a fault that would be answered', () => {
    expect(answerTo(requestWith({ ip: '00' }))).toBe('drop')
    expect(answerTo(requestWith({ ip: '05', nafId: '' }))).toBe('drop')
  })
})

describe('identity of UE-1', () => {
  it.each([0, 1, 2, 5, 7])('B6: User Info type %i is answered', (type) => {
    expect(answerTo(requestWith({ userInfo: info(type, utf8(btid)) }))).toBe('Rej 2')
  })

  it('B7: a second identity is answered, wherever it stands', () => {
    const second = `01090300010121436587f9`
    expect(answerTo(requestWith({ nafId: second + nafIe }))).toBe('Rej 2')
    expect(answerTo(requestWith({ more: second }))).toBe('Rej 2')
  })

  it.each([
    ['of 5 digits', '0010f1'],
    ['of 16 digits', '0010102143658709'],
    ['with a nibble that is no digit', '000a0121436587f9'],
    ['with filler in the middle', '00f10121436587f9'],
    ['with filler twice', '00010121436587ff'],
  ])('B8: an IMSI %s is answered', (_, contents) => {
    expect(answerTo(requestWith({ userInfo: info(3, fromHex(contents)) }))).toBe('Rej 2')
  })

  it('IMSIs with an even and an odd number of digits come through', () => {
    const decoded = decodeSdu(requestWith({ userInfo: '090300010121436587f9' }))
    expect(decoded).toMatchObject({ ue1Id: { kind: 'imsi', imsi: '001010123456789' } })
    const even = decodeSdu(requestWith({ userInfo: '080300010121436587' }))
    expect(even).toMatchObject({ ue1Id: { kind: 'imsi', imsi: '00101012345678' } })
  })

  const domain = '@bsf.mnc001.mcc001.pub.3gppnetwork.org'
  it.each([
    ['that is not base64', `I1U8vpY3qJ0hiuZNrke*NQ==${domain}`],
    ['with unused bits set', `I1U8vpY3qJ0hiuZNrke/NR==${domain}`],
    ['with a RAND of 15 octets', `I1U8vpY3qJ0hiuZNrke/${domain}`],
    ['with a RAND of 17 octets', `I1U8vpY3qJ0hiuZNrke/NQA=${domain}`],
    ['without @', 'I1U8vpY3qJ0hiuZNrke/NQ==bsf.example.org'],
    ['with an empty domain', 'I1U8vpY3qJ0hiuZNrke/NQ==@'],
    ['of 110 octets', `I1U8vpY3qJ0hiuZNrke/NQ==@${'a'.repeat(63)}.${'b'.repeat(21)}`],
    ['of 254 octets', `I1U8vpY3qJ0hiuZNrke/NQ==@${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(37)}`],
    ['with an octet that is not ASCII', `I1U8vpY3qJ0hiuZNrke/NQ==@bsf\u00e9.org`],
  ])('B9: a B-TID %s is answered', (_, text) => {
    expect(answerTo(requestWith({ userInfo: info(4, utf8(text)) }))).toBe('Rej 2')
  })
})

describe('NAF-ID', () => {
  const kmf = 'pkmf.mnc001.mcc001.pub.3gppnetwork.org'
  const withName = (name: string) => nafTlv(concat(utf8(name), uaIds.prose))
  it.each([
    ['absent', ''],
    ['of five octets', nafTlv(uaIds.prose)],
    ['empty', nafTlv(new Uint8Array())],
    ['with a label of 64 octets', withName(`${'a'.repeat(64)}.org`)],
    ['with control octets', withName('pkmf\n.org')],
    ['with octets that are not ASCII', withName('pkmf\u00e9.org')],
    ['in upper case', withName(kmf.toUpperCase())],
  ])('B10: %s is answered', (_, naf) => {
    expect(answerTo(requestWith({ nafId: naf }))).toBe('Rej 2')
  })

  it.each(['tls13', 'tls12DhePsk', 'gpi'] as const)('B11: the Ua identifier %s is answered', (ua) => {
    expect(answerTo(requestWith({ nafId: nafTlv(nafIdOf(Fqdn(kmf), uaIds[ua])) }))).toBe('Rej 2')
  })
})

it('B12: a Nonce_1 that is zero or came before is answered, once the UE has found it', () => {
  expect(causeOf(new NonceReused(1))).toEqual({ message: 'directCommunicationReject', cause: 2 })
})

it.each(['0000', '7080', '8070', '0f0f'])(
  'B13: capabilities %s have no algorithm in common',
  (capabilities) => {
    const decoded = decodeSdu(requestWith({ capabilities }))
    expect(decoded).toMatchObject({ ueSecurityCapabilities: capabilitiesOf(fromHex(capabilities)) })
    const fault = faultOf(() =>
      chooseAlgorithms(capabilitiesOf(fromHex(capabilities)), defaultAlgorithmPolicy),
    )
    expect(causeOf(fault)).toEqual({ message: 'directCommunicationReject', cause: 2 })
  },
)

it('B14: DKSI 0x00 is dropped', () => {
  expect(answerTo(requestWith({ dksi: '00' }))).toBe('drop')
})

it('what could be read of an answerable REQUEST is there, so that its repetition is known', () => {
  const fault = faultOf(() => decodeSdu(requestWith({ nafId: '' })))
  expect((fault as MalformedElement).read).toMatchObject({ sequenceNumber: 1, nonce1 })
})

describe('B27: the length of the GPI', () => {
  const head = hex(encodeSdu(command)).slice(0, -12)
  const tail = '745a'
  const short = (gpi: string, length = gpi.length / 2) =>
    `${head}18${length.toString(16).padStart(2, '0')}${gpi}720a0b0c${tail}`
  const long = (gpi: string, length = gpi.length / 2) =>
    `${head}720a0b0c73${length.toString(16).padStart(4, '0')}${gpi}${tail}`

  it.each([3, 200, 255, 256, 1024])('%i octets come through in the one form they have', (length) => {
    const gpi = new Uint8Array(length).fill(0x10)
    const sdu = encodeSdu({ ...command, ...gpiField(gpi) })
    expect(hex(sdu)).toBe(length < 256 ? short(hex(gpi)) : long(hex(gpi)))
    const decoded = decodeSdu(sdu)
    expect(decoded.type === 'directSecurityModeCommand' && gpiOf(decoded)).toEqual(gpi)
  })

  it.each([
    ['2 octets', short('1010')],
    ['0 octets', short('')],
    ['200 octets in the TLV-E form', long('10'.repeat(200))],
    ['255 octets in the TLV-E form', long('10'.repeat(255))],
    ['1025 octets', long('10'.repeat(1025))],
    ['64 KiB', long('10'.repeat(65535))],
    ['more octets said than there are', short('10'.repeat(20), 200)],
  ])('%s are dropped', (_, sdu) => {
    expect(answerTo(fromHex(sdu))).toBe('drop')
  })

  it('both forms at once are dropped', () => {
    const both = `${head}1803101010720a0b0c730100${'10'.repeat(256)}${tail}`
    expect(answerTo(fromHex(both))).toBe('drop')
  })
})

describe('the Command', () => {
  const sdu = hex(encodeSdu(command))
  it.each([
    ['without UE-2 ID', sdu.replace('720a0b0c', '')],
    ['without DKSI', sdu.replace(/745a$/, '')],
    ['with UE-2 ID 000000', sdu.replace('720a0b0c', '72000000')],
    ['with UE-2 ID ffffff', sdu.replace('720a0b0c', '72ffffff')],
    ['with LSB of KD-sess ID 00', sdu.replace('22c372', '220072')],
    ['with a reserved EEA', sdu.replace('22c372', '42c372')],
    ['with a reserved EIA', sdu.replace('22c372', '27c372')],
  ])('%s is dropped', (_, text) => {
    expect(text).not.toBe(sdu)
    expect(answerTo(fromHex(text))).toBe('drop')
  })

  it('B21: with EIA0 is read, so that it can be refused', () => {
    expect(decodeSdu(fromHex(sdu.replace('22c372', '20c372')))).toMatchObject({
      chosenAlgorithms: { eea: 2, eia: 0 },
    })
  })

  it('spare bits of Chosen Algorithms are ignored', () => {
    expect(decodeSdu(fromHex(sdu.replace('22c372', 'aac372')))).toEqual(command)
  })
})

it.each([
  ['REJECT', 0x03, [0, 7, 9, 0xff]],
  ['SECURITY MODE REJECT', 0x0e, [0, 1, 6, 10]],
  ['RELEASE', 0x06, [0, 4]],
])('B37: %s with a reserved cause is dropped', (_, type, causes) => {
  for (const cause of causes) expect(answerTo(Uint8Array.of(type, 0, 1, cause))).toBe('drop')
})
