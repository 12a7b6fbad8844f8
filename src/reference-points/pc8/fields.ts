import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import { projectValues } from '../../core/project-values.ts'
import type { XmlElement, XmlNode } from '../../wire/xml.ts'

/** How the attributes and the content of one element are read and written; `read` throws InvalidValue. */
export interface Form<Value> {
  /** Attributes that the element must have; others are unknown. */
  readonly attributes: readonly string[]
  /** Elements within; undefined for text. */
  readonly table?: Table
  read(element: XmlElement): Value
  write(value: Value): Omit<XmlNode, 'name'>
}

type Occurs = 'once' | 'optional' | 'many'

/** One element of a message, in wire order. `most` is how often it may come. */
export interface Row<Value, How extends Occurs = Occurs> {
  readonly element: string
  readonly occurs: How
  readonly most: number
  readonly form: Form<Value>
}

export type Table = Readonly<Record<string, Row<unknown>>>

export const once = <Value>(element: string, form: Form<Value>): Row<Value, 'once'> => ({
  element,
  occurs: 'once',
  most: 1,
  form,
})

export const optional = <Value>(element: string, form: Form<Value>): Row<Value, 'optional'> => ({
  element,
  occurs: 'optional',
  most: 1,
  form,
})

export const upTo = <Value>(most: number, element: string, form: Form<Value>): Row<Value, 'many'> => ({
  element,
  occurs: 'many',
  most,
  form,
})

type ValueOf<R> = R extends Row<infer Value> ? Value : never
type NamesOf<T extends Table, How extends Occurs> = {
  [Name in keyof T]: T[Name] extends Row<unknown, How> ? Name : never
}[keyof T]

/** The values that a table describes. */
export type FieldsOf<T extends Table> = { readonly [Name in NamesOf<T, 'once'>]: ValueOf<T[Name]> } & {
  readonly [Name in NamesOf<T, 'optional'>]?: ValueOf<T[Name]>
} & { readonly [Name in NamesOf<T, 'many'>]: readonly ValueOf<T[Name]>[] }

/** An element or attribute that no table names: the document is no message of PC8. */
export class UnknownPart extends MalformedMessage {}

const rows = new WeakMap<Table, ReadonlyMap<string, Row<unknown>>>()

/** The rows of a table by their elements. */
function rowsOf(table: Table): ReadonlyMap<string, Row<unknown>> {
  let known = rows.get(table)
  if (!known) rows.set(table, (known = new Map(Object.values(table).map((row) => [row.element, row]))))
  return known
}

const nothing: Table = {}

/** Throws UnknownPart unless every element and attribute below `parent` is one of the table. */
export function checkKnown(parent: XmlElement, table: Table): void {
  const known = rowsOf(table)
  for (const child of parent.children) {
    const row = known.get(child.name)
    if (!row || child.namespace !== projectValues.pc8Namespace.value)
      throw new UnknownPart(child.name, 0, 'unknown element')
    for (const name of child.attributes.keys())
      if (!row.form.attributes.includes(name)) throw new UnknownPart(child.name, 0, 'unknown attribute')
    if (child.children.length > 0) checkKnown(child, row.form.table ?? nothing)
  }
}

/** The fields of `parent`, each element in its order; throws MalformedMessage. */
export function readFields<T extends Table>(parent: XmlElement, table: T): FieldsOf<T> {
  if (parent.text.trim() !== '') throw new MalformedMessage(parent.name, 0, 'text between the elements')
  const fields: Record<string, unknown> = {}
  let at = 0
  for (const name in table) {
    const row = table[name] as Row<unknown>
    if (row.occurs === 'many') {
      const values: unknown[] = (fields[name] = [])
      while (values.length < row.most && parent.children[at]?.name === row.element)
        values.push(readForm(row, parent.children[at++]))
    } else if (parent.children[at]?.name === row.element) fields[name] = readForm(row, parent.children[at++])
    else if (row.occurs === 'once') throw new MalformedMessage(row.element, 0, 'missing')
  }
  const extra = parent.children[at]
  if (extra) throw new MalformedMessage(extra.name, 0, 'repeated or out of order')
  return fields as FieldsOf<T>
}

function readForm(row: Row<unknown>, element: XmlElement | undefined): unknown {
  try {
    return element && row.form.read(element)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new MalformedMessage(row.element, 0, error.message, { cause: error })
  }
}

/** The elements of `fields` in the order of the table. */
export function writeFields<T extends Table>(fields: FieldsOf<T>, table: T): readonly XmlNode[] {
  const values: Readonly<Record<string, unknown>> = fields
  const nodes: XmlNode[] = []
  for (const name in table) {
    const row = table[name] as Row<unknown>
    const value = values[name]
    const all: readonly unknown[] = Array.isArray(value) && row.occurs === 'many' ? value : [value]
    for (const one of all) if (one !== undefined) nodes.push({ name: row.element, ...row.form.write(one) })
  }
  return nodes
}
