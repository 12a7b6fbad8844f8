import type { ByteRange, Explanation } from '../../wire/explanation.ts'

/** One field of a message in a tree; `path` names it among all of its message. */
export interface FieldNode extends Omit<ByteRange, 'parts'> {
  readonly path: string
  readonly depth: number
  readonly secret: boolean
  readonly parts: readonly FieldNode[]
}

/** A message as the inspector shows it. */
export interface Inspected {
  readonly name: string
  readonly clause: string | undefined
  readonly octets: Uint8Array
  /** What stood there before somebody changed it on its way. */
  readonly original: Uint8Array | undefined
  readonly fields: readonly FieldNode[]
  readonly stopped: Explanation['stopped'] | undefined
  readonly masked: readonly (readonly [number, number])[]
}

/** Every field, in the order of a tree read aloud. */
export const flatFields = (fields: readonly FieldNode[]): readonly FieldNode[] =>
  fields.flatMap((field) => [field, ...flatFields(field.parts)])

/** The innermost field that holds octet `at`. */
export function fieldAt(fields: readonly FieldNode[], at: number): FieldNode | undefined {
  const found = fields.find(({ from, to }) => at >= from && at < to)
  return found && (fieldAt(found.parts, at) ?? found)
}

/** The field of this path, or the first whose last part is it: `gpi` finds the GPI of any message. */
export function fieldOfPath(fields: readonly FieldNode[], path: string): FieldNode | undefined {
  const all = flatFields(fields)
  return (
    all.find((field) => field.path === path) ?? all.find((field) => field.path.split('.').at(-1) === path)
  )
}
