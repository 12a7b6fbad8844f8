import { formatOf, headerSizes, type MessageRow, type MessageTable, type Row, type Rows } from './message.ts'

/** A row, and what follows from it for every message. */
export interface Element {
  /** Among the rows of its message. */
  readonly index: number
  readonly field: string
  readonly row: Row<unknown>
  /** Octets of the IEI and of the length indicator. */
  readonly ieiSize: number
  readonly lengthSize: number
}

/** What a message's rows say, worked out once. */
export interface Layout {
  readonly type: string
  readonly message: MessageRow
  readonly elements: readonly Element[]
  /** Those without IEI that every message begins with. */
  readonly leading: readonly Element[]
  readonly byIei: ReadonlyMap<number, Element>
}

const elementsOfRows = new WeakMap<Rows, readonly Element[]>()
const layoutsOfTables = new WeakMap<MessageTable, ReadonlyMap<number, Layout>>()

/** The rows in their order. */
export function elementsOf(rows: Rows): readonly Element[] {
  let elements = elementsOfRows.get(rows)
  if (!elements) {
    elements = Object.entries(rows).map(([field, row], index) => {
      const [ieiSize, lengthSize] = headerSizes[formatOf(row)]
      return { index, field, row, ieiSize, lengthSize }
    })
    elementsOfRows.set(rows, elements)
  }
  return elements
}

function layoutOf(type: string, message: MessageRow): Layout {
  const elements = elementsOf(message.fields)
  const firstWithIei = elements.findIndex(({ row }) => row.iei !== undefined)
  const byIei = new Map<number, Element>()
  for (const element of elements) {
    const { iei } = element.row
    if (iei !== undefined && !byIei.has(iei)) byIei.set(iei, element)
  }
  const leading = firstWithIei < 0 ? elements : elements.slice(0, firstWithIei)
  return { type, message, elements, leading, byIei }
}

/** The messages of a table by their first octet. */
export function layoutsOf(table: MessageTable): ReadonlyMap<number, Layout> {
  let layouts = layoutsOfTables.get(table)
  if (!layouts) {
    const byType = new Map<number, Layout>()
    for (const [type, message] of Object.entries(table))
      if (!byType.has(message.type)) byType.set(message.type, layoutOf(type, message))
    layoutsOfTables.set(table, (layouts = byType))
  }
  return layouts
}
