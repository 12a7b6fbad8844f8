import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { MalformedMessage } from '../../../src/core/errors.ts'
import { ProseUeId } from '../../../src/core/identities/prose.ts'
import { isLcid } from '../../../src/reference-points/pc5/pdcp.ts'
import { decodeFrame, encodeFrame, isFor } from '../../../src/reference-points/pc5/sl-sch.ts'

const [ue1, ue2] = [ProseUeId(0x010203), ProseUeId(0x0a0b0c)]
const pdu = fromHex('4000000000' + '070001')
const frame = fromHex('30' + '010203' + '0a0b0c' + '1c' + hex(pdu))
const changed = (at: number, octet: number) => {
  const copy = frame.slice()
  copy[at] = octet
  return copy
}

describe('a frame', () => {
  it('has version, source, destination, LCID, PDU', () => {
    expect(encodeFrame({ source: ue1, destination: ue2, lcid: 28, pdu })).toEqual(frame)
    expect(decodeFrame(frame)).toEqual({ source: ue1, destination: ue2, lcid: 28, pdu })
  })

  it('R bits are ignored', () => {
    expect(decodeFrame(changed(0, 0x3f))).toEqual(decodeFrame(frame))
    expect(decodeFrame(changed(7, 0xdc))).toEqual(decodeFrame(frame))
  })

  it('every other version is refused', () => {
    for (let version = 0; version < 16; version++)
      if (version !== 3) expect(() => decodeFrame(changed(0, version << 4))).toThrow(MalformedMessage)
  })

  it('a set E bit is refused', () => {
    expect(() => decodeFrame(changed(7, 0x3c))).toThrow(MalformedMessage)
  })

  it('LCIDs 1 to 10 and 28 to 30 are taken, no other', () => {
    const taken = Array.from({ length: 32 }, (_, lcid) => lcid).filter(isLcid)
    expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 28, 29, 30])
    for (const lcid of [0, 11, 27, 31]) expect(() => decodeFrame(changed(7, lcid))).toThrow(MalformedMessage)
  })

  it('has 13 octets or more, and at most one SDU of 8188', () => {
    for (let length = 0; length < 13; length++)
      expect(() => decodeFrame(frame.subarray(0, length))).toThrow(MalformedMessage)
    expect(decodeFrame(frame.subarray(0, 13)).pdu).toHaveLength(5)
    const long = (size: number) => Uint8Array.from({ length: size }, (_, at) => frame[at] ?? 0)
    expect(decodeFrame(long(8205)).pdu).toHaveLength(8197)
    expect(() => decodeFrame(long(8206))).toThrow(MalformedMessage)
  })

  it.each(['000000', 'ffffff'])('address %s is of no UE', (address) => {
    for (const text of [`30${address}0a0b0c1c`, `30010203${address}1c`])
      expect(() => decodeFrame(fromHex(text + hex(pdu)))).toThrow(MalformedMessage)
  })

  it('R28: a UE takes what is sent to it, and not what it sent', () => {
    const sent = decodeFrame(frame)
    expect(isFor(sent, ue2)).toBe(true)
    expect(isFor(sent, ue1)).toBe(false)
    expect(isFor({ ...sent, source: ue2 }, ue2)).toBe(false)
  })
})
