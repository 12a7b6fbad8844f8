import { useEffect, useRef, useState } from 'preact/hooks'
import { wordOf } from '../../../ladder/facts.ts'
import type { FieldNode, Inspected } from '../../model/fields.ts'
import type { MessageLine } from '../../model/lines.ts'
import type { Store } from '../state/store.ts'

interface Props {
  readonly inspected: Inspected
  readonly store: Store
  readonly picked: FieldNode | undefined
  readonly fields: MessageLine['fields']
}

/** The fields of a message as a tree; arrows walk it, a pick marks its octets. */
export function FieldTree({ inspected, store, picked, fields }: Props) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const tree = useRef<HTMLUListElement>(null)
  const shown = visible(inspected.fields, closed)
  const at = Math.max(
    0,
    shown.findIndex(({ path }) => path === picked?.path),
  )
  const toggle = (path: string, open: boolean) => {
    const next = new Set(closed)
    if (open) next.delete(path)
    else next.add(path)
    setClosed(next)
  }
  const pick = (field: FieldNode | undefined) => {
    if (!field) return
    store.set({ field: field.path })
    requestAnimationFrame(() =>
      requestAnimationFrame(() => tree.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()),
    )
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const field = shown[at]
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => pick(shown[at + 1]),
      ArrowUp: () => pick(shown[at - 1]),
      Home: () => pick(shown[0]),
      End: () => pick(shown.at(-1)),
      ArrowRight: () => (field && closed.has(field.path) ? toggle(field.path, true) : pick(shown[at + 1])),
      ArrowLeft: () => {
        if (field && field.parts.length > 0 && !closed.has(field.path)) toggle(field.path, false)
        else pick(shown.findLast((other, index) => index < at && other.depth < (field?.depth ?? 0)))
      },
      Escape: () => document.querySelector<HTMLElement>('.ladder [tabindex="0"]')?.focus(),
    }
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
    if (!action) return
    event.preventDefault()
    action()
  }
  useEffect(() => {
    tree.current?.querySelector('.picked')?.scrollIntoView({ block: 'nearest' })
  }, [picked?.path, inspected])
  if (shown.length === 0) return null
  return (
    <ul class="tree" role="tree" aria-label="fields" ref={tree} onKeyDown={onKeyDown}>
      {shown.map((field, index) => (
        <li
          key={field.path}
          role="treeitem"
          aria-level={field.depth}
          aria-selected={field.path === picked?.path}
          tabIndex={index === at ? 0 : -1}
          class={`tint-${tintOf(field, inspected)}${field.path === picked?.path ? ' picked' : ''}${field.path === store.hovered ? ' hovered' : ''} depth-${Math.min(field.depth, 6)}`}
          {...(field.parts.length > 0 ? { 'aria-expanded': !closed.has(field.path) } : {})}
          onClick={() => pick(field)}
          onMouseEnter={() => store.set({ hovered: field.path })}
          onMouseLeave={() => store.set({ hovered: undefined })}
        >
          <span class="name">
            {field.parts.length > 0 && (
              <span
                class="fold"
                aria-hidden="true"
                onClick={(event) => {
                  event.stopPropagation()
                  toggle(field.path, closed.has(field.path))
                }}
              >
                {closed.has(field.path) ? '▸' : '▾'}
              </span>
            )}
            {field.name}
          </span>
          <span class="places">
            {field.from}
            {field.to - field.from > 1 ? `-${field.to - 1}` : ''}
          </span>
          <span class="value" title={textOf(field, fields)}>
            {textOf(field, fields)}
          </span>
        </li>
      ))}
    </ul>
  )
}

const visible = (fields: readonly FieldNode[], closed: ReadonlySet<string>): readonly FieldNode[] =>
  fields.flatMap((field) => [field, ...(closed.has(field.path) ? [] : visible(field.parts, closed))])

/** A key shows as its fingerprint where the line tells it (R31). */
function textOf(field: FieldNode, fields: MessageLine['fields']): string {
  if (!field.secret) return field.text
  const known = fields[field.name] ?? (field.name === 'prose-direct-key' ? fields['pdk'] : undefined)
  const word = wordOf(known ?? null)
  return word === '' || word === '[key]' ? 'key, not shown' : `key #${word.replace(/^#/, '')}`
}

/** Fields of the first level alternate two tints. */
export function tintOf(field: FieldNode, { fields }: Inspected): number {
  return fields.findIndex(({ from, to }) => field.from >= from && field.to <= to) % 2
}
