import type { Item } from './items.ts'
import type { Lane } from './lanes.ts'
import type { MessageLine } from './lines.ts'
import { isTold } from './markdown.ts'
import type { Run } from './run.ts'
import { fateOf, said } from './said.ts'

const size = { row: 24, lane: 64, left: 96, top: 56, words: 560 } as const
const colors = { text: '#16191d', muted: '#55606b', line: '#7d8894', fail: '#b01c14' } as const
const dashes = { clear: '2 3', integrity: '', ciphered: '' } as const

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The ladder of a run as one SVG document; with `ns` only the rows of these messages. */
export function svgOf(run: Run, ns?: ReadonlySet<number>): string {
  const items = run.items.filter((item) => isTold(item, ns))
  const { lanes } = run
  const width = size.left + lanes.length * size.lane + size.words
  const height = size.top + items.length * size.row + size.row
  const bottom = height - size.row / 2
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="system-ui, sans-serif" font-size="12" fill="${colors.text}">`,
    `<title>${escape(run.start?.scenario ?? 'run')}</title><rect width="100%" height="100%" fill="#ffffff"/>`,
    ...lanes.map((lane, at) => laneLine(lane, at, bottom, lanes[at - 1]?.plmn !== lane.plmn)),
    ...items.map((item, at) => row(item, run, size.top + at * size.row + size.row / 2)),
    '</svg>\n',
  ].join('')
}

const xOf = (at: number): number => size.left + at * size.lane + size.lane / 2

const laneLine = ({ label, plmn }: Lane, at: number, bottom: number, first: boolean): string =>
  (first
    ? `<text x="${xOf(at)}" y="18" text-anchor="middle" fill="${colors.muted}">${escape(plmn)}</text>`
    : '') +
  `<text x="${xOf(at)}" y="38" text-anchor="middle">${escape(label)}</text>` +
  `<line x1="${xOf(at)}" x2="${xOf(at)}" y1="46" y2="${bottom}" stroke="${colors.line}" stroke-opacity="0.5"/>`

function row(item: Item, run: Run, y: number): string {
  const { step, at, point, title, facts, fate } = said(item, run)
  const isFailed =
    fate !== '' || ('failed' in item && item.failed) || (item.kind === 'decision' && item.mark === 'failed')
  const color = isFailed ? colors.fail : colors.text
  const words = [point, `${isFailed ? '✗ ' : ''}${title}`, fate, facts.slice(0, 3).join('  ')].filter(
    (part) => part !== '',
  )
  const wordsAt = size.left + run.lanes.length * size.lane + 12
  return (
    `<text x="8" y="${y + 4}" fill="${colors.muted}">${escape(step)}</text>` +
    `<text x="40" y="${y + 4}" fill="${colors.muted}" font-size="10">${escape(at)}</text>` +
    drawing(item, run, y, color) +
    `<text x="${wordsAt}" y="${y + 4}" fill="${color}">${escape(words.join('  '))}</text>`
  )
}

function drawing(item: Item, run: Run, y: number, color: string): string {
  const laneAt = (node: string) => run.lanes.findIndex((lane) => lane.node === node)
  if (item.kind === 'decision') {
    const at = laneAt(item.line.node)
    return at === -1 ? '' : `<circle cx="${xOf(at)}" cy="${y}" r="5" fill="${color}"/>`
  }
  if (item.kind !== 'message') return ''
  const from = laneAt(item.line.from)
  const others =
    item.line.to === 'all'
      ? run.lanes
          .filter(({ node }) => node.startsWith('ue') && node !== item.line.from)
          .map(({ node }) => node)
      : [item.line.to]
  return others
    .map(laneAt)
    .filter((to) => from !== -1 && to !== -1)
    .map((to) => arrow(xOf(from), xOf(to), y, item.line, color))
    .join('')
}

/** A lost frame ends half way at a cross; a changed one has a ring there. */
function arrow(from: number, to: number, y: number, message: MessageLine, color: string): string {
  const { protection } = message
  const fate = fateOf(message)
  const [way, middle] = [Math.sign(to - from), (from + to) / 2]
  const tip = to - 4 * way
  const dash = dashes[protection] === '' ? '' : ` stroke-dasharray="${dashes[protection]}"`
  const end = fate === 'lost' ? middle : tip - 5 * way
  const line = (dy: number) =>
    `<line x1="${from + 4 * way}" x2="${end}" y1="${y + dy}" y2="${y + dy}" stroke="${color}"${dash}/>`
  const lines = protection === 'ciphered' ? line(-1.5) + line(1.5) : line(0)
  if (fate === 'lost')
    return `${lines}<path d="M${middle - 4} ${y - 4}l8 8m0 -8l-8 8" stroke="${color}" stroke-width="2"/>`
  const ring = `<circle cx="${middle}" cy="${y}" r="4" fill="#ffffff" stroke="${color}" stroke-width="2"/>`
  return `${lines}<path d="M${tip} ${y}l${-7 * way} -4v8z" fill="${color}"/>${fate === 'changed' ? ring : ''}`
}
