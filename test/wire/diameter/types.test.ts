import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { written } from '../../../src/core/octet-writer.ts'
import { Instant } from '../../../src/core/units.ts'
import type { Avp, AvpType } from '../../../src/wire/diameter/avp.ts'
import { MalformedDiameter } from '../../../src/wire/diameter/malformed.ts'
import { diameterIdentity, ipAddress, time } from '../../../src/wire/diameter/types.ts'

const read = <Value>(type: AvpType<Value>, data: Uint8Array): Value =>
  type.decode({
    data,
    code: 1,
    vendorId: 0,
    mandatory: true,
    offset: 0,
    definition: undefined,
    children: [],
  } satisfies Avp)

describe('Time', () => {
  it.each([
    ['2027-11-23T06:32:32Z', 'f08f9000'],
    ['1968-01-20T03:14:08Z', '80000000'],
    ['2036-02-07T06:28:15Z', 'ffffffff'],
    ['2036-02-07T06:28:16Z', '00000000'],
    ['2104-02-26T09:42:23Z', '7fffffff'],
  ])('%s is %s, in the first or the second era', (text, octets) => {
    const instant = Instant(Date.parse(text))
    expect(hex(written((into) => time.encode(instant, into)))).toBe(octets)
    expect(read(time, fromHex(octets))).toBe(instant)
  })

  it.each([3, 5])('of %i octets: 5014', (length) =>
    expect(() => read(time, new Uint8Array(length))).toThrow(MalformedDiameter),
  )
})

describe('Address', () => {
  it.each([
    ['127.0.0.1', '00017f000001', '127.0.0.1'],
    ['fe80::a:b0c', '0002fe8000000000000000000000000a0b0c', 'fe80:0:0:0:0:0:a:b0c'],
    ['::1', '000200000000000000000000000000000001', '0:0:0:0:0:0:0:1'],
  ])('%s', (address, octets, shown) => {
    expect(hex(written((into) => ipAddress.encode(address, into)))).toBe(octets)
    expect(read(ipAddress, fromHex(octets))).toBe(shown)
  })

  it('of another family is refused', () =>
    expect(() => read(ipAddress, fromHex('00087f000001'))).toThrow('neither IPv4 nor IPv6'))
})

it('a DiameterIdentity is compared in lower case', () =>
  expect(read(diameterIdentity, new TextEncoder().encode('BSF1.Example.ORG'))).toBe('bsf1.example.org'))
