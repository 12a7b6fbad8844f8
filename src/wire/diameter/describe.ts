import { hex } from '../../core/bytes.ts'
import { maskedImpi } from '../../core/identities/subscriber.ts'
import { ProseError } from '../../core/errors.ts'
import type { Fields, JsonValue } from '../../core/tap.ts'
import type { Avp } from './avp.ts'
import { valueOf } from './grammar.ts'
import type { DiameterMessage } from './message.ts'
import { time } from './types.ts'

/** What stands for a key; never the key. */
export type KeyText = (avp: Avp) => string

/** The AVPs of a message by name, for people to read: keys as `keyText` says, identities of subscribers masked (R31). Total. */
export const describe = (message: DiameterMessage, keyText: KeyText = () => '[key]'): Fields =>
  fieldsOf(message.avps, message.header.request, keyText)

function fieldsOf(avps: readonly Avp[], request: boolean, keyText: KeyText): Fields {
  const fields = new Map<string, JsonValue[]>()
  for (const avp of avps) {
    const name = avpName(avp)
    const values = fields.get(name) ?? []
    values.push(fieldOf(avp, request, keyText))
    fields.set(name, values)
  }
  return Object.fromEntries(
    Array.from(fields, ([name, values]): [string, JsonValue] => [
      name,
      values.length > 1 ? values : (values[0] ?? null),
    ]),
  )
}

export const avpName = ({ definition, code, vendorId }: Avp): string =>
  definition?.name ?? `AVP ${code}/${vendorId}`

export const isSecret = (avp: Avp, request: boolean): boolean =>
  avp.definition?.secret === 'always' || (avp.definition?.secret === 'in answers' && !request)

/** What one AVP says, in the same words. Total. */
export function fieldOf(avp: Avp, request: boolean, keyText: KeyText): JsonValue {
  const { definition } = avp
  if (isSecret(avp, request)) return keyText(avp)
  if (!definition) return `[${avp.data.length} octets]`
  if (definition.type.grouped) return fieldsOf(avp.children, request, keyText)
  try {
    const value = valueOf(avp)
    if (definition.identity) return maskedIdentity(value)
    if (definition.type === time && typeof value === 'number') return new Date(value).toISOString()
    return jsonOf(value)
  } catch (error) {
    if (error instanceof ProseError) return '[malformed]'
    throw error
  }
}

function jsonOf(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return hex(value)
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

function maskedIdentity(value: unknown): JsonValue {
  if (typeof value === 'string') return maskedImpi(value.replace(/^(sip|tel):/, ''))
  return value instanceof Uint8Array ? `[${value.length} octets]` : null
}
