import { readU32 } from '../../core/bytes.ts'
import { written, type OctetWriter } from '../../core/octet-writer.ts'
import type { PartsForm } from '../inside.ts'
import { MalformedDiameter } from './malformed.ts'
import { resultCodes } from './result.ts'

/** An AVP as it stands in a message; `data` is a view of the octets of the message. RFC 6733 4.1. */
export interface Avp {
  readonly code: number
  /** 0 when the V bit is clear. */
  readonly vendorId: number
  readonly mandatory: boolean
  readonly data: Uint8Array
  /** Of its first octet, within the octets read. */
  readonly offset: number
  /** Name and form, undefined for an AVP that no table knows. */
  readonly definition: AvpDefinition<string, unknown> | undefined
  /** AVPs within, for type Grouped. */
  readonly children: readonly Avp[]
}

/** How the data of an AVP are written. RFC 6733 4.2 to 4.5. */
export interface AvpType<Value> {
  readonly name: string
  /** Octets of the shortest data: what a Failed-AVP shows of an AVP that is missing or cut. */
  readonly shortest: number
  /** What each number is called. */
  readonly values?: Readonly<Record<string, number>>
  /** `opaque` may hold AVPs that no table knows (Failed-AVP). */
  readonly grouped?: 'typed' | 'opaque'
  encode(value: Value, into: OctetWriter): void
  /** Throws InvalidValue (becomes 5004) or MalformedDiameter. */
  decode(avp: Avp): Value
}

/** A row of the AVP tables. */
export interface AvpDefinition<Name extends string, Value> {
  readonly name: Name
  readonly code: number
  /** 0 for the AVPs of RFC 6733. */
  readonly vendorId: number
  readonly type: AvpType<Value>
  /** M bit as we send it. */
  readonly mandatory: boolean
  /** Holds a key, always or only in answers: zeroed in captures and never described (R31). */
  readonly secret?: 'always' | 'in answers'
  /** Holds an identity of a subscriber: described only masked (R31). */
  readonly identity?: boolean
  /** What stands in its octets. */
  readonly inside?: PartsForm
}

/** Finds the row of (code, vendor). */
export type FindDefinition = (code: number, vendorId: number) => AvpDefinition<string, unknown> | undefined

/** Grouped AVPs within grouped AVPs: no deeper (R40). */
const deepest = 8
/** What a Failed-AVP repeats of a long AVP, in octets. */
const longestFailedData = 1024

type Head = Pick<Avp, 'code' | 'vendorId' | 'mandatory'>

/** Where it begins; its length is not known yet. */
function begin(into: OctetWriter, { code, vendorId, mandatory }: Head): number {
  const at = into.length
  into.uint(code, 4)
  into.uint((vendorId === 0 ? 0 : 0x80) | (mandatory ? 0x40 : 0), 1)
  into.zeros(3)
  if (vendorId !== 0) into.uint(vendorId, 4)
  return at
}

function end(into: OctetWriter, at: number): void {
  const length = into.length - at
  into.uintAt(at + 5, length, 3)
  into.zeros(-length & 3)
}

/** Header, data and zero padding of one AVP. */
export const encodeAvp = (head: Head, data: Uint8Array): Uint8Array =>
  written((into) => {
    const at = begin(into, head)
    into.octets(data)
    end(into, at)
  })

/** The same of a value. */
export function writeAvp<Value>(
  into: OctetWriter,
  definition: AvpDefinition<string, Value>,
  value: Value,
): void {
  const at = begin(into, definition)
  definition.type.encode(value, into)
  end(into, at)
}

/** An AVP of this value, for a Failed-AVP. */
export const avpOf = <Value>(definition: AvpDefinition<string, Value>, value: Value): Uint8Array =>
  written((into) => writeAvp(into, definition, value))

/** The AVP for a Failed-AVP that has the shortest possible data, all zero. RFC 6733 7.5. */
export const emptyAvp = (definition: AvpDefinition<string, unknown>): Uint8Array =>
  encodeAvp(definition, new Uint8Array(definition.type.shortest))

/** The AVP again, for a Failed-AVP; long data are cut. */
export const repeatAvp = (avp: Avp): Uint8Array =>
  encodeAvp(avp, failedData(avp.definition, avp.data, longestFailedData))

/** The first octets of data; none of a group, which would be no group when cut, or one level deeper than allowed. */
const failedData = (definition: Avp['definition'], data: Uint8Array, longest: number): Uint8Array =>
  definition?.type.grouped ? new Uint8Array() : data.slice(0, longest)

/**
 * The AVPs of octets `start` to `end`, in one pass, grouped ones with what they hold. Throws MalformedDiameter with
 * 5014 (length, padding, depth), 3009 (flag bits) or 5001 (M bit set and no table knows it).
 */
export function readAvps(octets: Uint8Array, start: number, end: number, find: FindDefinition): Avp[] {
  return readGroup(octets, start, end, find, 0, false)
}

function readGroup(
  octets: Uint8Array,
  start: number,
  end: number,
  find: FindDefinition,
  depth: number,
  opaque: boolean,
): Avp[] {
  const avps: Avp[] = []
  for (let at = start; at < end;) {
    const avp = readAvp(octets, at, end, find, depth, opaque)
    avps.push(avp)
    at += (lengthAt(octets, at) + 3) & ~3
  }
  return avps
}

/** Of the AVP at `at`, without padding. */
const lengthAt = (octets: Uint8Array, at: number): number => readU32(octets, at + 4) & 0xffffff

const none: readonly Avp[] = []

function readAvp(
  octets: Uint8Array,
  at: number,
  end: number,
  find: FindDefinition,
  depth: number,
  opaque: boolean,
): Avp {
  if (end - at < 8) throw badLength('AVP', at, 'header cut')
  const code = readU32(octets, at)
  const flags = octets[at + 4] ?? 0
  const length = lengthAt(octets, at)
  const dataAt = at + ((flags & 0x80) === 0 ? 8 : 12)
  const vendorId = dataAt - at === 12 && end - at >= 12 ? readU32(octets, at + 8) : 0
  const definition = find(code, vendorId)
  const dataEnd = at + length
  if (dataEnd < dataAt || ((dataEnd + 3) & ~3) > end)
    throw badLength(
      definition?.name ?? `AVP ${code}`,
      at,
      `length ${length}`,
      definition ?? { code, vendorId, mandatory: false },
    )
  const data = octets.subarray(dataAt, dataEnd)
  if ((flags & 0x1f) !== 0)
    throw new MalformedDiameter(definition?.name ?? `AVP ${code}`, at, 'flag bits that may not be set', {
      resultCode: resultCodes.invalidAvpBits,
      failedAvp: encodeAvp({ code, vendorId, mandatory: true }, failedData(definition, data, 4)),
    })
  const mandatory = (flags & 0x40) !== 0
  if (!definition && mandatory && !opaque)
    throw new MalformedDiameter(`AVP ${code}`, at, 'not known and its M bit is set', {
      resultCode: resultCodes.avpUnsupported,
      failedAvp: repeatAvp({ code, vendorId, mandatory, data, offset: at, definition, children: none }),
    })
  const grouped = definition?.type.grouped
  if (grouped && depth + 1 > deepest) throw badLength(definition.name, at, 'grouped too deep', definition)
  const children = grouped
    ? readGroup(octets, dataAt, dataEnd, find, depth + 1, opaque || grouped === 'opaque')
    : none
  return { code, vendorId, mandatory, data, offset: at, definition, children }
}

function badLength(
  name: string,
  at: number,
  reason: string,
  head?: AvpDefinition<string, unknown> | Head,
): MalformedDiameter {
  const shortest = head && 'type' in head ? head.type.shortest : 0
  const failedAvp = encodeAvp(head ?? { code: 0, vendorId: 0, mandatory: false }, new Uint8Array(shortest))
  return new MalformedDiameter(name, at, reason, { resultCode: resultCodes.invalidAvpLength, failedAvp })
}
