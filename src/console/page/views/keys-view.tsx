import { useState } from 'preact/hooks'
import { displayName } from '../../../ladder/names.ts'
import { derivationOf } from '../../model/derivations.ts'
import { keysAt, type Holding, type KeyRow } from '../../model/keys.ts'
import type { Run } from '../../model/run.ts'
import { useStore } from '../state/store.ts'
import { Moment } from './moment.tsx'

const signs: Readonly<Record<Holding, string>> = { holds: '●', derives: '○', wiped: '·' }
const words: Readonly<Record<Holding, string>> = {
  holds: 'holds it',
  derives: 'can derive it when asked',
  wiped: 'wiped it',
}

/** The tree from K to PEK and PIK, and who holds what after the selected message. */
export function KeysView() {
  const store = useStore()
  const [open, setOpen] = useState<string | undefined>()
  const { current, moment } = store
  if (!current) return <p class="nothing">No run yet.</p>
  const { run } = current
  const rows = keysAt(run, moment)
  const nodes = run.lanes
  const at = Math.max(
    0,
    rows.findIndex(({ id }) => id === open),
  )
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const grid = event.currentTarget as HTMLElement
    setOpen(rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.id)
    requestAnimationFrame(() => grid.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus())
  }
  return (
    <section class="view" aria-label="Keys">
      <Moment title="Keys" />
      <p class="legend">
        <b>●</b> holds <b>○</b> can derive when asked <b>·</b> wiped.{' '}
        {run.start?.unsafe === true
          ? 'A key of this run opens with every octet of its derivation.'
          : 'A key shows as its fingerprint only.'}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="key tree">
        <table class="keys" role="treegrid" aria-label="keys" onKeyDown={onKeyDown}>
          <thead>
            <tr role="row">
              <th scope="col" role="columnheader">
                key
              </th>
              <th scope="col" role="columnheader">
                fingerprint
              </th>
              {nodes.map(({ node, label, plmn }) => (
                <th scope="col" role="columnheader" key={node} class="holder">
                  {label}
                  <small>{plmn}</small>
                </th>
              ))}
              <th scope="col" role="columnheader">
                until
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((key, index) => (
              <tr
                key={key.id}
                role="row"
                aria-level={key.depth}
                aria-selected={key.id === open}
                tabIndex={index === at ? 0 : -1}
                class={`${key.id === open ? 'picked' : ''}${key.expired ? ' expired' : ''}`}
                onClick={() => setOpen(key.id)}
              >
                <td role="gridcell" class={`depth-${key.depth}`}>
                  {key.depth > 1 && <span aria-hidden="true">└ </span>}
                  <b>{key.name}</b>{' '}
                  <span class="muted">{key.name === 'K' ? displayName(key.detail) : key.detail}</span>
                </td>
                <td role="gridcell" class="mono">
                  {key.fingerprint === undefined ? 'held' : `#${key.fingerprint}`}
                </td>
                {nodes.map(({ node }) => {
                  const how = key.holders[node]
                  return (
                    <td key={node} role="gridcell" class={`holder ${how ?? ''}`}>
                      {how && (
                        <span
                          aria-label={wordsOf(how, key.wipedAt[node])}
                          title={wordsOf(how, key.wipedAt[node])}
                          role="img"
                        >
                          {signs[how]}
                        </span>
                      )}
                    </td>
                  )
                })}
                <td role="gridcell">{untilText(key)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p class="nothing">No key has been made by this moment.</p>}
      </div>
      <Derived run={run} row={rows.find(({ id }) => id === open)} moment={moment} />
    </section>
  )
}

const wordsOf = (how: Holding, wipedAt: number | undefined): string =>
  wipedAt === undefined || how !== 'wiped' ? words[how] : `${words[how]} after message ${wipedAt}`

function untilText({ until, expired }: KeyRow): string {
  const time = Date.parse(until)
  return Number.isNaN(time)
    ? until
    : new Date(time).toISOString().slice(11, 19) + (expired ? ' expired' : ' UTC')
}

function Derived({ run, row, moment }: { run: Run; row: KeyRow | undefined; moment: number }) {
  if (!row) return <p class="nothing">Pick a key to see how it is derived, and who has it.</p>
  const derivation = derivationOf(run, row, moment)
  if (!derivation) return null
  const { formula, clause, parameters, revealed } = derivation
  return (
    <div class="derivation" tabIndex={0} role="region" aria-label="derivation">
      <h3>
        {row.name} {row.fingerprint !== undefined && <span class="mono">#{row.fingerprint}</span>}
      </h3>
      <p class="mono">{formula}</p>
      <dl class="facts-list">
        {(revealed?.rows ?? parameters).map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="mono">{value === '' ? 'not said yet' : value}</dd>
          </div>
        ))}
        {revealed && (
          <div>
            <dt>{row.name}</dt>
            <dd class="mono failed-text">{revealed.key}</dd>
          </div>
        )}
        {Object.entries(row.holders).map(([node, how]) => (
          <div key={node}>
            <dt>{displayName(node)}</dt>
            <dd>{wordsOf(how, row.wipedAt[node])}</dd>
          </div>
        ))}
      </dl>
      {revealed?.command !== undefined && (
        <p>
          <span class="muted">the same in a shell:</span> <code>{revealed.command}</code>
        </p>
      )}
      <p class="clause">{clause}</p>
    </div>
  )
}
