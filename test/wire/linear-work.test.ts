import { describe, expect, it } from 'vitest'
import { concat } from '../../src/core/bytes.ts'
import { encodeAvp, readAvps } from '../../src/wire/diameter/avp.ts'
import { routeRecord } from '../../src/wire/diameter/avps-base.ts'
import { decodeRows, repeated } from '../../src/wire/diameter/grammar.ts'
import { findAvp } from '../../src/wire/diameter/message.ts'
import { pc5Messages } from '../../src/reference-points/pc5/messages.ts'
import { delimit } from '../../src/wire/tlv/delimit.ts'

/** The octets, and how many of them were read one by one. */
function counted(octets: Uint8Array) {
  const count = { reads: 0 }
  const proxy = new Proxy(octets, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) count.reads++
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return { octets: proxy, count }
}

/** Work for one and for four times as much input: a quadratic reader would do sixteen times as much. */
const growth = (work: (size: number) => number) => work(1000) / work(250)

describe('R40: work grows with the octets, not with their square', () => {
  it('Diameter: octets read', () => {
    const work = (avps: number) => {
      const whole = concat(...Array.from({ length: avps }, () => encodeAvp(routeRecord, new Uint8Array(5))))
      const { octets, count } = counted(whole)
      expect(readAvps(octets, 0, octets.length, findAvp)).toHaveLength(avps)
      return count.reads
    }
    expect(work(250)).toBeGreaterThan(250)
    expect(growth(work)).toBeLessThan(4.5)
  })

  it('Diameter: AVPs looked at for the values of a command', () => {
    const work = (count: number) => {
      const octets = concat(
        ...Array.from({ length: count }, () => encodeAvp(routeRecord, new Uint8Array(5).fill(0x61))),
      )
      let looks = 0
      const avps = readAvps(octets, 0, octets.length, findAvp).map((avp) => ({
        ...avp,
        get definition() {
          looks++
          return avp.definition
        },
        data: new TextEncoder().encode('a.example'),
      }))
      expect(decodeRows([repeated(routeRecord)], avps)['Route-Record']).toHaveLength(count)
      return looks
    }
    expect(work(250)).toBeGreaterThanOrEqual(250)
    expect(growth(work)).toBeLessThan(4.5)
  })

  it('PC5 signalling: octets read of elements that are refused, each as often as it comes', () => {
    const message = pc5Messages.directCommunicationRequest
    const leading = Object.values(message.fields)
      .filter(({ iei }) => iei === undefined)
      .map(({ codec }) =>
        codec.min === codec.max
          ? new Uint8Array(codec.min)
          : Uint8Array.of(codec.min, ...new Uint8Array(codec.min)),
      )
    const { codec } = message.fields.secondUserInfo
    const refused = Uint8Array.of(0x01, codec.min, ...new Uint8Array(codec.min))
    const work = (elements: number) => {
      const whole = concat(
        Uint8Array.of(message.type),
        ...leading,
        ...Array.from({ length: elements }, () => refused),
      )
      const { octets, count } = counted(whole)
      const found = delimit(pc5Messages, octets)
      expect('fault' in found).toBe(false)
      expect(found.slices).toHaveLength(leading.length + elements)
      return count.reads
    }
    expect(work(250)).toBeGreaterThan(250)
    expect(growth(work)).toBeLessThan(4.5)
  })
})
