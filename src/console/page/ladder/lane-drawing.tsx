import type { Item } from '../../model/items.ts'
import type { Lane } from '../../model/lanes.ts'
import { fateOf, type Fate } from '../../model/said.ts'
import type { ShownRow } from '../../model/rows.ts'
import { rowHeight } from './virtual.ts'

interface Arrow {
  readonly from: string
  readonly to: string
  readonly protection: 'clear' | 'integrity' | 'ciphered'
  readonly point: string
  readonly bothWays: boolean
  readonly fate: Fate | undefined
}

const middle = rowHeight / 2

/** The lanes of one row with its arrows, or the sign of a decision. Seen only; a row says the same in words. */
export function LaneDrawing({ row, lanes, width }: { row: ShownRow; lanes: readonly Lane[]; width: number }) {
  const xOf = (node: string) => (lanes.findIndex((lane) => lane.node === node) + 0.5) * width
  const arrows = arrowsOf(row, lanes)
  const mark = row.kind === 'item' && row.item.kind === 'decision' ? row.item : undefined
  return (
    <svg class="lanes" width={lanes.length * width} height={rowHeight} aria-hidden="true">
      {lanes.map(({ node }) => (
        <line key={node} class="lane" x1={xOf(node)} x2={xOf(node)} y1="0" y2={rowHeight} />
      ))}
      {arrows.map((arrow) => (
        <ArrowLine
          key={`${arrow.from} ${arrow.to}`}
          arrow={arrow}
          from={xOf(arrow.from)}
          to={xOf(arrow.to)}
        />
      ))}
      {mark && <Sign mark={mark.mark} x={xOf(mark.line.node)} />}
    </svg>
  )
}

/** A lost frame ends half way at a cross; a changed one has a ring there. */
function ArrowLine({ arrow, from, to }: { arrow: Arrow; from: number; to: number }) {
  const { fate } = arrow
  const way = Math.sign(to - from)
  const half = (from + to) / 2
  const [start, end] = [from + 3 * way, to - 2 * way]
  const shown = [start + (arrow.bothWays ? 6 * way : 0), fate === 'lost' ? half : end - 6 * way] as const
  const offsets = arrow.protection === 'ciphered' ? [-2, 2] : [0]
  return (
    <g class={`arrow point-${arrow.point} ${arrow.protection}`}>
      {offsets.map((offset) => (
        <line key={offset} x1={shown[0]} x2={shown[1]} y1={middle + offset} y2={middle + offset} />
      ))}
      {fate !== 'lost' && <path d={head(end, way)} />}
      {fate === 'lost' && <path class="fate" d={cross(half, 4)} />}
      {fate === 'changed' && <circle class="fate" cx={half} cy={middle} r="4" />}
      {arrow.bothWays && <path d={head(start - way, -way)} />}
    </g>
  )
}

const cross = (x: number, size: number): string =>
  `M${x - size} ${middle - size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`

const head = (x: number, way: number): string => `M${x} ${middle}l${-8 * way} -5v10z`

function Sign({ mark, x }: { mark: 'acts' | 'decides' | 'failed'; x: number }) {
  if (mark === 'acts') return <circle class="mark" cx={x} cy={middle} r="5" />
  if (mark === 'decides') return <path class="mark" d={`M${x} ${middle - 7}l7 7l-7 7l-7 -7z`} />
  return <path class="mark failed" d={cross(x, 5)} />
}

const arrowOf = (line: Extract<Item, { kind: 'message' }>['line'], bothWays: boolean): Arrow => {
  const { from, to, protection, point } = line
  return { from, to, protection, point, bothWays, fate: fateOf(line) }
}

function arrowsOf(row: ShownRow, lanes: readonly Lane[]): readonly Arrow[] {
  if (row.kind === 'item') {
    if (row.item.kind !== 'message') return []
    const { line } = row.item
    if (line.to !== 'all') return [arrowOf(line, false)]
    return lanes
      .filter(({ node }) => node.startsWith('ue') && node !== line.from)
      .map(({ node }) => arrowOf({ ...line, to: node }, false))
  }
  const arrows = new Map<string, Arrow>()
  for (const item of row.items) {
    if (item.kind !== 'message' || item.line.to === 'all') continue
    const ends = [item.line.from, item.line.to].sort().join(' ')
    const known = arrows.get(ends)
    const bothWays = known !== undefined && (known.bothWays || known.from !== item.line.from)
    arrows.set(ends, {
      ...arrowOf(item.line, bothWays),
      ...(known ? { from: known.from, to: known.to } : {}),
    })
  }
  return [...arrows.values()]
}
