import type { FieldCodec } from './field.ts'

/**
 * mandatory: without IEI, always there. optional: with IEI. required: with IEI, and the message is not complete
 * without it. refused: with IEI, recognised wherever it stands only to refuse the message.
 */
export type Presence = 'mandatory' | 'optional' | 'required' | 'refused'

/** One row of a message table. */
export interface Row<Value, P extends Presence = Presence> {
  readonly presence: P
  readonly iei: number | undefined
  readonly codec: FieldCodec<Value>
  /** Its absence or bad content is told to the sender; else such a message is dropped. */
  readonly answerable: boolean
}

export type Rows = Readonly<Record<string, Row<unknown>>>

/** A message: its type octet, its name in the specification and its rows in wire order. */
export interface MessageRow<Fields extends Rows = Rows> {
  /** Octet 1. */
  readonly type: number
  readonly name: string
  readonly clause: string
  readonly fields: Fields
  /** Rows of which only one may be there. */
  readonly notBoth?: readonly string[]
}

export type MessageTable = Readonly<Record<string, MessageRow>>

const row =
  <P extends Presence>(presence: P) =>
  <Value>(iei: number, codec: FieldCodec<Value>): Row<Value, P> => ({
    presence,
    iei,
    codec,
    answerable: presence === 'refused',
  })

/** V when the length is fixed, else LV. */
export const mandatory = <Value>(codec: FieldCodec<Value>): Row<Value, 'mandatory'> => ({
  presence: 'mandatory',
  iei: undefined,
  codec,
  answerable: false,
})
/** TV when the length is fixed, TLV up to 255 octets, else TLV-E. */
export const optional = row('optional')
export const required = row('required')
export const refused = row('refused')

/** The same row, whose absence or bad content the sender is told of. */
export const answerable = <Value, P extends Presence>(of: Row<Value, P>): Row<Value, P> => ({
  ...of,
  answerable: true,
})

export const message = <const Fields extends Rows>(row: MessageRow<Fields>): MessageRow<Fields> => row

/** TS 24.007 11.2.1.1. */
export type Format = 'V' | 'LV' | 'TV' | 'TLV' | 'TLV-E'

export function formatOf({ iei, codec }: Row<unknown>): Format {
  const fixed = codec.min === codec.max
  if (iei === undefined) return fixed ? 'V' : 'LV'
  if (fixed) return 'TV'
  return codec.max <= 0xff ? 'TLV' : 'TLV-E'
}

/** Octets of the IEI and of the length indicator. */
export const headerSizes = {
  V: [0, 0],
  LV: [0, 1],
  TV: [1, 0],
  TLV: [1, 1],
  'TLV-E': [1, 2],
} as const satisfies Record<Format, readonly [number, number]>

type Always = Row<unknown, 'mandatory'> | Row<unknown, 'required'>
type ValueOf<R> = R extends { readonly codec: FieldCodec<infer Value> } ? Value : never
type Flat<T> = { [Name in keyof T]: T[Name] }

/** The values of a message's rows. */
export type FieldsOf<Fields extends Rows> = Flat<
  {
    readonly [Name in keyof Fields as Fields[Name] extends Always ? Name : never]: ValueOf<Fields[Name]>
  } & {
    readonly [Name in keyof Fields as Fields[Name] extends Row<unknown, 'optional'> ? Name : never]?:
      ValueOf<Fields[Name]> | undefined
  }
>

/** Every message of a table: a union, discriminated by `type`, the name of its row. */
export type MessageOf<Table extends MessageTable> = {
  [Name in keyof Table & string]: Flat<{ readonly type: Name } & FieldsOf<Table[Name]['fields']>>
}[keyof Table & string]
