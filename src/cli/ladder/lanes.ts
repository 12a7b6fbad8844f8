import type { NetworkNode, NodeRole } from '../../testbed/run.ts'
import { displayName } from '../../ladder/names.ts'
import type { Arrow } from '../../ladder/row.ts'
import type { Signs } from './signs.ts'

/** One vertical line of the ladder. */
export interface Lane {
  readonly node: string
  readonly label: string
  readonly plmn: string
  /** Character position, from 0. */
  readonly column: number
}

const firstColumn = 6
const spacing = 5
const outside: readonly NodeRole[] = ['hss', 'bsf', 'kmf', 'ue']
const mirrored: readonly NodeRole[] = [...outside].reverse()

/** By PLMN, the UEs of the first two side by side in the middle. */
export function lanesOf(nodes: readonly NetworkNode[]): Lane[] {
  const plmns = [...new Set(nodes.map((node) => node.plmn))]
  const ordered = plmns.flatMap((plmn, at) => {
    const roles = at === 0 ? outside : mirrored
    return roles.flatMap((role) => nodes.filter((node) => node.plmn === plmn && node.role === role))
  })
  return ordered.map((node, at) => ({
    node: node.name,
    label: labelOf(node),
    plmn: node.plmn,
    column: firstColumn + spacing * at,
  }))
}

const labelOf = ({ name, role }: NetworkNode): string =>
  role === 'ue' ? displayName(name).slice(0, spacing - 1) : role.toUpperCase()

/** The two lines above the first row. */
export function laneHeadings(lanes: readonly Lane[]): [plmns: string, labels: string] {
  const write = (line: string, column: number, text: string) => line.padEnd(column) + text
  let plmns = ''
  let labels = ''
  for (const [at, lane] of lanes.entries()) {
    if (lane.plmn !== lanes[at - 1]?.plmn) plmns = write(plmns, lane.column - 1, `PLMN ${lane.plmn}`)
    labels = write(labels, lane.column - 1, lane.label)
  }
  return [plmns, labels]
}

/** The lanes of one row, with its arrows and at most one mark on a lane. */
export function drawLanes(
  lanes: readonly Lane[],
  arrows: readonly Arrow[],
  mark: { readonly node: string; readonly sign: string } | undefined,
  signs: Signs,
): string {
  const last = lanes.at(-1)
  if (!last) return ''
  const cells = new Array<string>(last.column - firstColumn + 1).fill(' ')
  for (const { column, node } of lanes)
    cells[column - firstColumn] = node === mark?.node ? mark.sign : signs.lane
  for (const arrow of arrows) drawArrow(cells, lanes, arrow, signs)
  return cells.join('')
}

function drawArrow(cells: string[], lanes: readonly Lane[], arrow: Arrow, signs: Signs): void {
  const from = lanes.find(({ node }) => node === arrow.from)
  const to = lanes.find(({ node }) => node === arrow.to)
  if (!from || !to) return
  const left = Math.min(from.column, to.column) - firstColumn + 1
  const right = Math.max(from.column, to.column) - firstColumn - 1
  cells.fill(signs.line[arrow.protection], left, right + 1)
  if (arrow.bothWays || to.column < from.column) cells[left] = signs.left
  if (arrow.bothWays || to.column > from.column) cells[right] = signs.right
}
