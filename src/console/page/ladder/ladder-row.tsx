import { displayName } from '../../../ladder/names.ts'
import type { Lane } from '../../model/lanes.ts'
import type { ShownRow } from '../../model/rows.ts'
import type { Run } from '../../model/run.ts'
import { fateOf, protectionWords, said, spoken } from '../../model/said.ts'
import { LaneDrawing } from './lane-drawing.tsx'
import { rowHeight } from './virtual.ts'

export interface RowProps {
  readonly row: ShownRow
  readonly run: Run
  readonly lanes: readonly Lane[]
  readonly laneWidth: number
  readonly table: boolean
  readonly index: number
  readonly selected: boolean
  readonly showStep: boolean
  readonly onPick: () => void
}

/** One row of the ladder. Its words are read aloud; its lanes are only seen. */
export function LadderRow(props: RowProps) {
  const { row, index, selected, onPick, run } = props
  const top = index * rowHeight
  const label =
    row.kind === 'group'
      ? `${row.title}, ${row.counts}, ${row.open ? 'open' : 'folded'}`
      : spoken(row.item, run)
  return (
    <div
      id={`row-${index}`}
      class={classOf(row, selected)}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-label={label}
      tabIndex={selected ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onPick}
    >
      {row.kind === 'group' ? <GroupCells {...props} row={row} /> : <ItemCells {...props} row={row} />}
    </div>
  )
}

function classOf(row: ShownRow, selected: boolean): string {
  const kind = row.kind === 'group' ? 'group' : row.item.kind
  const failed = row.kind === 'item' && isFailed(row) ? ' failed' : ''
  const fate = row.kind === 'item' && row.item.kind === 'message' ? fateOf(row.item.line) : undefined
  return `row ${kind}${failed}${fate ? ` ${fate}` : ''}${selected ? ' selected' : ''}`
}

const isFailed = ({ item }: Extract<ShownRow, { kind: 'item' }>): boolean =>
  (item.kind === 'message' && item.failed) ||
  (item.kind === 'decision' && item.mark === 'failed') ||
  (item.kind === 'result' && item.line.outcome !== 'secured')

type Of<Kind extends ShownRow['kind']> = RowProps & { readonly row: Extract<ShownRow, { kind: Kind }> }

function GroupCells({ row, run, lanes, laneWidth, table, showStep }: Of<'group'>) {
  const first = row.items[0]
  const step = first && 'step' in first ? first.step : ''
  const at = first ? said(first, run).at : ''
  const point = first?.kind === 'message' ? first.line.point : ''
  return (
    <>
      <span role="gridcell" class="step">
        {showStep ? step : ''}
      </span>
      <span role="gridcell" class="time">
        {at}
      </span>
      {table ? (
        <span role="gridcell" class="ends" />
      ) : (
        <LaneDrawing row={row} lanes={lanes} width={laneWidth} />
      )}
      <span role="gridcell" class={`point text-${point}`}>
        {point}
      </span>
      <span role="gridcell" class="what">
        <span aria-hidden="true" class="fold">
          {row.open ? '▾' : '▸'}
        </span>{' '}
        {row.title} <span class="facts">{row.counts}</span>
      </span>
    </>
  )
}

function ItemCells({ row, run, lanes, laneWidth, table, showStep }: Of<'item'>) {
  const { item } = row
  const { step, at, point, from, to, title, facts, fate } = said(item, run)
  if (item.kind === 'idle' || item.kind === 'attempt')
    return (
      <span role="gridcell" class="rule">
        {title}
        {facts.length > 0 && <span class="facts"> ({facts.join(', ')})</span>}
      </span>
    )
  const trip = item.kind === 'message' ? run.roundTrips.get(item.at) : undefined
  return (
    <>
      <span role="gridcell" class="step">
        {showStep ? step : ''}
      </span>
      <span role="gridcell" class="time" title={trip === undefined ? '' : `answered after ${rounded(trip)}`}>
        {at}
      </span>
      {table ? (
        <span role="gridcell" class="ends">
          {to === '' ? displayName(from) : `${displayName(from)} → ${displayName(to)}`}
        </span>
      ) : (
        <LaneDrawing row={row} lanes={lanes} width={laneWidth} />
      )}
      <span role="gridcell" class={`point text-${point}`}>
        {item.kind === 'decision' && item.line.what === 'branch' ? <span class="why">why?</span> : point}
      </span>
      <span role="gridcell" class="what" title={[title, ...facts].join('  ')}>
        {isFailed(row) && <b class="sign">✗ </b>}
        {item.kind === 'result' && item.line.outcome === 'secured' && <b class="sign">✓ </b>}
        {title}
        {item.kind === 'message' && holdsImsi(item.line) && <b class="sign"> ✗ IMSI in clear</b>}
        {fate !== '' && <b class="sign"> ✗ {fate}</b>}
        {facts.length > 0 && <span class="facts"> {facts.join('  ')}</span>}
        {table && item.kind === 'message' && (
          <span class="facts"> {protectionWords[item.line.protection]}</span>
        )}
      </span>
      <span role="gridcell" class="trip">
        {trip === undefined ? '' : rounded(trip)}
      </span>
    </>
  )
}

const rounded = (ms: number): string => `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`

/** R13: an identity that should not be seen on the air. */
const holdsImsi = ({
  point,
  protection,
  fields,
}: {
  point: string
  protection: string
  fields: object
}): boolean =>
  point === 'PC5' && protection === 'clear' && 'ue1Id' in fields && /^\d{5}·/.test(String(fields.ue1Id))
