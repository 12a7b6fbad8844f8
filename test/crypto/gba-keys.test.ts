import { describe, expect, it } from 'vitest'
import { Rand } from '../../src/core/aka.ts'
import { concat, fromHex, hex, utf8 } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { NafId } from '../../src/core/identities/naf-id.ts'
import { Impi } from '../../src/core/identities/subscriber.ts'
import { Ck, Ik, keyOctets, Ks } from '../../src/core/keys.ts'
import { deriveKsIntNaf, deriveKsNaf, deriveTmpi, ksOf } from '../../src/crypto/gba-keys.ts'
import vectors from '../vectors/kdf.json' with { type: 'json' }
import { flipped } from './flip.ts'

const nafIdOf = (fqdn: string, uaId: string) => NafId(concat(utf8(fqdn), fromHex(uaId)))

type Derived = (typeof vectors.derived)[number]
type NafSet = Extract<Derived, { ksNaf: object }>
type TmpiSet = Extract<Derived, { tmpi: string }>
const nafSets = vectors.derived.filter((set): set is NafSet => 'ksNaf' in set)
const tmpiSets = vectors.derived.filter((set): set is TmpiSet => 'tmpi' in set)

it('has the published and the derived sets', () => {
  expect(nafSets).toHaveLength(18)
  expect(tmpiSets).toHaveLength(3)
})

it('Ks_NAF: the third-party vector', () => {
  const { ks, rand, impi, nafFqdn, uaSecurityProtocolId, ksNaf } = vectors.thirdParty
  const nafId = nafIdOf(nafFqdn, uaSecurityProtocolId)
  expect(hex(deriveKsNaf(Ks(fromHex(ks)), Rand(fromHex(rand)), Impi(impi), nafId))).toBe(ksNaf)
})

describe.each(nafSets)('NAF keys, $id', (set) => {
  const ks = Ks(fromHex(set.ks))
  const rand = Rand(fromHex(set.rand))
  const impi = Impi(set.impi)
  const nafId = NafId(fromHex(set.nafId))

  it('Ks_NAF and Ks_int_NAF', () => {
    expect(hex(deriveKsNaf(ks, rand, impi, nafId))).toBe(set.ksNaf.value)
    expect(hex(deriveKsIntNaf(ks, rand, impi, nafId))).toBe(set.ksIntNaf.value)
  })

  it('another Ks, RAND, IMPI or Ua id gives another key', () => {
    const keys = [
      deriveKsNaf(Ks(flipped(ks, 255)), rand, impi, nafId),
      deriveKsNaf(ks, Rand(flipped(rand, 0)), impi, nafId),
      deriveKsNaf(ks, rand, Impi(impi.replace('0', '1')), nafId),
      deriveKsNaf(ks, rand, impi, NafId(flipped(nafId, 8 * nafId.length - 1))),
      deriveKsIntNaf(ks, rand, impi, nafId),
    ]
    for (const key of keys) expect(hex(key)).not.toBe(set.ksNaf.value)
  })
})

it.each(tmpiSets)('TMPI, $id', (set) => {
  const [ks, rand] = [Ks(fromHex(set.ks)), Rand(fromHex(set.rand))]
  expect(deriveTmpi(ks, rand, Impi(set.impi), Fqdn(set.bsfFqdn))).toBe(set.tmpi)
  expect(deriveTmpi(ks, Rand(flipped(rand, 127)), Impi(set.impi), Fqdn(set.bsfFqdn))).not.toBe(set.tmpi)
})

describe('R30: inputs of another length throw before anything is derived', () => {
  const ks = Ks(new Uint8Array(32).fill(1))
  const rand = Rand(new Uint8Array(16))
  const impi = Impi('001010123456789@ims.mnc001.mcc001.3gppnetwork.org')
  const nafId = nafIdOf('pkmf.mnc001.mcc001.pub.3gppnetwork.org', 'ff00000002')

  it.each([0, 15, 17])('RAND of %i octets', (length) => {
    expect(() => deriveKsNaf(ks, new Uint8Array(length) as Rand, impi, nafId)).toThrow(InvalidValue)
  })

  it.each([0, 5, 256])('NAF_Id of %i octets', (length) => {
    expect(() => deriveKsNaf(ks, rand, impi, new Uint8Array(length) as NafId)).toThrow(InvalidValue)
  })

  it.each([0, 31, 33])('Ks of %i octets', (length) => {
    const wrong = keyOctets(new Uint8Array(length).fill(1)) as Ks
    expect(() => deriveKsNaf(wrong, rand, impi, nafId)).toThrow(InvalidValue)
  })

  it('CK or IK of another length', () => {
    const [ck, ik] = [Ck(new Uint8Array(16).fill(1)), Ik(new Uint8Array(16).fill(2))]
    expect(hex(ksOf(ck, ik))).toBe('01'.repeat(16) + '02'.repeat(16))
    expect(() => ksOf(keyOctets(ck.subarray(1)) as Ck, ik)).toThrow(InvalidValue)
    expect(() => ksOf(ck, ks as unknown as Ik)).toThrow(InvalidValue)
  })
})
