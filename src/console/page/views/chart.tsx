import { percentile, rounded } from '../../model/measure.ts'

export interface Series {
  readonly label: string
  readonly values: readonly number[]
}

const size = { width: 720, row: 76, left: 150, right: 90, bins: 48, bar: 44 } as const
const inner = size.width - size.left - size.right

/** How long set-ups took: for each branch a histogram, and where the percentiles lie. A table says the same. */
export function TimeChart({ series }: { series: readonly Series[] }) {
  const longest = Math.max(1, ...series.flatMap(({ values }) => values))
  const scale = niceAbove(longest)
  const height = series.length * size.row + 28
  const xOf = (ms: number) => size.left + (inner * ms) / scale
  const ticks = Array.from({ length: 6 }, (_, at) => (scale * at) / 5)
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${size.width} ${height}`}
      role="img"
      aria-label="histogram of set-up times by branch"
    >
      {ticks.map((ms) => (
        <g key={ms}>
          <line class="grid" x1={xOf(ms)} x2={xOf(ms)} y1="0" y2={height - 24} />
          <text x={xOf(ms)} y={height - 8} text-anchor="middle">
            {rounded(ms)} ms
          </text>
        </g>
      ))}
      {series.map((one, at) => (
        <Histogram key={one.label} series={one} top={at * size.row + 8} scale={scale} xOf={xOf} />
      ))}
    </svg>
  )
}

interface HistogramProps {
  readonly series: Series
  readonly top: number
  readonly scale: number
  readonly xOf: (ms: number) => number
}

function Histogram({ series: { label, values }, top, scale, xOf }: HistogramProps) {
  const counts = Array.from({ length: size.bins }, () => 0)
  for (const ms of values) {
    const bin = Math.min(size.bins - 1, Math.floor((size.bins * ms) / scale))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const highest = Math.max(1, ...counts)
  const base = top + size.bar
  const p50 = percentile(values, 0.5)
  const p95 = percentile(values, 0.95)
  return (
    <g>
      <text x={size.left - 10} y={base - 4} text-anchor="end">
        {label}
      </text>
      <line class="axis" x1={size.left} x2={size.left + inner} y1={base} y2={base} />
      {counts.map((count, bin) => {
        const tall = (size.bar * count) / highest
        const x = xOf((bin * scale) / size.bins)
        return count === 0 ? null : (
          <rect key={bin} class="count" x={x} y={base - tall} width={inner / size.bins - 1} height={tall} />
        )
      })}
      <line class="percentile" x1={xOf(p50)} x2={xOf(p95)} y1={base + 8} y2={base + 8} />
      <circle class="percentile" cx={xOf(p50)} cy={base + 8} r="4" />
      <text x={Math.min(xOf(p95) + 8, size.width - size.right + 4)} y={base + 12}>
        p50 {rounded(p50)}, p95 {rounded(p95)}
      </text>
    </g>
  )
}

/** The next 1, 2 or 5 with zeros. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}
