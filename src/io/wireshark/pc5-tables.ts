import {
  discoveryLayouts,
  discoverySize,
  partsOf,
  type Layout,
} from '../../reference-points/pc5/discovery.ts'
import { frameHeader, pdcpHeader, type HeaderRow } from '../../reference-points/pc5/headers.ts'
import { pc5Messages } from '../../reference-points/pc5/messages.ts'
import {
  hasMac,
  isCiphered,
  isLcid,
  isUserData,
  longestComplete,
  macSize,
  pdcpHeaderSize,
  protectionOf,
  sduTypes,
  type Lcid,
  type Pc5Profile,
} from '../../reference-points/pc5/pdcp.ts'
import { frameHeaderSize, maximumFrameSize } from '../../reference-points/pc5/sl-sch.ts'
import type { FieldCodec } from '../../wire/tlv/field.ts'
import { formatOf, headerSizes, type MessageRow, type Row } from '../../wire/tlv/message.ts'
import type { DissectorFields } from './fields.ts'
import type { LuaValue } from './lua.ts'

const messageRows: readonly MessageRow[] = Object.values(pc5Messages)
const layouts: readonly Layout[] = Object.values(discoveryLayouts)

/** Everything that the dissector knows of PC5. */
export function pc5Tables(fields: DissectorFields): LuaValue {
  return {
    ...{ frameHeaderSize, pdcpHeaderSize, longestComplete, maximumFrameSize, discoverySize, sduTypes },
    own: ownFields(fields),
    frameHeader: headerOf(fields, frameHeader),
    pdcpHeader: headerOf(fields, pdcpHeader),
    channels: { seed: channels('seed'), final: channels('final') },
    messages: new Map(messageRows.map((message) => [message.type, messageOf(fields, message)])),
    discovery: new Map(layouts.map((layout) => [layout.type, layoutOf(fields, layout)])),
  }
}

function ownFields(fields: DissectorFields): LuaValue {
  const types = [...messageRows, ...layouts].map(({ type, name }) => [type, name] as const)
  const own = (abbreviation: string, name: string, size: number, form: 'hex' | 'text' | 'number') =>
    fields.numberOf({ abbreviation: `pc5.${abbreviation}`, name, size, form })
  return {
    message: own('message', 'Message', 0, 'text'),
    messageType: fields.numberOf({
      ...{ abbreviation: 'pc5.messageType', name: 'Message type', size: 1 },
      form: { names: Object.fromEntries(types) },
    }),
    iei: own('iei', 'IEI', 1, 'hex'),
    length: own('length', 'Length', 0, 'number'),
    ciphered: own('ciphered', 'SDU, ciphered', 0, 'hex'),
    userData: own('userData', 'SDU', 0, 'hex'),
    mac: own('mac', 'MAC-I', macSize, 'hex'),
    undecoded: own('undecoded', 'not decoded', 0, 'hex'),
  }
}

/** Fields of a header by name, as they stand in it. */
const headerOf = (fields: DissectorFields, rows: Readonly<Record<string, HeaderRow>>): LuaValue =>
  Object.entries(rows).map(([field, { name, from, to, mask, form }]) => ({
    field: fields.numberOf({ abbreviation: `pc5.${field}`, name, form, size: to - from, mask }),
    ...{ at: from, size: to - from },
  }))

/** By LCID: whether a KD-sess protects it, what is ciphered by DIRECTION, octets of its MAC-I, whether it is user data. */
function channels(profile: Pc5Profile): LuaValue {
  const lcids = Array.from({ length: 32 }, (_, lcid) => lcid).filter(isLcid)
  const ciphered = (lcid: Lcid) =>
    new Map(([0, 1] as const).map((one) => [one, isCiphered(lcid, one, profile)]))
  return new Map(
    lcids.map((lcid) => [
      lcid,
      {
        protected: protectionOf(lcid, 1, profile) !== 'clear',
        ciphered: ciphered(lcid),
        macSize: hasMac(lcid, profile) ? macSize : 0,
        userData: isUserData(lcid),
      },
    ]),
  )
}

const sizeOf = ({ min, max }: FieldCodec<unknown>): number => (min === max ? min : 0)

const elementOf = (fields: DissectorFields, field: string, codec: FieldCodec<unknown>): number =>
  fields.numberOf({
    ...{ abbreviation: `pc5.${field}`, name: codec.name },
    ...{ form: codec.form, size: sizeOf(codec) },
  })

function messageOf(fields: DissectorFields, message: MessageRow): LuaValue {
  const rows = Object.entries(message.fields).map(([field, row]) => ({
    field: elementOf(fields, field, row.codec),
    ...wireFormOf(row),
    exclusive: message.notBoth?.includes(field) === true || undefined,
  }))
  const isMandatory = (row: { readonly iei?: LuaValue }) => row.iei === undefined
  return {
    name: message.name,
    mandatory: rows.filter(isMandatory),
    others: rows.filter((row) => !isMandatory(row)),
  }
}

const wireFormOf = (row: Row<unknown>) => ({
  iei: row.iei,
  lengthSize: headerSizes[formatOf(row)][1],
  ...{ min: row.codec.min, max: row.codec.max },
  anywhere: row.presence === 'refused' || undefined,
})

/** `target`: where the composition octet is and what stands there when it is 1. */
function layoutOf(fields: DissectorFields, layout: Layout): LuaValue {
  const rowsOf = (targeted: boolean) =>
    partsOf(layout, targeted).map(({ field, codec, from }) => ({
      field: elementOf(fields, field, codec),
      ...{ at: from, size: codec.min },
    }))
  const flag = partsOf(layout, false).find(({ field }) => field === 'composition')
  return {
    name: layout.name,
    rows: rowsOf(false),
    target: flag && { at: flag.from, rows: rowsOf(true) },
  }
}
