import { putU32, readUint } from '../../core/bytes.ts'
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
  encode(value: Value): Uint8Array
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

/** Header, data and zero padding of one AVP. */
export function encodeAvp(
  head: { readonly code: number; readonly vendorId: number; readonly mandatory: boolean },
  data: Uint8Array,
): Uint8Array {
  const dataAt = head.vendorId === 0 ? 8 : 12
  const length = dataAt + data.length
  const octets = new Uint8Array((length + 3) & ~3)
  putU32(octets, 0, head.code)
  putU32(octets, 4, length)
  octets[4] = (head.vendorId === 0 ? 0 : 0x80) | (head.mandatory ? 0x40 : 0)
  if (head.vendorId !== 0) putU32(octets, 8, head.vendorId)
  octets.set(data, dataAt)
  return octets
}

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
    at = (avp.data.byteOffset - octets.byteOffset + avp.data.length + 3) & ~3
  }
  return avps
}

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
  const code = readUint(octets, at, 4)
  const flags = octets[at + 4] ?? 0
  const length = readUint(octets, at + 5, 3)
  const dataAt = at + ((flags & 0x80) === 0 ? 8 : 12)
  const vendorId = dataAt - at === 12 && end - at >= 12 ? readUint(octets, at + 8, 4) : 0
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
  head?: AvpDefinition<string, unknown> | { code: number; vendorId: number; mandatory: boolean },
): MalformedDiameter {
  const shortest = head && 'type' in head ? head.type.shortest : 0
  const failedAvp = encodeAvp(head ?? { code: 0, vendorId: 0, mandatory: false }, new Uint8Array(shortest))
  return new MalformedDiameter(name, at, reason, { resultCode: resultCodes.invalidAvpLength, failedAvp })
}
