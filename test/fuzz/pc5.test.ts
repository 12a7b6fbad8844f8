import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, hex } from '../../src/core/bytes.ts'
import { MacMismatch, MalformedMessage, ProseError } from '../../src/core/errors.ts'
import {
  decodeDiscovery,
  encodeDiscovery,
  explainDiscovery,
} from '../../src/reference-points/pc5/discovery.ts'
import { ReplayedMessage, UnknownContext } from '../../src/reference-points/pc5/errors.ts'
import { explainFrame } from '../../src/reference-points/pc5/explain-frame.ts'
import {
  decodeSdu,
  describe as fieldsOf,
  encodeSdu,
  explainSdu,
} from '../../src/reference-points/pc5/messages.ts'
import { decodePdu, encodePdcpHeader, type Lcid } from '../../src/reference-points/pc5/pdcp.ts'
import { protect, unprotect } from '../../src/reference-points/pc5/security-context.ts'
import { decodeFrame, encodeFrame } from '../../src/reference-points/pc5/sl-sch.ts'
import type { Explanation } from '../../src/wire/explanation.ts'
import { pc5Message } from '../reference-points/pc5/arbitrary.ts'
import { contextOf } from '../reference-points/pc5/samples.ts'
import { disturbed } from '../wire/tlv/arbitrary.ts'

const runs = { numRuns: 10_000 }
const sdu = pc5Message.map(encodeSdu)
const noise = fc.uint8Array({ maxLength: 400 })
const anySdu = fc.oneof(disturbed(sdu), disturbed(disturbed(sdu)), noise)
const lcid = fc.constantFrom<Lcid>(1, 2, 10, 28, 29, 30)

/** A value, or undefined for the one typed error; anything else fails the test. */
function attempt<Value>(act: () => Value): Value | undefined {
  try {
    return act()
  } catch (error) {
    if (error instanceof MalformedMessage) {
      expect(error.offset).toBeGreaterThanOrEqual(0)
      return undefined
    }
    throw error
  }
}

/** Ranges follow each other without a gap, inside the octets. */
function expectCovered({ ranges, stopped }: Explanation, length: number): void {
  let at = 0
  for (const { from, valueFrom, to } of ranges) {
    expect([from <= valueFrom, valueFrom <= to, to <= length]).toEqual([true, true, true])
    expect(from).toBe(at)
    at = to
  }
  if (!stopped) expect(at).toBe(length)
}

describe('PC5 signalling', () => {
  it('every message of the table comes back as it went', () => {
    fc.assert(
      fc.property(pc5Message, (sent) => {
        const octets = encodeSdu(sent)
        expect(decodeSdu(octets)).toEqual(sent)
        expect(Object.keys(fieldsOf(sent)).length).toBe(Object.keys(sent).length - 1)
        expectCovered(explainSdu(octets), octets.length)
      }),
      { numRuns: 3_000 },
    )
  })

  it('any octets give a message that comes back as it was read, or MalformedMessage', () => {
    fc.assert(
      fc.property(anySdu, (octets) => {
        const decoded = attempt(() => decodeSdu(octets))
        if (decoded) expect(decodeSdu(encodeSdu(decoded))).toEqual(decoded)
      }),
      runs,
    )
  })

  it('any octets can be explained', () => {
    fc.assert(
      fc.property(anySdu, (octets) => expectCovered(explainSdu(octets), octets.length)),
      { numRuns: 3_000 },
    )
  })
})

describe('PDCP', () => {
  const header = fc.record({
    sduType: fc.constantFrom('ip' as const, 'pc5-signalling' as const, 'non-ip' as const),
    kdSessId: fc.constantFrom(0, 0x5ac3, 0xffff),
    sn: fc.nat(0xffff),
  })
  const pdu = fc.oneof(
    fc.tuple(header, noise).map(([fields, data]) => concat(encodePdcpHeader(fields), data)),
    noise,
  )

  it('any octets give the parts of a PDU, or MalformedMessage', () => {
    fc.assert(
      fc.property(lcid, pdu, (channel, octets) => {
        const parts = attempt(() => decodePdu(channel, octets))
        if (parts) expect(hex(concat(parts.header, parts.data, parts.mac))).toBe(hex(octets))
      }),
      runs,
    )
  })

  it('R26, R27: no octets without the keys are taken, and none of them moves a window', () => {
    const [ue1, ue2] = [contextOf('commanded'), contextOf('commanding')]
    const channel = fc.constantFrom<Exclude<Lcid, 28>>(1, 29, 30)
    const good = fc.uint8Array({ minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(channel, good, fc.nat(), fc.nat(7), (on, data, at, bit) => {
        if (ue1.nextSn > 0xf000) return
        const sent = protect(ue1, { lcid: on, sduType: on === 1 ? 'non-ip' : 'pc5-signalling', sdu: data })
        const bad = sent.slice()
        bad[at % bad.length] = (bad[at % bad.length] ?? 0) ^ (1 << bit)
        expect(refusal(() => unprotect(ue2, on, bad))).toBe(true)
        expect(unprotect(ue2, on, sent).sdu).toEqual(data)
        expect(refusal(() => unprotect(ue2, on, sent))).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })
})

function refusal(act: () => unknown): boolean {
  try {
    act()
  } catch (error) {
    const typed = [MalformedMessage, MacMismatch, ReplayedMessage, UnknownContext]
    if (error instanceof ProseError && typed.some((type) => error instanceof type)) return true
    throw error
  }
  return false
}

describe('lab bearer', () => {
  const frame = fc
    .tuple(fc.constantFrom(0x30, 0x3f, 0x40), fc.uint8Array({ minLength: 6, maxLength: 6 }), lcid, anySdu)
    .map(([first, addresses, channel, rest]) =>
      concat(Uint8Array.of(first), addresses, Uint8Array.of(channel), rest),
    )
  const anyFrame = fc.oneof(frame, disturbed(frame), noise)

  it('any octets give a frame that comes back as it was read, or MalformedMessage', () => {
    fc.assert(
      fc.property(anyFrame, (octets) => {
        const decoded = attempt(() => decodeFrame(octets))
        if (decoded) expect(decodeFrame(encodeFrame(decoded))).toEqual(decoded)
      }),
      runs,
    )
  })

  it('any frame can be explained', () => {
    fc.assert(
      fc.property(anyFrame, fc.constantFrom('seed', 'final'), (octets, profile) =>
        expectCovered(explainFrame(octets, undefined, profile), octets.length),
      ),
      { numRuns: 3_000 },
    )
  })
})

describe('discovery', () => {
  const body = fc.uint8Array({ minLength: 28, maxLength: 28 })
  const near = fc
    .tuple(fc.constantFrom(0x91, 0x92, 0x96, 0x99, 0x9a, 0x9e), body, fc.nat(3))
    .map(([type, rest, composition]) => {
      const octets = concat(Uint8Array.of(type), rest)
      if (type === 0x96 || type === 0x9e) octets[10] = composition
      return octets
    })
  const anyDiscovery = fc.oneof(near, disturbed(near), noise)

  it('any octets give a message that comes back as it was read, or MalformedMessage', () => {
    fc.assert(
      fc.property(anyDiscovery, (octets) => {
        const decoded = attempt(() => decodeDiscovery(octets))
        if (decoded) expect(decodeDiscovery(encodeDiscovery(decoded))).toEqual(decoded)
        for (const { from, to } of explainDiscovery(octets).ranges)
          expect([from < to, to <= 29]).toEqual([true, true])
      }),
      runs,
    )
  })
})
