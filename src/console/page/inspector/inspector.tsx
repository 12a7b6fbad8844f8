import { useMemo } from 'preact/hooks'
import type { Fields } from '../../../core/tap.ts'
import { wordOf } from '../../../ladder/facts.ts'
import { displayName, grouped } from '../../../ladder/names.ts'
import { branchTable } from '../../model/branches.ts'
import { fieldOfPath, flatFields, type FieldNode, type Inspected } from '../../model/fields.ts'
import type { Item } from '../../model/items.ts'
import type { MessageLine, StateLine } from '../../model/lines.ts'
import type { Run } from '../../model/run.ts'
import { protectionWords, said } from '../../model/said.ts'
import { stepClause, steps } from '../../model/steps.ts'
import { useCodecs } from '../state/codecs.ts'
import { useStore, type Store } from '../state/store.ts'
import { FieldTree } from './field-tree.tsx'
import { Octets } from './octets.tsx'

/** The selected message or decision: what each octet says, or why it was decided so. */
export function Inspector() {
  const store = useStore()
  const { item, current } = store
  return (
    <aside class="inspector" aria-label="Inspector">
      {!current || !item ? (
        <p class="nothing">Pick a message to see every octet of it.</p>
      ) : (
        <>
          <Heading item={item} run={current.run} store={store} />
          {item.kind === 'message' && <MessageDetails line={item.line} store={store} />}
          {item.kind === 'decision' && (
            <DecisionDetails line={item.line} title={item.title} facts={item.facts} />
          )}
          {item.kind === 'result' && <ResultDetails item={item} run={current.run} />}
        </>
      )}
    </aside>
  )
}

function Heading({ item, run, store }: { item: Item; run: Run; store: Store }) {
  const { step, at, point, from, to, title } = said(item, run)
  const ends = to === '' ? displayName(from) : `${displayName(from)} → ${displayName(to)}`
  const go = (by: number) => {
    const { rows } = store
    const items = rows.flatMap((row) => (row.kind === 'item' ? [row.item] : []))
    const next = items[items.indexOf(item) + by]
    if (next) store.select(store.items.indexOf(next))
  }
  return (
    <header>
      <p class="where">
        {step !== '' && <b>{step}</b>} <span class={`text-${point}`}>{point}</span> {ends}{' '}
        <span class="muted">{at}</span>
        <span class="go">
          <button type="button" aria-label="previous" onClick={() => go(-1)}>
            ◀
          </button>
          <button type="button" aria-label="next" onClick={() => go(1)}>
            ▶
          </button>
        </span>
      </p>
      <h2>{title}</h2>
    </header>
  )
}

function MessageDetails({ line, store }: { line: MessageLine; store: Store }) {
  const codecs = useCodecs()
  const inspected = useMemo(() => codecs?.inspect(line), [codecs, line])
  const { step = '', fields } = line
  const said = fields['error'] ?? fields['cause'] ?? fields['Experimental-Result']
  return (
    <>
      <Protection line={line} />
      {steps[step] !== undefined && (
        <p class="meaning">
          {steps[step]} <span class="clause">{stepClause(step)}</span>
        </p>
      )}
      {said !== undefined && said !== null && (
        <p class="told">
          told {displayName(line.to)}: <b>{typeof said === 'string' ? said : JSON.stringify(said)}</b>
        </p>
      )}
      {inspected && <Decoded inspected={inspected} store={store} fields={fields} name={line.name} />}
    </>
  )
}

function Protection({ line }: { line: MessageLine }) {
  const { protection, security, bytes, point } = line
  const by = point === 'PC5' ? '' : point === 'Ub' ? ', HTTP Digest AKAv1-MD5' : ' by TLS, shown as inside it'
  return (
    <dl class="protection">
      <div>
        <dt>octets</dt>
        <dd>{grouped(bytes.length / 2)}</dd>
      </div>
      <div>
        <dt>protection</dt>
        <dd>
          {protectionWords[protection]}
          {by}
        </dd>
      </div>
      {security && (
        <>
          {(['pik', 'pek'] as const).map(
            (name) =>
              security[name] !== undefined && (
                <div key={name}>
                  <dt>{name.toUpperCase()}</dt>
                  <dd class="mono">#{security[name]}</dd>
                </div>
              ),
          )}
          <div>
            <dt>COUNT</dt>
            <dd class="mono">{security.count}</dd>
          </div>
          <div>
            <dt>BEARER</dt>
            <dd class="mono">{security.bearer}</dd>
          </div>
          <div>
            <dt>DIRECTION</dt>
            <dd class="mono">{security.direction}</dd>
          </div>
        </>
      )}
    </dl>
  )
}

/** Fields and octets: one selection, both ways. */
export function Decoded({
  inspected,
  store,
  fields,
  name,
}: {
  inspected: Inspected
  store: Store
  fields: MessageLine['fields']
  /** As the heading has it. */
  name?: string
}) {
  const picked = store.field === undefined ? undefined : fieldOfPath(inspected.fields, store.field)
  const hovered = flatFields(inspected.fields).find(({ path }) => path === store.hovered)
  const { stopped, clause, original } = inspected
  return (
    <>
      <p class="clause">
        {name === inspected.name ? '' : `${inspected.name}, `}
        {clause}
      </p>
      {original && <p class="stopped">✗ changed on its way: what was sent stands below each changed octet</p>}
      {stopped && (
        <p class="stopped" role="note">
          ✗ decoding stopped at octet {stopped.offset}, {stopped.field}: {stopped.reason}
        </p>
      )}
      <FieldTree inspected={inspected} store={store} picked={picked} fields={fields} />
      <Octets inspected={inspected} store={store} picked={picked} hovered={hovered} />
      <Meaning field={hovered ?? picked} />
    </>
  )
}

function Meaning({ field }: { field: FieldNode | undefined }) {
  return (
    <p class="field-meaning" aria-live="off" tabIndex={0}>
      {field ? (
        <>
          <b>{field.name}</b> octets {field.from} to {field.to - 1}
          {field.format === undefined ? '' : `, ${field.format}`}: {field.text}
        </>
      ) : (
        <span class="muted">Point at an octet or a field.</span>
      )}
    </p>
  )
}

function DecisionDetails({
  line,
  title,
  facts,
}: {
  line: StateLine
  title: string
  facts: readonly string[]
}) {
  const { step = '', node, keys = {}, fields } = line
  const shown = Object.entries(fields).filter(([name]) => !['branch', 'why', 'notWhy'].includes(name))
  return (
    <>
      {steps[step] !== undefined && (
        <p class="meaning">
          {steps[step]} <span class="clause">{stepClause(step)}</span>
        </p>
      )}
      {line.what === 'branch' ? <BranchTable line={line} /> : <p>{[title, ...facts].join('. ')}</p>}
      <h3>what {displayName(node)} says</h3>
      <dl class="facts-list">
        {Object.entries(keys).map(([name, fingerprint]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="mono">#{fingerprint}</dd>
          </div>
        ))}
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function BranchTable({ line }: { line: StateLine }) {
  return (
    <table class="branches">
      <caption>Step 7: which key, and why not another</caption>
      <thead>
        <tr>
          <th scope="col">branch</th>
          <th scope="col">is taken when, and then</th>
          <th scope="col">here</th>
        </tr>
      </thead>
      <tbody>
        {branchTable(line).map(({ branch, condition, does, taken, because }) => (
          <tr key={branch} class={taken ? 'taken' : ''}>
            <th scope="row">
              {taken ? '◆ ' : ''}
              {branch}
            </th>
            <td>
              {condition}. It {does}.
            </td>
            <td>
              {taken ? <b>taken: </b> : 'not: '}
              {because}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What the result line counts. */
const costs = [
  ['attempts', 'attempts', ''],
  ['setupMs', 'set-up', 'ms'],
  ['messages', 'messages', 'in steps 2 to 14'],
  ['octets', 'octets', 'in steps 2 to 14'],
  ['roundTrips', 'round trips', ''],
  ['bootstrapMessages', 'bootstrapping', 'messages in steps 0 and 1'],
] as const

function ResultDetails({ item, run }: { item: Item; run: Run }) {
  const { facts } = said(item, run)
  const fields: Fields = run.result?.fields ?? {}
  const told = run.items.filter((other) => other.kind === 'message' && other.failed)
  return (
    <>
      <ul>
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      <dl class="facts-list">
        {costs.map(([name, label, unit]) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd>
              {wordOf(fields[name] ?? null) || '–'} {unit}
            </dd>
          </div>
        ))}
      </dl>
      {told.length > 0 && (
        <>
          <h3>what each was told</h3>
          <ul>
            {told.map((other) => {
              const { to, title, facts: words } = said(other, run)
              return (
                <li key={other.at}>
                  {displayName(to)}: {words[0] ?? title}
                </li>
              )
            })}
          </ul>
        </>
      )}
    </>
  )
}
