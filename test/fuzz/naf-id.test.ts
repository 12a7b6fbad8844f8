import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, hex, utf8 } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { isProseNafId, NafId, nafFqdn, nafIdOf, nafUaId, uaIds } from '../../src/core/identities/naf-id.ts'
import { valueOrError } from './gba-text.ts'

const sample = concat(utf8('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose)
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(fc.nat(sample.length - 1), fc.nat(255)).map(([at, value]) => sample.with(at, value)),
  fc.nat(sample.length).map((length) => sample.slice(0, length)),
  fc.string({ maxLength: 270 }).map((text) => concat(utf8(text), uaIds.prose)),
)

describe('R40: NAF_Id', () => {
  it('a value or InvalidValue; a value is its FQDN and its Ua id', () => {
    valueOrError(
      octets,
      (text) => {
        const nafId = NafId(text)
        expect(hex(nafIdOf(nafFqdn(nafId), nafUaId(nafId)))).toBe(hex(text))
      },
      InvalidValue,
    )
  })

  it.each([
    ['5 octets', uaIds.prose],
    ['a label of 64 octets', concat(utf8(`${'a'.repeat(64)}.b`), uaIds.prose)],
    ['control octets', concat(utf8('a.\u0001b'), uaIds.prose)],
    ['octets outside ASCII', concat(utf8('a.é'), uaIds.prose)],
    ['upper case', concat(utf8('A.b'), uaIds.prose)],
    ['a final dot', concat(utf8('a.b.'), uaIds.prose)],
    ['one label', concat(utf8('ab'), uaIds.prose)],
    ['256 octets', concat(utf8(`${'a.'.repeat(125)}a`), uaIds.prose)],
  ])('refuses %s', (_, text) => {
    expect(() => NafId(text)).toThrow(InvalidValue)
  })

  it('tells the root of the PDK from the keys of TLS', () => {
    expect(isProseNafId(NafId(sample))).toBe(true)
    const tls = nafIdOf(nafFqdn(NafId(sample)), uaIds.tls13)
    expect(isProseNafId(tls)).toBe(false)
  })
})
