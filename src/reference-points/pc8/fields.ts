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

/** Throws UnknownPart unless every element and attribute below `parent` is one of the table. */
export function checkKnown(parent: XmlElement, table: Table): void {
  for (const child of parent.children) {
    const row = Object.values(table).find((candidate) => candidate.element === child.name)
    if (!row || child.namespace !== projectValues.pc8Namespace.value)
      throw new UnknownPart(child.name, 0, 'unknown element')
    for (const name of child.attributes.keys())
      if (!row.form.attributes.includes(name)) throw new UnknownPart(child.name, 0, 'unknown attribute')
    checkKnown(child, row.form.table ?? {})
  }
}

/** The fields of `parent`, each element in its order; throws MalformedMessage. */
export function readFields<T extends Table>(parent: XmlElement, table: T): FieldsOf<T> {
  if (parent.text.trim() !== '') throw new MalformedMessage(parent.name, 0, 'text between the elements')
  const fields = new Map<string, unknown>()
  let at = 0
  for (const [name, row] of Object.entries(table)) {
    const values: unknown[] = []
    while (values.length < row.most && parent.children[at]?.name === row.element)
      values.push(readForm(row, parent.children[at++]))
    if (row.occurs === 'once' && values.length === 0) throw new MalformedMessage(row.element, 0, 'missing')
    if (row.occurs === 'many') fields.set(name, values)
    else if (values.length > 0) fields.set(name, values[0])
  }
  const extra = parent.children[at]
  if (extra) throw new MalformedMessage(extra.name, 0, 'repeated or out of order')
  return Object.fromEntries(fields) as FieldsOf<T>
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
  return Object.entries(table).flatMap(([name, row]) => {
    const value = values[name]
    const all: readonly unknown[] = Array.isArray(value) && row.occurs === 'many' ? value : [value]
    return all
      .filter((one) => one !== undefined)
      .map((one) => ({ name: row.element, ...row.form.write(one) }))
  })
}
