import { useEffect, useState } from 'preact/hooks'
import { displayName } from '../../../ladder/names.ts'
import { entityAt } from '../../model/entities.ts'
import type { Lane } from '../../model/lanes.ts'
import type { Run } from '../../model/run.ts'
import { getNode } from '../state/api.ts'
import { useStore } from '../state/store.ts'
import { Moment } from './moment.tsx'
import { Shown } from './shown.tsx'

/** What each entity holds after the selected message, and one of them as it is now. */
export function EntitiesView() {
  const store = useStore()
  const { current, entity, moment } = store
  if (!current) return <p class="nothing">No run yet.</p>
  const { run } = current
  const picked = run.lanes.filter(({ node }) => entity === '' || node === entity)
  return (
    <section class="view" aria-label="Entities">
      <Moment title="Entities" />
      <div class="picker" role="group" aria-label="entity">
        <button type="button" aria-pressed={entity === ''} onClick={() => store.set({ entity: '' })}>
          all
        </button>
        {run.lanes.map(({ node }) => (
          <button
            key={node}
            type="button"
            aria-pressed={entity === node}
            onClick={() => store.set({ entity: node })}
          >
            {displayName(node)}
          </button>
        ))}
      </div>
      <div
        class={`cards${picked.length === 1 ? ' one' : ''}`}
        role="region"
        tabIndex={0}
        aria-label="each entity"
      >
        {picked.map((lane) => (
          <Entity key={lane.node} lane={lane} run={run} moment={moment} />
        ))}
        {picked.length === 1 && store.source.kind === 'live' && (
          <Now node={entity} lines={run.texts.length} />
        )}
      </div>
    </section>
  )
}

function Entity({ lane, run, moment }: { lane: Lane; run: Run; moment: number }) {
  const sections = entityAt(run, lane.node, moment)
  return (
    <article class="card">
      <h3>
        {displayName(lane.node)} <small class="muted">{lane.plmn}</small>
      </h3>
      {sections.map(({ title, rows }) => (
        <table key={title}>
          <caption>{title}</caption>
          <tbody>
            {rows.map((cells, at) => (
              <tr key={`${at} ${cells.join()}`}>
                {cells.map((cell, column) => (
                  <td key={column} class={cell.startsWith('#') ? 'mono' : isTime(cell) ? 'time' : ''}>
                    {timeOr(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </article>
  )
}

const isTime = (cell: string): boolean => /^\d{4}-\d\d-\d\dT/.test(cell)
const timeOr = (cell: string): string => (isTime(cell) ? cell.slice(11, 19) : cell)

const refreshMs = 2000

/** The entity as it answers now, at every line and in between: the same as `sidelock show`. */
function Now({ node, lines }: { node: string; lines: number }) {
  const [shown, setShown] = useState<unknown>()
  useEffect(() => {
    let wanted = true
    const ask = () =>
      getNode(node).then(
        (value) => wanted && setShown(value),
        () => wanted && setShown(undefined),
      )
    void ask()
    const timer = setInterval(() => void ask(), refreshMs)
    return () => {
      wanted = false
      clearInterval(timer)
    }
  }, [node, lines])
  if (shown === undefined) return null
  return (
    <article class="card now">
      <h3>
        {displayName(node)} now <small class="muted mono">npx sidelock show {node}</small>
      </h3>
      <Shown value={shown} />
    </article>
  )
}
