import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { fieldAt, type FieldNode, type Inspected } from '../../model/fields.ts'
import { useWidth } from '../ladder/virtual.ts'
import type { Store } from '../state/store.ts'
import { tintOf } from './field-tree.tsx'

interface Props {
  readonly inspected: Inspected
  readonly store: Store
  readonly picked: FieldNode | undefined
  readonly hovered: FieldNode | undefined
}

/** Octets that are drawn at once; the rest on demand. */
const most = 2048
/** Width of a digit, in px. */
const digit = 7.25

/** The octets in hex; those of the picked field are filled, those of the field under the pointer outlined. */
export function Octets({ inspected, store, picked, hovered }: Props) {
  const pane = useRef<HTMLDivElement>(null)
  const width = useWidth(pane)
  const [all, setAll] = useState(false)
  const { octets } = inspected
  const perRow = [16, 12, 8].find((count) => width > (6 + 3.5 * count) * digit) ?? 4
  const count = all ? octets.length : Math.min(octets.length, most)
  const rows = Array.from({ length: Math.ceil(count / perRow) }, (_, row) => row * perRow)
  const fieldsAt = useMemo(
    () => Array.from(octets, (_, at) => fieldAt(inspected.fields, at)),
    [inspected, octets],
  )
  useEffect(() => {
    pane.current?.querySelector('.octet.picked')?.scrollIntoView({ block: 'nearest' })
  }, [picked, perRow])
  return (
    <div
      class="octets"
      role="region"
      aria-label="octets"
      tabIndex={0}
      ref={pane}
      onMouseLeave={() => store.set({ hovered: undefined })}
    >
      {rows.map((from) => (
        <OctetRow
          key={from}
          from={from}
          end={Math.min(from + perRow, octets.length)}
          {...{ inspected, store, picked, hovered, fieldsAt, perRow }}
        />
      ))}
      {count < octets.length && (
        <button type="button" onClick={() => setAll(true)}>
          show {octets.length - count} more octets
        </button>
      )}
    </div>
  )
}

interface RowProps extends Props {
  readonly from: number
  readonly end: number
  readonly perRow: number
  readonly fieldsAt: readonly (FieldNode | undefined)[]
}

function OctetRow({ from, end, perRow, inspected, store, picked, hovered, fieldsAt }: RowProps) {
  const { octets, original, masked, stopped } = inspected
  const places = Array.from({ length: end - from }, (_, index) => from + index)
  const isMasked = (at: number) => masked.some(([first, last]) => at >= first && at < last)
  const isChanged = (at: number) => original !== undefined && original[at] !== octets[at]
  const within = (field: FieldNode | undefined, at: number) =>
    field !== undefined && at >= field.from && at < field.to
  const classOf = (at: number) => {
    const field = fieldsAt[at]
    return [
      'octet',
      field ? `tint-${tintOf(field, inspected)}` : '',
      within(picked, at) ? 'picked' : '',
      within(picked, at) && at < (picked?.valueFrom ?? 0) ? 'head' : '',
      within(hovered, at) ? 'hovered' : '',
      isChanged(at) ? 'changed' : '',
      stopped && at >= stopped.offset && !field ? 'unread' : '',
    ]
      .filter((name) => name !== '')
      .join(' ')
  }
  const text = (at: number) => (isMasked(at) ? '··' : (octets[at] ?? 0).toString(16).padStart(2, '0'))
  return (
    <div class="octet-row">
      <span class="offset">{from.toString(16).padStart(4, '0')}</span>
      <span class="hex">
        {places.map((at) => (
          <span
            key={at}
            class={classOf(at)}
            onMouseEnter={() => store.set({ hovered: fieldsAt[at]?.path })}
            onClick={() => store.set({ field: fieldsAt[at]?.path })}
          >
            {text(at)}
            {isChanged(at) && <small>{(original?.[at] ?? 0).toString(16).padStart(2, '0')}</small>}
          </span>
        ))}
        {places.length < perRow && (
          <span class="pad" style={{ width: `${2.5 * (perRow - places.length)}ch` }} />
        )}
      </span>
      <span class="ascii" aria-hidden="true">
        {places.map((at) => (isMasked(at) ? '·' : printable(octets[at] ?? 0))).join('')}
      </span>
    </div>
  )
}

const printable = (octet: number): string =>
  octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.'
