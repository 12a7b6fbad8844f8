import { proseKeyCommand } from '../../reference-points/pc6/command.ts'
import { gbaPushInfoCommand } from '../../reference-points/zn/zpn.ts'
import type { AvpDefinition, AvpType } from '../../wire/diameter/avp.ts'
import * as gpp from '../../wire/diameter/avps-3gpp.ts'
import type { AnyForm, DissectorFields } from './fields.ts'
import type { LuaValue } from './lua.ts'

type AnyAvp = AvpDefinition<string, unknown>

const byTypeName: Readonly<Record<string, AnyForm>> = {
  Unsigned32: 'number',
  UTF8String: 'text',
  DiameterIdentity: 'text',
  Time: 'time',
}

function formOf(type: AvpType<unknown>): AnyForm {
  if (type.grouped) return 'group'
  if (type.values)
    return { names: Object.fromEntries(Object.entries(type.values).map(([name, value]) => [value, name])) }
  return byTypeName[type.name] ?? 'hex'
}

/**
 * The AVPs of PC6 and Zpn that are not of RFC 6733, which Wireshark shows itself, as it does those that identify a
 * subscriber; and the names of their commands.
 */
export function diameterTables(fields: DissectorFields): LuaValue {
  const shown: readonly AnyAvp[] = gpp.gppAvps.filter((avp: AnyAvp) => !avp.identity)
  const numberOf = (avp: AnyAvp) =>
    fields.numberOf({
      ...{ abbreviation: `prose.${avp.name}`, name: avp.name },
      form: avp.inside ?? formOf(avp.type),
      size: avp.type.shortest,
    })
  const vendors = [...new Set(shown.map(({ vendorId }) => vendorId))]
  return {
    command: fields.numberOf({ abbreviation: 'prose.command', name: 'Command', form: 'text', size: 0 }),
    commands: [proseKeyCommand, gbaPushInfoCommand].map(
      ({ code, applicationId, names: [request, answer] }) => ({
        ...{ code, applicationId, request, answer },
      }),
    ),
    avps: new Map(
      vendors.map((vendor) => [
        vendor,
        new Map(shown.filter(({ vendorId }) => vendorId === vendor).map((avp) => [avp.code, numberOf(avp)])),
      ]),
    ),
  }
}
