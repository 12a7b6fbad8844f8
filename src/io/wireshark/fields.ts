import type { Form, Part } from '../../wire/tlv/field.ts'
import type { LuaValue } from './lua.ts'

/** Forms of Diameter besides those of PC5: seconds since 1900 in 32 bits, and AVPs in an AVP. */
export type AnyForm = Form | 'time' | 'group'

/** An element to be shown: `abbreviation` is its name in display filters, `size` its octets, 0 when they vary. */
export interface ShownElement {
  readonly abbreviation: string
  readonly name: string
  readonly form: AnyForm
  readonly size: number
  readonly mask?: number | undefined
}

export const numbered = <Value extends LuaValue>(
  some: Readonly<Record<number, Value>>,
): ReadonlyMap<number, Value> => new Map(Object.entries(some).map(([key, value]) => [Number(key), value]))

/** The fields that the dissector registers; rows of its tables name them by number, from 1. */
export class DissectorFields {
  readonly #rows: LuaValue[] = []
  readonly #numbers = new Map<string, number>()

  get rows(): readonly LuaValue[] {
    return this.#rows
  }

  /** The number of the field of this element, registered once for all that are alike. */
  numberOf(element: ShownElement): number {
    const key = JSON.stringify(element)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const { form, ...rest } = element
    const row = { ...rest, ...this.#looks(form, element.abbreviation) }
    const number = this.#rows.push(row)
    this.#numbers.set(key, number)
    return number
  }

  #looks(form: AnyForm, abbreviation: string): Readonly<Record<string, LuaValue>> {
    if (typeof form === 'string') return { kind: form }
    if ('names' in form) return { kind: 'names', names: numbered(form.names) }
    if ('bits' in form) return { kind: 'bits', bits: form.bits }
    if ('flags' in form) return { kind: 'flags', flags: form.flags }
    if ('parts' in form) return this.#parts(form.parts, form.shown, abbreviation)
    const types = Object.entries(form.types).map(([type, [name, kind]]): [number, LuaValue] => [
      Number(type),
      { name, kind },
    ])
    return { kind: 'types', typeMask: form.mask, types: new Map(types) }
  }

  #parts(parts: readonly Part[], shown: string | undefined, abbreviation: string) {
    const rows = parts.map(({ name, form, size, lengthSize }) => {
      const part = { abbreviation: `${abbreviation}.${filterName(name)}`, name, form, size: size ?? 0 }
      return { field: this.numberOf(part), size, lengthSize }
    })
    const at = parts.findIndex(({ name }) => name === shown)
    return { kind: 'parts', parts: rows, shown: at < 0 ? undefined : at + 1 }
  }
}

/** A name of the specification as display filters may have it. */
export const filterName = (name: string): string => name.replaceAll(/[^A-Za-z0-9-]+/g, '_')
