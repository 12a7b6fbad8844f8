import { drawLanes, laneHeadings } from './lanes.ts'
import { displayName } from '../../ladder/names.ts'
import type { Page } from './page.ts'
import type { Row } from '../../ladder/row.ts'

const pointWidth = 5
const stepWidth = 5
const longestRule = 100
const mostFactLines = 2

type Told = Exclude<Row, { kind: 'separator' }>

export function printHeadings({ lanes, colors, signs }: Page): string[] {
  return lanes.length === 0 ? [] : laneHeadings(lanes).map((line) => colors.bold(signs.text(line)))
}

/** The lines of one row; a step stands only in the first of its rows. */
export function printRow(row: Row, showStep: boolean, page: Page): string[] {
  if (row.kind === 'separator') return [separator(row.title, page)]
  const step = ` ${(showStep ? row.step : '').padEnd(stepWidth)}`
  const room = page.width - textColumn(page)
  const [title, facts] = besides(row, room, page)
  const first = step + laneText(row, page) + title
  const blank = ' '.repeat(step.length) + emptyLanes(page)
  return [
    first,
    ...wrapped(facts, room - 2).map(
      (line) => `${blank}${' '.repeat(pointWidth + 2)}${page.signs.text(line)}`,
    ),
  ].map((line) => line.trimEnd())
}

/** Where the text of a row begins: behind the step, the lanes and the reference point. */
function textColumn({ lanes }: Page): number {
  const last = lanes.at(-1)
  return pointWidth + (last ? last.column + 3 : stepWidth + 2)
}

/** Title with what fits beside it, and the facts that go below. */
function besides(row: Told, room: number, page: Page): [title: string, below: readonly string[]] {
  const { signs, colors } = page
  const folded = row.kind === 'message' && row.folded !== undefined ? `    ${signs.folded} ${row.folded}` : ''
  const failed = row.kind === 'message' && row.failed ? `${signs.failed} ` : ''
  const title = `${failed}${ends(row, page)}${row.title}${folded}`
  const facts = row.facts.join('  ')
  const fits = title.length + 3 + facts.length <= room
  const isBeside = page.factsBeside && row.kind === 'message' && folded === '' && facts !== '' && fits
  const text = signs.text(clipped(isBeside ? `${title}   ${facts}` : title, room))
  const painted = failed === '' ? text : colors.red(text)
  return [painted, isBeside ? [] : row.facts]
}

/** Without lanes the text says between whom, or who. */
function ends(row: Told, { lanes, signs }: Page): string {
  const drawn = (node: string) => lanes.some((lane) => lane.node === node)
  if (row.kind === 'decision') return lanes.length === 0 ? `${signs[row.mark]} ` : ''
  const [first] = row.arrows
  if (row.folded !== undefined || !first || (drawn(first.from) && drawn(first.to))) return ''
  const arrow = first.bothWays ? '<->' : '->'
  return `${displayName(first.from)} ${arrow} ${displayName(first.to)}  `
}

function laneText(row: Told, page: Page): string {
  const { lanes, signs, colors } = page
  const point = row.kind === 'message' ? row.point : lanes.length === 0 ? displayName(row.node) : ''
  const column = point.padEnd(lanes.length === 0 ? pointWidth + 1 : pointWidth)
  const painted = row.kind === 'message' ? colors.point(row.point, column) : column
  if (lanes.length === 0) return painted
  const mark =
    row.kind === 'decision' ? { node: row.node, sign: colors.mark(row.mark, signs[row.mark]) } : undefined
  const arrows = row.kind === 'message' ? row.arrows : []
  return `${drawLanes(lanes, arrows, mark, signs)}  ${painted}`
}

const emptyLanes = ({ lanes, signs }: Page): string =>
  lanes.length === 0 ? ' ' : `${drawLanes(lanes, [], undefined, signs)}  `

const clipped = (text: string, room: number): string =>
  text.length <= room ? text : `${text.slice(0, room - 1)}…`

/** At most two lines; what does not fit is in `--json`. */
function wrapped(facts: readonly string[], room: number): string[] {
  const lines: string[] = []
  for (const fact of facts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 2 + fact.length <= room)
      lines[lines.length - 1] = `${last}  ${fact}`
    else lines.push(clipped(fact, room))
  }
  return lines.slice(0, mostFactLines)
}

function separator(title: string, { width, signs }: Page): string {
  const start = ` ${signs.rule}${signs.rule} ${signs.text(title)} `
  const rule = signs.rule.repeat(Math.max(0, Math.min(width, longestRule) - start.length - 1))
  return clipped(start + rule, width)
}
