import fc from 'fast-check'
import { InvalidValue } from '../../../src/core/errors.ts'
import type { FieldCodec } from '../../../src/wire/tlv/field.ts'
import type { MessageOf, MessageTable, Row } from '../../../src/wire/tlv/message.ts'

/** Values of elements whose octets cannot be found by drawing octets. */
export type Overrides = ReadonlyMap<unknown, fc.Arbitrary<unknown>>

function reads(codec: FieldCodec<unknown>, octets: Uint8Array): boolean {
  try {
    codec.read(octets)
    return true
  } catch (error) {
    if (error instanceof InvalidValue) return false
    throw error
  }
}

function valueOf(codec: FieldCodec<unknown>, overrides: Overrides): fc.Arbitrary<unknown> {
  const override = overrides.get(codec)
  if (override) return override
  if (codec.max === 1) {
    const valid = Array.from({ length: 256 }, (_, octet) => Uint8Array.of(octet)).filter((one) =>
      reads(codec, one),
    )
    return fc.constantFrom(...valid).map((one) => codec.read(one))
  }
  return fc
    .uint8Array({ minLength: codec.min, maxLength: codec.max })
    .filter((octets) => reads(codec, octets))
    .map((octets) => codec.read(octets))
}

/** Every message of a table, from the table alone. */
export function messageOf<Table extends MessageTable>(
  table: Table,
  overrides: Overrides = new Map(),
): fc.Arbitrary<MessageOf<Table>> {
  const messages = Object.entries(table).map(([type, { fields, notBoth = [] }]) => {
    const rows = Object.entries(fields).filter(([, row]) => row.presence !== 'refused')
    const isOptional = ([, row]: [string, Row<unknown>]) => row.presence === 'optional'
    const record = Object.fromEntries(rows.map(([field, { codec }]) => [field, valueOf(codec, overrides)]))
    const requiredKeys = rows.filter((row) => !isOptional(row)).map(([field]) => field)
    return fc.record(record, { requiredKeys }).map((values) => {
      const present = notBoth.filter((field) => field in values)
      const kept = Object.entries(values).filter(([field]) => !present.slice(1).includes(field))
      return Object.fromEntries([['type', type], ...kept])
    })
  })
  return fc.oneof(...messages) as fc.Arbitrary<MessageOf<Table>>
}

/** Octets near a message: bits flipped, cut, prolonged, a piece doubled or taken out. */
export const disturbed = (octets: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      octets,
      at: fc.nat(300),
      length: fc.nat(40),
      insert: fc.uint8Array({ maxLength: 40 }),
      how: fc.constantFrom('flip', 'cut', 'insert', 'double', 'remove'),
    })
    .map(({ octets: whole, at: anywhere, length, insert, how }) => {
      const at = anywhere % (whole.length + 1)
      const [head, tail] = [[...whole.subarray(0, at)], [...whole.subarray(at)]]
      if (how === 'cut') return Uint8Array.from(head)
      if (how === 'insert') return Uint8Array.from([...head, ...insert, ...tail])
      if (how === 'double') return Uint8Array.from([...head, ...tail.slice(0, length), ...tail])
      if (how === 'remove') return Uint8Array.from([...head, ...tail.slice(length)])
      return Uint8Array.from([...head, (tail[0] ?? 0) ^ (1 << (length % 8)), ...tail.slice(1)])
    })
