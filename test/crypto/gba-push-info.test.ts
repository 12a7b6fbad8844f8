import { describe, expect, it } from 'vitest'
import { Autn, Rand } from '../../src/core/aka.ts'
import { concat, fromHex, hex, utf8 } from '../../src/core/bytes.ts'
import { InvalidValue, MacMismatch, MalformedMessage } from '../../src/core/errors.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { NafId, nafIdOf, uaIds } from '../../src/core/identities/naf-id.ts'
import { PTid } from '../../src/core/identities/p-tid.ts'
import { Impi } from '../../src/core/identities/subscriber.ts'
import { Ik, K, Ks, KsNaf, Opc, wipe } from '../../src/core/keys.ts'
import { Instant } from '../../src/core/units.ts'
import { deriveKsNaf, ksOf } from '../../src/crypto/gba-keys.ts'
import { makeGpi, openGpi, readGpi } from '../../src/crypto/gba-push-info.ts'
import { gbaUAutn } from '../../src/crypto/gba-u.ts'
import { milenage } from '../../src/crypto/milenage.ts'
import chain from '../vectors/chain.json' with { type: 'json' }
import { flipped } from './flip.ts'
import { example, kGpi, kGpiOf, sealed, tlv } from './sealed-gpi.ts'

const { rand, autn, impi, ks, gpi } = example
const nafId = nafIdOf(Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose)
const ptId = PTid(fromHex('0011223344556677'))
const keyExpiry = Instant(Date.parse('2027-11-23T06:32:32Z'))

describe('the worked example of the GPI', () => {
  it('is made octet for octet, of CK and IK of TS 35.207 set 1', () => {
    const set1 = milenage(
      K(fromHex('465b5ce8b199b49faa5f0a2ee238a6bc')),
      Opc(fromHex('cd63cb71954a9f4e48a5994e37a02baf')),
    ).f2345(rand)
    expect(hex(ksOf(set1.ck, set1.ik))).toBe(hex(ks))
    const made = makeGpi({ uiccMe: 'GBA_ME', rand, autn, ptId, nafId, keyExpiry, impi, ks })
    expect(hex(made)).toBe(hex(gpi))
    expect(made).toHaveLength(120)
    expect(hex(sealed(example.plain))).toBe(hex(gpi))
  })

  it('is read without a key, and opened with Ks', () => {
    expect(readGpi(gpi)).toEqual({ uiccMe: 'GBA_ME', rand, autn, uiccAppLabel: 'USIM' })
    expect(openGpi(gpi, kGpi)).toEqual({ ptId, nafId, keyExpiry })
  })

  it('brings Ks_NAF', () =>
    expect(hex(deriveKsNaf(ks, rand, impi, nafId))).toBe(
      'fc917a121a4f42f881173d880bdf7f63a80d3d6c2d6f5b624dd8e283813aa3a7',
    ))
})

interface PushCase {
  readonly kind: string
  readonly names: { readonly IMPI: string }
  readonly push: {
    readonly aka: Readonly<Record<'RAND' | 'AUTN' | 'IK' | 'Ks', string>>
    readonly GPI: {
      readonly inputs: Readonly<Record<'P-TID' | 'NAF_Id' | 'key expiry', string>> & {
        readonly 'UICC-ME': 'GBA_ME' | 'GBA_U'
      }
      readonly GPI: string
    }
  }
}

describe.each(chain.cases as unknown as readonly PushCase[])('the GPI of $kind in the key chain', (one) => {
  const { aka, GPI: vector } = one.push
  const { inputs } = vector
  const octets = fromHex(vector.GPI)
  const pushed = {
    uiccMe: inputs['UICC-ME'],
    rand: Rand(fromHex(aka.RAND)),
    autn:
      inputs['UICC-ME'] === 'GBA_U'
        ? gbaUAutn(Autn(fromHex(aka.AUTN)), Ik(fromHex(aka.IK)))
        : Autn(fromHex(aka.AUTN)),
  }
  const inside = {
    ptId: PTid(fromHex(inputs['P-TID'])),
    nafId: NafId(fromHex(inputs.NAF_Id)),
    keyExpiry: Instant(Date.parse(inputs['key expiry'])),
  }
  const [theKs, theImpi] = [Ks(fromHex(aka.Ks)), Impi(one.names.IMPI)]
  const theKGpi = kGpiOf(theKs, pushed.rand, theImpi)

  it('is made octet for octet, read and opened', () => {
    expect(hex(makeGpi({ ...pushed, ...inside, impi: theImpi, ks: theKs }))).toBe(vector.GPI)
    expect(readGpi(octets)).toEqual({ ...pushed, uiccAppLabel: 'USIM' })
    expect(openGpi(octets, theKGpi)).toEqual(inside)
  })

  it('R23, B27: is refused with any bit flipped', () => {
    for (let bit = 0; bit < 8 * octets.length; bit++)
      expect(() => openGpi(flipped(octets, bit), theKGpi), `bit ${bit}`).toThrow(/MAC of the GPI|at octet/)
  })

  it('R23: is refused under another Ks and for another IMPI', () => {
    const otherKs = Ks(flipped(theKs, 255))
    expect(() => openGpi(octets, kGpiOf(otherKs, pushed.rand, theImpi))).toThrow(MacMismatch)
    const otherImpi = Impi(`2${one.names.IMPI}`)
    expect(() => openGpi(octets, kGpiOf(theKs, pushed.rand, otherImpi))).toThrow(MacMismatch)
  })
})

describe('B27: the form of a GPI', () => {
  const cut = Array.from({ length: gpi.length }, (_, length) => gpi.subarray(0, length))
  it('cut after any octet: malformed', () => {
    for (const octets of cut) expect(() => readGpi(octets), `${octets.length}`).toThrow(MalformedMessage)
  })

  it.each([
    ['an octet after the MAC', concat(gpi, Uint8Array.of(0))],
    ['1025 octets', concat(gpi, new Uint8Array(1025 - gpi.length))],
    ['64 KiB', new Uint8Array(65_536).fill(0x10)],
    ['version 0', gpi.with(0, 0x00)],
    ['version 2', gpi.with(0, 0x20)],
    ['a reserved bit of the first octet', gpi.with(0, 0x11)],
    ['label CSIM', gpi.with(34, 0x43)],
    ['label usim', concat(gpi.subarray(0, 34), utf8('usim'), gpi.subarray(38))],
    ['an empty label', concat(gpi.subarray(0, 33), Uint8Array.of(0), gpi.subarray(38))],
    ['a ciphertext longer than the rest', gpi.with(38, 0xff)],
  ])('%s: malformed', (_, octets) => {
    expect(() => readGpi(octets)).toThrow(MalformedMessage)
    expect(() => openGpi(octets, kGpi)).toThrow(MalformedMessage)
  })

  it('reads the longest there may be, 1024 octets', () => {
    const filler = tlv(0x80, new Uint8Array(1024 - gpi.length - 3))
    const octets = sealed(concat(example.plain, filler))
    expect(octets).toHaveLength(1024)
    expect(openGpi(octets, kGpi)).toEqual({ ptId, nafId, keyExpiry })
  })

  it('reads the label of an ISIM', () =>
    expect(readGpi(concat(gpi.subarray(0, 34), utf8('ISIM'), gpi.subarray(38))).uiccAppLabel).toBe('ISIM'))
})

describe('B27: what is sealed in a GPI', () => {
  const p = tlv(1, ptId)
  const n = tlv(2, nafId)
  const e = tlv(3, fromHex('f08f9000'))
  const opened = (...fields: readonly Uint8Array[]) => openGpi(sealed(concat(...fields)), kGpi)

  it.each([
    ['P-TID of 8 octets', [p, n, e]],
    ['P-TID of 16 octets', [tlv(1, new Uint8Array(16)), n, e]],
    ['security features of 64 octets', [p, n, e, tlv(4, new Uint8Array(64))]],
    ['tags of a later version', [p, n, e, tlv(0x80, new Uint8Array(0)), tlv(0xff, utf8('later'))]],
  ])('%s: taken', (_, fields) => expect(opened(...fields)).toMatchObject({ nafId, keyExpiry }))

  it.each([
    ['nothing', []],
    ['P-TID of 7 octets', [tlv(1, new Uint8Array(7)), n, e]],
    ['P-TID of 17 octets', [tlv(1, new Uint8Array(17)), n, e]],
    ['no P-TID', [n, e]],
    ['no NAF_Id', [p, e]],
    ['no expiry', [p, n]],
    ['NAF_Id that is none', [p, tlv(2, utf8('PKMF?12345')), e]],
    ['expiry of 3 octets', [p, n, tlv(3, new Uint8Array(3))]],
    ['expiry of 5 octets', [p, n, tlv(3, new Uint8Array(5))]],
    ['security features of 65 octets', [p, n, e, tlv(4, new Uint8Array(65))]],
    ['a field twice', [p, p, n, e]],
    ['descending tags', [n, p, e]],
    ['tag 0', [tlv(0, new Uint8Array(0)), p, n, e]],
    ['tag 5', [p, n, e, tlv(5, new Uint8Array(0))]],
    ['tag 0x7f', [p, n, e, tlv(0x7f, new Uint8Array(0))]],
    ['a field cut short', [p, n, e.subarray(0, 6)]],
    ['a tag without a length', [p, n, e, Uint8Array.of(0x80)]],
  ])('%s: malformed, though the MAC is right', (_, fields) =>
    expect(() => opened(...fields)).toThrow(MalformedMessage),
  )
})

describe('what may go into a GPI', () => {
  const push = { uiccMe: 'GBA_ME', rand, autn, ptId, nafId, impi, ks } as const

  it.each(['2036-02-07T06:28:15Z', '2036-02-07T06:28:16Z', '2100-01-01T00:00:00Z'])('expiry %s', (time) => {
    const made = makeGpi({ ...push, keyExpiry: Instant(Date.parse(time)) })
    expect(new Date(openGpi(made, kGpi).keyExpiry).toISOString()).toBe(time.replace('Z', '.000Z'))
  })

  it('the longest identities make 340 octets', () => {
    const fqdn = Fqdn(`${'a.'.repeat(124)}aa`)
    const longest = { nafId: nafIdOf(fqdn, uaIds.prose), ptId: PTid(new Uint8Array(16).fill(1)), keyExpiry }
    const made = makeGpi({ ...push, ...longest })
    expect(made).toHaveLength(340)
    expect(openGpi(made, kGpi)).toEqual(longest)
  })

  it('R33: a key that was wiped makes and opens none', () => {
    const wiped = [Ks(ks), KsNaf(kGpi)] as const
    wipe(...wiped)
    expect(() => makeGpi({ ...push, keyExpiry, ks: wiped[0] })).toThrow(InvalidValue)
    expect(() => openGpi(gpi, wiped[1])).toThrow(InvalidValue)
  })

  it.each([7, 17])('R30: no P-TID of %i octets', (length) =>
    expect(() => PTid(new Uint8Array(length))).toThrow(InvalidValue),
  )
})
