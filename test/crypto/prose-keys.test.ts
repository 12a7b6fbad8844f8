import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { keyOctets, KsNaf, Pdk } from '../../src/core/keys.ts'
import { eeaById } from '../../src/crypto/eea.ts'
import { eiaById } from '../../src/crypto/eia.ts'
import { deriveKdSess, derivePdk, derivePek, derivePik } from '../../src/crypto/prose-keys.ts'

const nonce1 = new Uint8Array(16).fill(0x11)
const nonce2 = new Uint8Array(16).fill(0x22)

describe.each([
  {
    name: 'a counting Ks_NAF',
    ksNaf: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    pdk: 'c7054aa0dc2210399ff4ac7bcb7ab4d8ef7977b3e972b3e878c21637df1331d4',
    kdSess: '276b8111c42b38f4a85f85581df930616aa91dae3eb21d812df83fd9bff5069c',
    pek: 'ac16a8cd0d7dfda19edd52b33b6f9ec6',
    pik: 'c5606ab64cd0b9f4ea48cde80e44c9bb',
  },
  {
    name: 'the Ks_NAF of MILENAGE set 1',
    ksNaf: 'fc917a121a4f42f881173d880bdf7f63a80d3d6c2d6f5b624dd8e283813aa3a7',
    pdk: 'ab4b5f79d898e8de3c6a340e9c2a1989e514c6f2c8a8807706bb47599cb29924',
    kdSess: '03fe1cb198454e493277fff9cab63269d91fd8705c62962007cac5947d008657',
    pek: 'b22ef825b0421445a65551a555fddd0c',
    pik: '37361aec0cf9aade0e8a6785eed9dbc7',
  },
])('worked example from $name', (example) => {
  const pdk = derivePdk(KsNaf(fromHex(example.ksNaf)), ProseUeId(0x0a0b0c))
  const kdSess = deriveKdSess(pdk, nonce1, nonce2)

  it('PDK, KD-sess, PEK and PIK of 128-EEA2 and 128-EIA2', () => {
    expect([pdk, kdSess, derivePek(kdSess, 2), derivePik(kdSess, 2)].map(hex)).toEqual([
      example.pdk,
      example.kdSess,
      example.pek,
      example.pik,
    ])
  })

  it('every other input gives another key', () => {
    expect(hex(derivePdk(KsNaf(fromHex(example.ksNaf)), ProseUeId(0x0a0b0d)))).not.toBe(example.pdk)
    expect(hex(deriveKdSess(pdk, nonce2, nonce1))).not.toBe(example.kdSess)
    const keys = ([0, 1, 2, 3] as const).map((id) => hex(derivePek(kdSess, id)))
    const integrityKeys = ([1, 2, 3] as const).map((id) => hex(derivePik(kdSess, id)))
    expect(new Set([...keys, ...integrityKeys])).toHaveProperty('size', 7)
  })
})

describe('R30: inputs of another length throw before anything is derived', () => {
  const pdk = Pdk(new Uint8Array(32).fill(1))

  it.each([0, 15, 17, 32])('nonces of %i octets', (length) => {
    const nonce = new Uint8Array(length).fill(1)
    expect(() => deriveKdSess(pdk, nonce, nonce2)).toThrow(InvalidValue)
    expect(() => deriveKdSess(pdk, nonce1, nonce)).toThrow(InvalidValue)
    const ksNaf = KsNaf(new Uint8Array(32).fill(1))
    expect(() => derivePdk(ksNaf, ProseUeId(1), nonce)).toThrow(InvalidValue)
  })

  it.each([0, 31, 33])('R30: a PDK of %i octets is not accepted', (length) => {
    const octets = new Uint8Array(length).fill(1)
    expect(() => Pdk(octets)).toThrow(InvalidValue)
    expect(() => deriveKdSess(keyOctets(octets) as Pdk, nonce1, nonce2)).toThrow(InvalidValue)
  })

  it('R30: a PDK of zeros is not accepted', () => {
    expect(() => Pdk(new Uint8Array(32))).toThrow(InvalidValue)
    expect(() => deriveKdSess(keyOctets(new Uint8Array(32)) as Pdk, nonce1, nonce2)).toThrow(InvalidValue)
  })
})

describe('worked example of protected packets: EEA2, EIA2, KD-sess ID 5ac3', () => {
  const kdSess = deriveKdSess(
    derivePdk(
      KsNaf(fromHex('fc917a121a4f42f881173d880bdf7f63a80d3d6c2d6f5b624dd8e283813aa3a7')),
      ProseUeId(0x0a0b0c),
    ),
    nonce1,
    nonce2,
  )
  const command = `0c00017070${'22'.repeat(16)}22c3720a0b0c745a`

  it.each([
    {
      name: 'COMMAND',
      sn: 1,
      bearer: 29,
      direction: 1,
      header: '405ac30001',
      sdu: command,
      data: command,
      mac: 'ee1c9579',
    },
    {
      name: 'COMPLETE',
      sn: 1,
      bearer: 29,
      direction: 0,
      header: '405ac30001',
      sdu: '0d0002',
      data: '0d0002',
      mac: 'b99444dd',
    },
    {
      name: 'ACCEPT',
      sn: 2,
      bearer: 30,
      direction: 1,
      header: '405ac30002',
      sdu: '02000204',
      data: 'ba5c2b08',
      mac: '4bea1392',
    },
    {
      name: '"hello"',
      sn: 2,
      bearer: 1,
      direction: 0,
      header: '605ac30002',
      sdu: '68656c6c6f',
      data: 'b9e0613684',
      mac: '64e06e3f',
    },
  ] as const)('$name', ({ sn, bearer, direction, header, sdu, data, mac }) => {
    const inputs = [0x5ac30000 + sn, bearer, direction] as const
    expect(hex(eiaById(2)?.mac(derivePik(kdSess, 2), ...inputs, fromHex(header + sdu)) ?? nonce1)).toBe(mac)
    const enciphered = eeaById(2)?.crypt(derivePek(kdSess, 2), ...inputs, fromHex(sdu)) ?? nonce1
    if (data === sdu) expect(hex(enciphered)).not.toBe(data)
    else expect(hex(enciphered)).toBe(data)
  })
})
