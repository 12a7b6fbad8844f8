import { useEffect, useState } from 'preact/hooks'
import { counted } from '../../../ladder/names.ts'
import {
  costOf,
  noteOne,
  partsBy,
  points,
  rounded,
  rowsByBranch,
  type By,
  type Cost,
  type CostRow,
  type Parts,
} from '../../model/measure.ts'
import { load } from '../state/live.ts'
import { useStore } from '../state/store.ts'
import { TimeChart } from './chart.tsx'

const counts = ['messages', 'octets', 'octets on PC5'] as const

/** What set-ups took, by branch, step or reference point, over the runs that are chosen. */
export function MeasureView() {
  const store = useStore()
  const [by, setBy] = useState<By>('branch')
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const ids = store.runs.map(({ run }) => String(run))
  useEffect(() => {
    for (const id of ids) if (!store.opened.has(id)) void load(id).catch(() => undefined)
  }, [ids.join()])
  const chosen = ids.filter((id) => !left.has(id))
  const costs = chosen.flatMap((id): Cost[] => {
    const run = store.opened.get(id)
    const cost = run && costOf(run)
    return cost ? [cost] : []
  })
  const rows = rowsByBranch(costs)
  const toggle = (id: string) => {
    const next = new Set(left)
    if (!next.delete(id)) next.add(id)
    setLeft(next)
  }
  return (
    <section class="view measure" aria-label="Measure">
      <div class="moment">
        <h2>Measure</h2>
        <span class="muted">
          {counted(costs.length, 'set-up')}, from the REQUEST of UE-1 or the discovery before it to the end
        </span>
        <span class="grow" />
        <fieldset class="by">
          <legend>by</legend>
          {(['branch', 'step', 'point'] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="by" checked={by === name} onChange={() => setBy(name)} /> {name}
            </label>
          ))}
        </fieldset>
        <button type="button" onClick={() => void copyTable()}>
          copy table
        </button>
      </div>
      <div class="chips" role="group" aria-label="runs">
        {store.runs.map(({ run, scenario }) => (
          <button
            key={run}
            type="button"
            aria-pressed={!left.has(String(run))}
            onClick={() => toggle(String(run))}
          >
            {scenario} #{run}
          </button>
        ))}
      </div>
      <div class="scroll" role="region" aria-label="costs" tabIndex={0}>
        {costs.length === 0 ? (
          <p class="nothing">No set-up has been measured. Each run adds one.</p>
        ) : (
          <>
            {by === 'branch' ? (
              <BranchTable rows={rows} />
            ) : (
              <PartsTable parts={partsBy(costs, by)} unit={by === 'step' ? 'ms' : 'octets'} />
            )}
            <NoteOne rows={rows} />
            <h3>Time of a set-up</h3>
            <TimeChart
              series={rows.map(({ label }) => ({
                label,
                values: costs.filter(({ branch }) => branch === label).map(({ ms }) => ms),
              }))}
            />
          </>
        )}
      </div>
    </section>
  )
}

async function copyTable(): Promise<void> {
  const table = document.querySelector('.measure table')
  const lines = Array.from(table?.querySelectorAll('tr') ?? [], (row) =>
    Array.from(row.children, (cell) => cell.textContent.trim()).join('\t'),
  )
  await navigator.clipboard.writeText(lines.join('\n'))
}

function BranchTable({ rows }: { rows: readonly CostRow[] }) {
  const highest = Math.max(1, ...rows.map(({ octetsOnPc5 }) => octetsOnPc5))
  return (
    <table class="numbers">
      <caption>Means over the set-ups of a branch; times are percentiles</caption>
      <thead>
        <tr>
          <th scope="col">branch</th>
          <th scope="col">set-ups</th>
          {counts.map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
          {points.map((point) => (
            <th scope="col" key={point} class={`text-${point}`}>
              {point}
            </th>
          ))}
          <th scope="col">p50</th>
          <th scope="col">p95</th>
          <th scope="col">p99</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.label}>
            <th scope="row">{row.label}</th>
            <td>{row.runs}</td>
            <td>{rounded(row.messages)}</td>
            <td>{rounded(row.octets)}</td>
            <td>
              {rounded(row.octetsOnPc5)} <Bar share={row.octetsOnPc5 / highest} />
            </td>
            {points.map((point) => (
              <td key={point}>{rounded(row.roundTrips[point] ?? 0)}</td>
            ))}
            <td>{rounded(row.p50)} ms</td>
            <td>{rounded(row.p95)} ms</td>
            <td>{rounded(row.p99)} ms</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td colSpan={2} />
          <td colSpan={3} />
          <td colSpan={7}>round trips on each reference point</td>
          <td colSpan={3} />
        </tr>
      </tfoot>
    </table>
  )
}

function Bar({ share }: { share: number }) {
  return (
    <svg class="bar" width="60" height="10" aria-hidden="true">
      <rect width={Math.round(60 * share)} height="10" />
    </svg>
  )
}

function PartsTable({ parts, unit }: { parts: Parts; unit: string }) {
  const highest = Math.max(1, ...parts.rows.flatMap(({ values }) => values))
  return (
    <table class="numbers">
      <caption>{unit === 'ms' ? 'Median time from the message before' : 'Mean octets'}</caption>
      <thead>
        <tr>
          <th scope="col">{unit === 'ms' ? 'step' : 'point'}</th>
          {parts.labels.map((label) => (
            <th scope="col" key={label}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {parts.rows.map(({ name, values }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {values.map((value, at) => (
              <td key={parts.labels[at]}>
                {rounded(value)} {unit} <Bar share={value / highest} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function NoteOne({ rows }: { rows: readonly CostRow[] }) {
  const lines = noteOne(rows)
  return (
    <div class="note-one">
      <h3>NOTE 1 of step 7b, in numbers</h3>
      <p class="muted">
        “GBA push is also a bootstrapping but with less signalling” than a re-negotiation. CR 33.303 6.X.3.2,
        NOTE 1
      </p>
      {lines.length === 0 ? (
        <p>Run 7a, 7b-expired and 7c-renegotiate-bootstrap: the answer stands here.</p>
      ) : (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  )
}
