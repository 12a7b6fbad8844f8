import { hex, readUint } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import type { OctetWriter } from '../../core/octet-writer.ts'
import type { JsonValue } from '../../core/tap.ts'

/**
 * How octets read for who does not run this code, such as a dissector. `number`: unsigned. `hex`: a number or octets
 * that identify something. `text`: ASCII. `imsi`: BCD, shown masked. `hidden`: only how many octets.
 */
export type Form =
  | 'number'
  | 'seconds'
  | 'hex'
  | 'text'
  | 'imsi'
  | 'hidden'
  /** What each number stands for. */
  | { readonly names: Readonly<Record<number, string>> }
  /** A number, and what bits of it mean, by their value. */
  | { readonly bits: readonly (readonly [value: number, name: string])[] }
  /** What each bit means, from bit 8 of octet 1 on. */
  | { readonly flags: readonly string[] }
  /** What stands in it, in order; `shown` is the part that stands for all. */
  | { readonly parts: readonly Part[]; readonly shown?: string }
  /** `mask` leaves of octet 1 what the others are. */
  | {
      readonly mask: number
      readonly types: Readonly<Record<number, readonly [name: string, form: Extract<Form, string>]>>
    }

/** One of the parts of an element: of `size` octets, after a length of `lengthSize` octets, or all the others. */
export interface Part {
  readonly name: string
  readonly form: Exclude<Form, { readonly types: unknown }>
  readonly size?: number
  readonly lengthSize?: number
}

/** One kind of information element: the octets of its value, without IEI and length. TS 24.007 11.2.1. */
export interface FieldCodec<Value> {
  /** Its name in the specification. */
  readonly name: string
  /** Fewest and most octets; equal for an element of fixed length. */
  readonly min: number
  readonly max: number
  readonly form: Form
  /** `octets` has `min` to `max` octets; throws InvalidValue when they are no value of it. */
  read(octets: Uint8Array): Value
  /** The reverse; throws InvalidValue. */
  write(value: Value, into: OctetWriter): void
  /** For screens and logs: never a secret, an IMSI only masked (R31). */
  show(value: Value): JsonValue
}

/**
 * An element whose octets are `inner`'s and whose values are made and taken apart by `to` and `from`; with a `show` of
 * its own, `form` is what says the same of the octets.
 */
export const mapped = <Inner, Value>(
  inner: FieldCodec<Inner>,
  to: (inner: Inner) => Value,
  from: (value: Value) => Inner,
  show: (value: Value) => JsonValue = (value) => inner.show(from(value)),
  form: Form = inner.form,
): FieldCodec<Value> => ({
  name: inner.name,
  min: inner.min,
  max: inner.max,
  form,
  read: (octets) => to(inner.read(octets)),
  write: (value, into) => inner.write(from(value), into),
  show,
})

/** An unsigned number of `size` octets (1 to 4), most significant first. */
export const unsigned = (name: string, size: number): FieldCodec<number> => ({
  name,
  min: size,
  max: size,
  form: 'number',
  read: (octets) => readUint(octets, 0, size),
  write: (value, into) => {
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** size)
      throw new InvalidValue(name, `a whole number of ${8 * size} bits is needed`)
    into.uint(value, size)
  },
  show: (value) => value,
})

export const u8 = (name: string) => unsigned(name, 1)
export const u16 = (name: string) => unsigned(name, 2)
export const u32 = (name: string) => unsigned(name, 4)

/** `min` to `max` octets as they are; exactly `min` without `max`. */
export const octets = (name: string, min: number, max = min): FieldCodec<Uint8Array> => ({
  name,
  min,
  max,
  form: 'hex',
  read: (value) => value,
  write: (value, into) => into.octets(value),
  show: hex,
})

/** One octet that stands for a row of `meanings`; any other is reserved. */
export const enumerated = <Code extends number>(
  name: string,
  meanings: Readonly<Record<Code, string>>,
): FieldCodec<Code> =>
  mapped(
    u8(name),
    (value) => {
      if (!Object.hasOwn(meanings, value)) throw new InvalidValue(name, `${value} is reserved`)
      return value as Code
    },
    (value) => value,
    (value) => `${value} ${meanings[value]}`,
    { names: meanings },
  )

/** One octet from 1 to 255. */
export const nonZeroOctet = <Value extends number>(name: string): FieldCodec<Value> =>
  mapped(
    u8(name),
    (value) => {
      if (value === 0) throw new InvalidValue(name, '0 is reserved')
      return value as Value
    },
    (value) => value,
    (value) => hex(Uint8Array.of(value)),
    'hex',
  )

/** A number of three octets that identifies something. */
export const identifier24 = <Value extends number>(
  name: string,
  construct: (value: number) => Value,
): FieldCodec<Value> => mapped(unsigned(name, 3), construct, (value) => value, hexOf24, 'hex')
