import { inspect } from 'node:util'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fromHex, hex, utf8 } from '../../../src/core/bytes.ts'
import { InvalidValue, MacMismatch, MalformedMessage } from '../../../src/core/errors.ts'
import { Pdk } from '../../../src/core/keys.ts'
import { eeas } from '../../../src/crypto/eea.ts'
import { eias } from '../../../src/crypto/eia.ts'
import {
  CounterExhausted,
  ReplayedMessage,
  UnknownContext,
} from '../../../src/reference-points/pc5/errors.ts'
import type { Lcid } from '../../../src/reference-points/pc5/pdcp.ts'
import { ReplayWindow } from '../../../src/reference-points/pc5/replay-window.ts'
import {
  protect,
  SecurityContext,
  snLimits,
  unprotect,
} from '../../../src/reference-points/pc5/security-context.ts'
import { contextOf, nonce1, nonce2, pdkOfExample, pdkOfSeedForm } from './samples.ts'

const keepalive = fromHex('040003' + '00000000')
let ue1: SecurityContext
let ue2: SecurityContext
beforeEach(() => {
  ue1 = contextOf('commanded')
  ue2 = contextOf('commanding')
})
const send = (context: SecurityContext, lcid: Exclude<Lcid, 28> = 30) =>
  lcid <= 10
    ? protect(context, { lcid, sduType: 'non-ip', sdu: utf8('data') })
    : protect(context, { lcid, sduType: 'pc5-signalling', sdu: keepalive })
const sendMany = (count: number, lcid?: Exclude<Lcid, 28>) =>
  Array.from({ length: count }, () => send(ue1, lcid))

describe('counters', () => {
  it('R27: one send counter over all channels, from 1', () => {
    const sns = [29, 30, 1, 2, 30].map((lcid) => send(ue1, lcid as 1)[4])
    expect(sns).toEqual([1, 2, 3, 4, 5])
  })

  it('R27: no SN is sent twice, and after 0xffff nothing is sent', () => {
    const seen = new Set<number>()
    while (ue1.nextSn < snLimits.last) seen.add(ue1.takeSn())
    expect(hex(send(ue1).subarray(3, 5))).toBe('ffff')
    expect(seen.size).toBe(snLimits.last - 1)
    expect(seen.has(0)).toBe(false)
    expect(() => send(ue1)).toThrow(CounterExhausted)
    expect(() => send(ue1)).toThrow(CounterExhausted)
  })

  it('R27: one keystream each for every channel and direction', () => {
    const pieces = [
      send(contextOf('commanded'), 30),
      send(contextOf('commanding'), 30),
      protect(contextOf('commanded'), { lcid: 1, sduType: 'non-ip', sdu: keepalive }),
      protect(contextOf('commanded'), { lcid: 2, sduType: 'non-ip', sdu: keepalive }),
    ].map((pdu) => hex(pdu.subarray(5, -4)))
    expect(new Set(pieces).size).toBe(pieces.length)
  })
})

describe('replay', () => {
  it('B30: a PDU seen before is refused, also after others', () => {
    const pdus = sendMany(5)
    for (const pdu of pdus) unprotect(ue2, 30, pdu)
    for (const pdu of pdus) expect(() => unprotect(ue2, 30, pdu)).toThrow(ReplayedMessage)
  })

  it.each([
    [30, 64],
    [29, 64],
    [1, 1024],
    [10, 1024],
  ] as const)(
    'B30: LCID %i takes what is in the window of %i in any order, and nothing older',
    (lcid, size) => {
      const pdus = sendMany(size + 3, lcid)
      const [tooOld, oldest] = [pdus.at(-1 - size), pdus.at(-size)]
      const newest = pdus.at(-1)
      if (!tooOld || !oldest || !newest) throw new Error('too few PDUs')
      unprotect(ue2, lcid, newest)
      expect(() => unprotect(ue2, lcid, tooOld)).toThrow(ReplayedMessage)
      expect(unprotect(ue2, lcid, oldest).sn).toBe(4)
      expect(() => unprotect(ue2, lcid, oldest)).toThrow(ReplayedMessage)
    },
  )

  it('B30: SN 0 is refused', () => {
    const pdu = send(ue1)
    pdu.fill(0, 3, 5)
    expect(() => unprotect(ue2, 30, pdu)).toThrow(MalformedMessage)
  })

  it('R27: each channel has a window of its own', () => {
    const [first, second] = [send(ue1, 1), send(ue1, 30)]
    unprotect(ue2, 30, second)
    expect(unprotect(ue2, 1, first).sn).toBe(1)
  })

  it('R27: a PDU whose MAC-I is bad moves no window', () => {
    const [early, forged] = [send(ue1), send(ue1)]
    for (const sn of [0x0002, 0x7fff, 0xffff]) {
      forged[3] = sn >> 8
      forged[4] = sn & 0xff
      forged[5] = (forged[5] ?? 0) ^ 1
      expect(() => unprotect(ue2, 30, forged)).toThrow(MacMismatch)
    }
    expect(unprotect(ue2, 30, early).sn).toBe(1)
    expect(unprotect(ue2, 30, send(ue1)).sn).toBe(3)
  })

  it('R26: after 1000 bad PDUs the good one is taken', () => {
    const good = send(ue1)
    for (let bad = 0; bad < 1000; bad++) {
      const pdu = good.slice()
      pdu[good.length - 1 - (bad % 4)] = bad & 0xff
      if (hex(pdu) !== hex(good)) expect(() => unprotect(ue2, 30, pdu)).toThrow(MacMismatch)
    }
    expect(unprotect(ue2, 30, good).sdu).toEqual(keepalive)
  })

  it('keeps only SNs below the highest in mind', () => {
    const window = new ReplayWindow(64)
    for (const sn of [1, 64, 65]) window.accept(sn)
    expect([1, 2, 63, 64, 65, 66, 129].map((sn) => window.isFresh(sn))).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      true,
    ])
  })
})

describe('what the MAC-I binds', () => {
  it('R28: a PDU that comes back to its sender is refused', () => {
    for (const lcid of [1, 29, 30] as const) {
      expect(() => unprotect(ue1, lcid, send(ue1, lcid))).toThrow(MacMismatch)
      expect(() => unprotect(ue2, lcid, send(ue2, lcid))).toThrow(MacMismatch)
    }
  })

  it('R28: a PDU under another SDU type, or with another message, is refused', () => {
    const [signalling, data] = [send(ue1, 29), send(ue1, 1)]
    const withOctet = (pdu: Uint8Array, at: number, octet: number) =>
      Uint8Array.from(pdu).fill(octet, at, at + 1)
    expect(() => unprotect(ue2, 29, withOctet(signalling, 5, 0x05))).toThrow(MacMismatch)
    expect(() => unprotect(ue2, 1, withOctet(data, 0, 0))).toThrow(MacMismatch)
    expect(unprotect(ue2, 1, data).sduType).toBe('non-ip')
  })

  it('a PDU on another channel is refused', () => {
    expect(() => unprotect(ue2, 2, send(ue1, 1))).toThrow(MacMismatch)
    expect(() => unprotect(ue2, 29, send(ue1, 30))).toThrow(MacMismatch)
  })

  it('B29: a PDU of another link with the same PDK is refused', () => {
    const pdu = send(ue1)
    expect(() => unprotect(contextOf('commanding', pdkOfSeedForm, 0x5ac4), 30, pdu)).toThrow(UnknownContext)
    const otherNonce = new SecurityContext({
      pdk: pdkOfSeedForm,
      nonce1,
      nonce2: nonce1,
      algorithms: { eea: 2, eia: 2 },
      kdSessId: 0x5ac3,
      side: 'commanding',
    })
    expect(() => unprotect(otherNonce, 30, pdu)).toThrow(MacMismatch)
    expect(() => unprotect(contextOf('commanding', pdkOfExample), 30, pdu)).toThrow(MacMismatch)
  })

  it('B17: a MAC-I of zeros, or cut to 3 octets, is refused', () => {
    const pdu = send(ue1, 29)
    expect(() => unprotect(ue2, 29, pdu.subarray(0, -1))).toThrow(MacMismatch)
    pdu.fill(0, -4)
    expect(() => unprotect(ue2, 29, pdu)).toThrow(MacMismatch)
  })
})

describe('keys', () => {
  it.each([
    ['0 octets', ''],
    ['31 octets', '11'.repeat(31)],
    ['33 octets', '11'.repeat(33)],
    ['zeros', '00'.repeat(32)],
  ])('R30: a PDK of %s is refused', (_, text) => {
    expect(() => Pdk(fromHex(text))).toThrow(InvalidValue)
  })

  it.each([0, 15, 17])('R30: a nonce of %i octets is refused before anything is derived', (length) => {
    const inputs = {
      pdk: pdkOfSeedForm,
      algorithms: { eea: 2, eia: 2 },
      kdSessId: 0x5ac3,
      side: 'commanded',
    } as const
    const nonce = new Uint8Array(length).fill(1)
    expect(() => new SecurityContext({ ...inputs, nonce1: nonce, nonce2 })).toThrow(InvalidValue)
    expect(() => new SecurityContext({ ...inputs, nonce1, nonce2: nonce })).toThrow(InvalidValue)
  })

  it.each([0, 0x00c3, 0x5a00, 0x10000, -1, 1.5])('R30: KD-sess ID %d is refused', (kdSessId) => {
    expect(() => contextOf('commanded', pdkOfSeedForm, kdSessId)).toThrow(InvalidValue)
  })

  it('R31: shows fingerprints, equal on both sides, and no key', () => {
    expect(ue1.fingerprints).toEqual(ue2.fingerprints)
    expect(ue1.fingerprints['KD-sess']).toMatch(/^[0-9a-f]{8}$/)
    const shown = inspect(ue1, { depth: 9, showHidden: true }) + JSON.stringify(ue1)
    for (const key of [
      '03fe1cb198454e493277fff9cab63269d91fd8705c62962007cac5947d008657',
      'b22ef825b0421445a65551a555fddd0c',
      '37361aec0cf9aade0e8a6785eed9dbc7',
    ])
      expect(shown).not.toContain(key)
  })

  it('R31, R33: a wiped context still has the fingerprints that were asked for, and makes none of wiped keys', () => {
    const asked = ue1.fingerprints
    ue1.wipe()
    ue2.wipe()
    expect(ue1.fingerprints).toEqual(asked)
    expect(() => ue2.fingerprints).toThrow(UnknownContext)
  })

  it('tells the COUNT of the PDU that came next, also after it', () => {
    const inputs = ue2.inputsOfNext(30)
    send(ue2)
    send(ue2)
    expect(inputs()).toMatchObject({ count: ue2.kdSessId * 0x10000 + 1, bearer: 30, direction: 1 })
  })

  it('R33: a wiped context protects and accepts nothing', () => {
    const pdu = send(ue2)
    ue1.wipe()
    expect(() => send(ue1)).toThrow(CounterExhausted)
    expect(() => unprotect(ue1, 30, pdu)).toThrow(UnknownContext)
  })

  it('R33: a wiped context has its algorithms forget its keys', () => {
    const made: { readonly forget: () => void }[] = []
    const watched = <UnderKey extends (typeof made)[number]>(underKey: UnderKey): UnderKey => {
      const spied = { ...underKey, forget: vi.fn() }
      made.push(spied)
      return spied
    }
    for (const eea of eeas) {
      const { under } = eea
      vi.spyOn(eea, 'under').mockImplementation((key) => watched(under(key)))
    }
    for (const eia of eias) {
      const { under } = eia
      vi.spyOn(eia, 'under').mockImplementation((key) => watched(under(key)))
    }
    const context = contextOf('commanded')
    vi.restoreAllMocks()
    context.wipe()
    expect(made).toHaveLength(2)
    for (const { forget } of made) expect(forget).toHaveBeenCalledOnce()
  })
})
