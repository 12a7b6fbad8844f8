// Bars of ratios on a logarithmic axis, each with its spread and with what it must be.

const size = { label: 560, plot: 420, row: 24, top: 34, end: 60 }
const ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]

const escaped = (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const style = `text { font: 12px sans-serif; fill: #24292f } .axis { stroke: #8c959f; stroke-opacity: 0.4 }
.met { fill: #2da44e } .missed { fill: #cf222e } .spread { stroke: #24292f } .must { stroke: #0969da; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .spread { stroke: #e6edf3 } .must { stroke: #58a6ff } }`

/** From a ratio to its place on the axis, between the ticks that hold all of them. */
function axisOf(rows) {
  const all = rows
    .flatMap(({ reached, must, spread }) => [reached, must, ...spread])
    .filter((value) => value > 0)
  const shown = ticks.filter(
    (tick, at) => (ticks[at + 1] ?? Infinity) > Math.min(...all) && (ticks[at - 1] ?? 0) < Math.max(...all),
  )
  const [lowest, highest] = [shown[0], shown.at(-1)]
  const place = (value) => {
    const within = Math.min(highest, Math.max(lowest, value))
    return size.label + (size.plot * Math.log(within / lowest)) / Math.log(highest / lowest)
  }
  return { shown, place: (value) => Number(place(value).toFixed(1)) }
}

function bar({ what, to, reached, spread, must, met }, top, place) {
  const middle = top + size.row / 2
  const [from, until] = spread.map(place)
  const width = Math.max(1, place(reached) - size.label).toFixed(1)
  return `<text x="${size.label - 8}" y="${middle + 4}" text-anchor="end">${escaped(`${what} / ${to}`)}</text>
<rect class="${met ? 'met' : 'missed'}" x="${size.label}" y="${top + 5}" width="${width}" height="${size.row - 10}"/>
<line class="spread" x1="${from}" y1="${middle}" x2="${until}" y2="${middle}"/>
<line class="must" x1="${place(must)}" y1="${top + 2}" x2="${place(must)}" y2="${top + size.row - 2}"/>
<text x="${Math.max(until, place(reached), place(must)) + 6}" y="${middle + 4}">${reached}</text>`
}

/** SVG of those that are ratios. */
export function chart(bounded) {
  const rows = bounded.filter(({ reached }) => typeof reached === 'number')
  if (rows.length === 0) return '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
  const { shown, place } = axisOf(rows)
  const height = size.top + rows.length * size.row
  const lines = shown.map(
    (
      tick,
    ) => `<line class="axis" x1="${place(tick)}" y1="${size.top - 6}" x2="${place(tick)}" y2="${height}"/>
<text x="${place(tick)}" y="${size.top - 12}" text-anchor="middle">${tick}</text>`,
  )
  const bars = rows.map((row, at) => bar(row, size.top + at * size.row, place))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.label + size.plot + size.end}" height="${height + 8}">
<title>Ratios, their spread, and what they must be (blue)</title>
<style>${style}</style>
${[...lines, ...bars].join('\n')}
</svg>
`
}
