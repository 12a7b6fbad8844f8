import { describe, expect, it } from 'vitest'
import { fromHex, hex, u16 } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { decodeEcho, encodeEcho } from '../../src/wire/icmpv6-echo.ts'
import { ipv6Checksum, protocols } from '../../src/wire/ip-packet.ts'
import { decodeTcp, encodeTcp, tcpFlags, type TcpSegment } from '../../src/wire/tcp-segment.ts'

const ends = {
  source: fromHex('fe800000000000000000000000010203'),
  destination: fromHex('fe8000000000000000000000000a0b0c'),
}
const back = { source: ends.destination, destination: ends.source }

const syn: TcpSegment = {
  ...{ fromPort: 49_152, toPort: 80, sequence: 0xfffffffe, acknowledgement: 0 },
  ...{ flags: tcpFlags.syn, window: 0xffff, maximumSegmentSize: 1340, payload: new Uint8Array() },
}

/** Every octet of `octets` changed in turn. */
const damaged = (octets: Uint8Array): readonly Uint8Array[] =>
  [...octets.keys()].map((at) => octets.map((octet, index) => (index === at ? octet ^ 0x10 : octet)))

describe('a TCP segment over IPv6 (RFC 9293 3.1)', () => {
  it('is written field by field, with the checksum over the pseudo-header', () => {
    // The sum was computed apart, by the words of RFC 1071.
    expect(hex(encodeTcp(syn, ends))).toBe('c0000050fffffffe000000006002ffffce3300000204053c')
    expect(decodeTcp(encodeTcp(syn, ends), ends)).toEqual(syn)
  })

  it('reads over options that it does not know, and refuses those that run over their end', () => {
    const withOptions = (options: string) => {
      const words = (5 + options.length / 8).toString(16)
      const octets = fromHex(`c00000500000000100000000${words}010ffff00000000${options}`)
      octets.set(u16(ipv6Checksum({ ...ends, protocol: protocols.tcp, payload: octets })), 16)
      return octets
    }
    const known = decodeTcp(withOptions('0402080a0000000000000000010204053c'.padEnd(40, '0')), ends)
    expect(known.maximumSegmentSize).toBe(1340)
    expect(() => decodeTcp(withOptions('01010109'), ends)).toThrow(MalformedMessage)
    expect(() => decodeTcp(withOptions('02000000'), ends)).toThrow(MalformedMessage)
  })

  it('is refused with any octet damaged or cut, and between other addresses', () => {
    const octets = encodeTcp({ ...syn, payload: fromHex('0102030405') }, ends)
    for (const wrong of damaged(octets)) expect(() => decodeTcp(wrong, ends)).toThrow(MalformedMessage)
    for (const end of octets.keys())
      expect(() => decodeTcp(octets.subarray(0, end), ends)).toThrow(MalformedMessage)
    expect(() => decodeTcp(octets, { ...ends, source: fromHex('00'.repeat(16)) })).toThrow(MalformedMessage)
  })
})

describe('an ICMPv6 echo (RFC 4443 4)', () => {
  const echo = { kind: 'request', identifier: 1, sequence: 2, data: fromHex('aabbcc') } as const

  it('is of type 128 and 129, and comes back as it went', () => {
    expect(encodeEcho(echo, ends)[0]).toBe(128)
    expect(encodeEcho({ ...echo, kind: 'reply' }, ends)[0]).toBe(129)
    expect(decodeEcho(encodeEcho(echo, ends), back)).toEqual(echo)
  })

  it('is refused with any octet damaged', () => {
    for (const wrong of damaged(encodeEcho(echo, ends)))
      expect(() => decodeEcho(wrong, ends)).toThrow(MalformedMessage)
  })
})
