import { InvalidValue } from '../../core/errors.ts'
import { written, type OctetWriter } from '../../core/octet-writer.ts'
import { avpOf, emptyAvp, repeatAvp, writeAvp, type Avp, type AvpDefinition, type AvpType } from './avp.ts'
import { MalformedDiameter } from './malformed.ts'
import { resultCodes } from './result.ts'

type AnyDefinition = AvpDefinition<string, unknown>
type Presence = 'required' | 'optional' | 'repeated'

/** A row of a command's grammar: {required}, [optional] or *[repeated]. RFC 6733 3.2. */
export interface Row {
  readonly presence: Presence
  readonly avp: AnyDefinition
}
type RowOf<P extends Presence, D extends AnyDefinition> = { readonly presence: P; readonly avp: D }

export const required = <D extends AnyDefinition>(avp: D): RowOf<'required', D> => ({
  presence: 'required',
  avp,
})
export const optional = <D extends AnyDefinition>(avp: D): RowOf<'optional', D> => ({
  presence: 'optional',
  avp,
})
export const repeated = <D extends AnyDefinition>(avp: D): RowOf<'repeated', D> => ({
  presence: 'repeated',
  avp,
})

export type ValueOf<D> = D extends AvpDefinition<string, infer Value> ? Value : never
type In<Rows extends readonly Row[], P extends Presence> = Extract<
  Rows[number],
  { readonly presence: P }
>['avp']

/** The values of the AVPs of a grammar, by their names. */
export type AvpsOf<Rows extends readonly Row[]> = {
  readonly [D in In<Rows, 'required'> as D['name']]: ValueOf<D>
} & {
  readonly [D in In<Rows, 'optional'> as D['name']]?: ValueOf<D> | undefined
} & {
  readonly [D in In<Rows, 'repeated'> as D['name']]?: readonly ValueOf<D>[] | undefined
}

/** The values of AVPs of a grammar that is not known here. */
export type AnyAvps = Readonly<Record<string, unknown>>

/**
 * The AVPs of all these values in the order of the rows, each with padding; of a name that stands in several the first
 * counts, names without a row are passed over.
 */
export const encodeRows = (rows: readonly Row[], ...values: readonly AnyAvps[]): Uint8Array =>
  written((into) => writeRows(into, rows, values))

function writeRows(into: OctetWriter, rows: readonly Row[], values: readonly AnyAvps[]): void {
  for (const { avp, presence } of rows) {
    const value = valueIn(values, avp.name)
    if (value === undefined) continue
    if (presence === 'repeated' && Array.isArray(value)) for (const one of value) writeAvp(into, avp, one)
    else writeAvp(into, avp, value)
  }
}

function valueIn(values: readonly AnyAvps[], name: string): unknown {
  for (const some of values) {
    const value = some[name]
    if (value !== undefined) return value
  }
  return undefined
}

/**
 * The values of the rows; AVPs without a row are passed over. Throws MalformedDiameter with 5009 (once too often),
 * 5005 (missing), 5004 or 5014 (data).
 */
export function decodeRows<const Rows extends readonly Row[]>(
  rows: Rows,
  avps: readonly Avp[],
): AvpsOf<Rows> {
  const found = gather(placesOf(rows), avps)
  const values: Record<string, unknown> = {}
  let place = 0
  for (const { avp, presence } of rows) {
    const instances = found[place++]
    if (instances === undefined) {
      if (presence === 'required') throw missingAvp(avp)
    } else if (Array.isArray(instances)) values[avp.name] = instances.map(valueOf)
    else values[avp.name] = valueOf(instances)
  }
  return values as AvpsOf<Rows>
}

interface Place {
  readonly place: number
  readonly presence: Presence
}

const placesOfRows = new WeakMap<readonly Row[], ReadonlyMap<AnyDefinition, Place>>()

/** Where each AVP stands among the rows, worked out once. */
function placesOf(rows: readonly Row[]): ReadonlyMap<AnyDefinition, Place> {
  let places = placesOfRows.get(rows)
  if (!places) {
    places = new Map(rows.map(({ avp, presence }, place) => [avp, { place, presence }]))
    placesOfRows.set(rows, places)
  }
  return places
}

/** What stands in each place: an AVP, or several of a repeated one. */
function gather(
  places: ReadonlyMap<AnyDefinition, Place>,
  avps: readonly Avp[],
): readonly (Avp | Avp[] | undefined)[] {
  const found = new Array<Avp | Avp[] | undefined>(places.size).fill(undefined)
  for (const avp of avps) {
    const row = avp.definition && places.get(avp.definition)
    if (!row) continue
    const earlier = found[row.place]
    if (earlier === undefined) found[row.place] = row.presence === 'repeated' ? [avp] : avp
    else if (Array.isArray(earlier)) earlier.push(avp)
    else
      throw new MalformedDiameter(avp.definition.name, avp.offset, 'there more than once', {
        resultCode: resultCodes.avpOccursTooManyTimes,
        failedAvp: repeatAvp(avp),
      })
  }
  return found
}

/** The value of one AVP that a table knows; throws MalformedDiameter with 5004 or 5014. */
export function valueOf(avp: Avp): unknown {
  try {
    return avp.definition?.type.decode(avp)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new MalformedDiameter(avp.definition?.name ?? 'AVP', avp.offset, error.message, {
      resultCode: resultCodes.invalidAvpValue,
      failedAvp: repeatAvp(avp),
    })
  }
}

export const missingAvp = (definition: AnyDefinition): MalformedDiameter =>
  new MalformedDiameter(definition.name, 0, 'missing', {
    resultCode: resultCodes.missingAvp,
    failedAvp: emptyAvp(definition),
  })

/** For a value that is there though the form of the message has no room for it. */
export const tooManyAvps = <Value>(
  definition: AvpDefinition<string, Value>,
  value: Value,
): MalformedDiameter =>
  new MalformedDiameter(definition.name, 0, 'one too many', {
    resultCode: resultCodes.avpOccursTooManyTimes,
    failedAvp: avpOf(definition, value),
  })

/** For a value whose form a reference point narrows: `construct(value)`, its InvalidValue as 5004 with Failed-AVP. */
export function narrowed<Value, Narrow>(
  definition: AvpDefinition<string, Value>,
  value: Value,
  construct: (value: Value) => Narrow,
): Narrow {
  try {
    return construct(value)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new MalformedDiameter(definition.name, 0, error.message, {
      resultCode: resultCodes.invalidAvpValue,
      failedAvp: avpOf(definition, value),
    })
  }
}

/** Type Grouped: the AVPs of its rows and any others. RFC 6733 4.4. */
export const grouped = <const Rows extends readonly Row[]>(...rows: Rows): AvpType<AvpsOf<Rows>> => ({
  name: 'Grouped',
  shortest: 0,
  grouped: 'typed',
  encode: (values, into) => writeRows(into, rows, [values]),
  decode: (avp) => decodeRows(rows, avp.children),
})

/** Grouped, of AVPs that need not be known: the octets of those AVPs, each with padding. */
export const opaqueGroup: AvpType<Uint8Array> = {
  name: 'Grouped',
  shortest: 0,
  grouped: 'opaque',
  encode: (octets, into) => into.octets(octets),
  decode: (avp) => avp.data,
}
