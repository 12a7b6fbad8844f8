import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { MalformedMessage } from '../../../src/core/errors.ts'
import { explainFrame, explainPdu } from '../../../src/reference-points/pc5/explain-frame.ts'
import { encodeSdu, pc5Messages, type Pc5MessageType } from '../../../src/reference-points/pc5/messages.ts'
import {
  carries,
  decodePdu,
  decodeSignalling,
  encodeClearPdu,
  maximumSduSize,
  protectionOf,
  type Lcid,
} from '../../../src/reference-points/pc5/pdcp.ts'
import { protect } from '../../../src/reference-points/pc5/security-context.ts'
import { command, contextOf } from './samples.ts'

const allLcids: readonly Lcid[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 28, 29, 30]

describe('a PDU', () => {
  it('is header, data and MAC-I', () => {
    expect(decodePdu(30, fromHex('405ac30002' + 'ba5c2b08' + '4bea1392'))).toEqual({
      sduType: 'pc5-signalling',
      kdSessId: 0x5ac3,
      sn: 2,
      header: fromHex('405ac30002'),
      data: fromHex('ba5c2b08'),
      mac: fromHex('4bea1392'),
    })
  })

  it('has no MAC-I on LCID 28', () => {
    expect(decodePdu(28, fromHex('4000000000' + '070001'))).toMatchObject({
      data: fromHex('070001'),
      mac: fromHex(''),
    })
  })

  it('R bits are ignored', () => {
    expect(decodePdu(28, fromHex('5f00000000070001'))).toMatchObject({ sduType: 'pc5-signalling' })
  })

  it.each([4, 5, 6, 7])('B34: SDU type %i is refused on every channel', (type) => {
    const pdu = Uint8Array.of(type << 5, 0x5a, 0xc3, 0, 1, 1, 2, 3, 4, 5, 6)
    for (const lcid of allLcids) expect(() => decodePdu(lcid, pdu)).toThrow(MalformedMessage)
  })

  it('B34: a header of 4 octets, and one without room for the MAC-I, are refused', () => {
    expect(() => decodePdu(28, fromHex('40000000'))).toThrow(MalformedMessage)
    for (let length = 0; length < 9; length++)
      expect(() => decodePdu(30, fromHex('405ac30001010203').subarray(0, length))).toThrow(MalformedMessage)
  })

  it('B34: KD-sess ID 0 is refused on LCID 30, and any other on LCID 28', () => {
    expect(() => decodePdu(30, fromHex('4000000001' + '0700010000'))).toThrow(MalformedMessage)
    expect(() => decodePdu(28, fromHex('405ac30001' + '070001'))).toThrow(MalformedMessage)
  })

  it('user data is no signalling, and signalling no user data', () => {
    expect(() => decodePdu(1, fromHex('405ac30001' + '0102030405'))).toThrow(MalformedMessage)
    expect(() => decodePdu(30, fromHex('005ac30001' + '0102030405'))).toThrow(MalformedMessage)
  })

  it('has an SDU of at most 8188 octets', () => {
    const pdu = (size: number) => new Uint8Array(9 + size).fill(1)
    expect(decodePdu(1, pdu(maximumSduSize)).data).toHaveLength(8188)
    expect(() => decodePdu(1, pdu(maximumSduSize + 1))).toThrow(MalformedMessage)
    const sdu = new Uint8Array(maximumSduSize + 1)
    expect(() => protect(contextOf('commanded'), { lcid: 1, sduType: 'ip', sdu })).toThrow('8188')
  })
})

describe('logical channels', () => {
  it.each([
    ['seed', 0, ['clear', 'integrity', 'ciphered', 'ciphered']],
    ['seed', 1, ['clear', 'integrity', 'ciphered', 'ciphered']],
    ['final', 0, ['clear', 'ciphered', 'ciphered', 'ciphered']],
    ['final', 1, ['clear', 'integrity', 'ciphered', 'ciphered']],
  ] as const)('protect what they carry: profile %s, DIRECTION %i', (profile, direction, expected) => {
    const lcids = [28, 29, 30, 1] as const
    expect(lcids.map((lcid) => protectionOf(lcid, direction, profile))).toEqual(expected)
  })

  it('user data ends with a MAC-I in the seed profile alone', () => {
    const pdu = fromHex('605ac30001' + '0102')
    expect(() => decodePdu(1, pdu)).toThrow(MalformedMessage)
    expect(decodePdu(1, pdu, 'final')).toMatchObject({ data: fromHex('0102'), mac: fromHex('') })
    expect(() => decodePdu(30, fromHex('405ac30001' + '0102'), 'final')).toThrow(MalformedMessage)
  })

  it('R11: LCID 28 carries only what may be unprotected', () => {
    const types = Object.keys(pc5Messages) as Pc5MessageType[]
    expect(types.filter((type) => carries(28, type))).toEqual([
      'directCommunicationRequest',
      'directCommunicationReject',
      'directSecurityModeReject',
      'bootstrappingRenegotiationRequest',
    ])
    expect(types.filter((type) => carries(29, type))).toEqual([
      'directSecurityModeCommand',
      'directSecurityModeComplete',
    ])
  })

  it.each([
    ['ACCEPT', '02000104'],
    ['KEEPALIVE', '04000100000000'],
    ['RELEASE', '06000101'],
    ['REKEYING REQUEST', `0f00017070${'11'.repeat(16)}5a`],
    ['COMPLETE', '0d0001'],
  ])('B31: %s on LCID 28 is refused', (_, sdu) => {
    expect(() => decodeSignalling(28, decodePdu(28, encodeClearPdu(fromHex(sdu))).data)).toThrow(
      MalformedMessage,
    )
  })

  it('a Command on LCID 30 is refused, on LCID 29 taken', () => {
    expect(() => decodeSignalling(30, encodeSdu(command))).toThrow(MalformedMessage)
    expect(decodeSignalling(29, encodeSdu(command))).toEqual(command)
  })
})

describe('explain', () => {
  const source = '010203'
  it('a ciphered PDU is one range unless its clear octets are given', () => {
    const frame = fromHex(`300a0b0c${source}1e` + '405ac30002ba5c2b084bea1392')
    const closed = explainFrame(frame)
    expect(closed.name).toBe('protected signalling')
    expect(closed.ranges.map(({ name, from, to }) => [name, from, to])).toEqual([
      ['V', 0, 1],
      ['SRC', 1, 4],
      ['DST', 4, 7],
      ['LCID', 7, 8],
      ['SDU Type', 8, 9],
      ['KD-sess ID', 9, 11],
      ['PDCP SN', 11, 13],
      ['SDU', 13, 17],
      ['MAC-I', 17, 21],
    ])
    const open = explainFrame(frame, fromHex('02000204'))
    expect(open.name).toBe('DIRECT_COMMUNICATION_ACCEPT')
    expect(open.ranges.find(({ name }) => name === 'IP Address Config')).toMatchObject({ from: 16, to: 17 })
  })

  it('counts where it stopped from the first octet of what it was given', () => {
    const bad = fromHex(`300a0b0c${source}1c` + '4000000000' + '070001ff')
    expect(explainFrame(bad)).toMatchObject({ stopped: { field: 'IEI', offset: 16 } })
    expect(explainPdu(28, bad.subarray(8))).toMatchObject({ stopped: { offset: 8 } })
    const cut = fromHex(`300a0b0c${source}1e` + '405ac30002')
    expect(explainFrame(cut).stopped).toMatchObject({ offset: 13 })
    expect(explainFrame(cut).ranges).toHaveLength(4)
    expect(explainFrame(fromHex('ff'))).toMatchObject({ ranges: [], stopped: { offset: 1 } })
  })

  it('R31: masks the IMSI in words', () => {
    const sdu = fromHex(`010001` + '090300010121436587f9' + '04' + '0000003c' + '11'.repeat(16) + '70705a')
    const text = JSON.stringify(explainPdu(28, encodeClearPdu(sdu)))
    expect(text).toContain('00101········89')
    expect(text).not.toContain('001010123456789')
    expect(hex(sdu)).toContain('00010121436587f9')
  })
})
