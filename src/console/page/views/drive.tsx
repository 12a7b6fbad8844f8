import { useState } from 'preact/hooks'
import { displayName } from '../../../ladder/names.ts'
import { ActRefused, post, type ActInfo, type Network, type Order, type Parameter } from '../state/api.ts'
import { openRun } from '../state/live.ts'
import { useStore, type Store } from '../state/store.ts'

type Answer = { readonly says: string } | { readonly problem: string; readonly hint: string }

/** Forces what the procedure must stand: each click does or arms one thing, and shows its shell line. */
export function Drive() {
  const store = useStore()
  const { network } = store
  const acts = (network?.acts ?? []).filter(({ act }) => act !== 'run' && act !== 'disarm')
  return (
    <aside class="drive" aria-label="Drive">
      <h2>Drive</h2>
      {network ? <RunForm network={network} store={store} /> : <p class="muted">Waiting for the testbed.</p>}
      <Chips store={store} />
      <h3>Faults and changes</h3>
      {network && acts.map((act) => <ActForm key={act.act} act={act} network={network} store={store} />)}
      <ShellLine store={store} />
    </aside>
  )
}

/** Does an act and says what came of it beside its button. */
function useAct(store: Store) {
  const [answer, setAnswer] = useState<Answer | undefined>()
  const [busy, setBusy] = useState(false)
  const act = async (order: Order) => {
    setBusy(true)
    setAnswer(undefined)
    try {
      const { command, says = 'done', run } = await post(order)
      store.set({ command })
      setAnswer({ says })
      return run
    } catch (error) {
      const refused = error instanceof ActRefused ? error : undefined
      setAnswer({
        problem: refused ? `${refused.message} [${refused.code}]` : 'the testbed does not answer',
        hint: refused?.hint ?? '',
      })
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { answer, busy, act }
}

function AnswerText({ answer }: { answer: Answer | undefined }) {
  return (
    <p class="answer" role="status">
      {answer && 'says' in answer && answer.says}
      {answer && 'problem' in answer && (
        <span class="failed-text">
          ✗ {answer.problem}
          {answer.hint !== '' && <span class="hint"> {answer.hint}</span>}
        </span>
      )}
    </p>
  )
}

interface RunProps {
  readonly network: Network
  readonly store: Store
}

function RunForm({ network, store }: RunProps) {
  const [scenario, setScenario] = useState(network.scenarios[0]?.name ?? '')
  const ues = network.ues.map(({ name }) => name)
  const [first, setFirst] = useState(ues[0] ?? '')
  const [second, setSecond] = useState(ues[1] ?? '')
  const { answer, busy, act } = useAct(store)
  const chosen = network.scenarios.find(({ name }) => name === scenario)
  const run = async () => {
    const begun = await act({ act: 'run', scenario, ...(ues.length > 2 ? { from: first, to: second } : {}) })
    store.set({ follow: true })
    if (begun !== undefined) await openRun(String(begun)).catch(() => undefined)
    store.set({ follow: true })
  }
  return (
    <form
      class="run-form"
      onFocusIn={() => store.set({ command: `npx sidelock run ${scenario}` })}
      onSubmit={(event) => {
        event.preventDefault()
        void run()
      }}
    >
      {ues.length > 2 && (
        <div class="pair">
          <Choice label="from" value={first} values={ues} onChange={setFirst} />
          <Choice label="to" value={second} values={ues} onChange={setSecond} />
        </div>
      )}
      <Choice
        label="scenario"
        value={scenario}
        values={network.scenarios.map(({ name }) => name)}
        onChange={(name) => {
          setScenario(name)
          store.set({ command: `npx sidelock run ${name}` })
        }}
      />
      {chosen && (
        <p class="summary">
          {chosen.summary} <span class="clause">{chosen.clause}</span>
        </p>
      )}
      <button type="submit" class="primary" disabled={busy}>
        Run
      </button>
      <AnswerText answer={answer} />
    </form>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly values: readonly string[]
  readonly onChange: (value: string) => void
}

function Choice({ label, value, values, onChange }: ChoiceProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {values.map((name) => (
          <option key={name} value={name}>
            {displayName(name)}
          </option>
        ))}
      </select>
    </label>
  )
}

/** `npx sidelock lab cut kmf1 kmf2`. */
const commandOf = ({ act, parameters }: ActInfo, given: Readonly<Record<string, string>>): string =>
  [
    'npx sidelock lab',
    act,
    ...parameters.flatMap(({ name }) => (given[name] === '' ? [] : (given[name] ?? []))),
  ].join(' ')

function ActForm({ act: info, network, store }: RunProps & { act: ActInfo }) {
  const [given, setGiven] = useState<Readonly<Record<string, string>>>(() => starting(info, network))
  const { answer, busy, act } = useAct(store)
  const order = () => {
    const values = info.parameters.flatMap(({ name, kind }) => {
      const value = given[name] ?? ''
      return value === '' ? [] : [[name, kind === 'number' ? Number(value) : value] as const]
    })
    return { ...Object.fromEntries(values), act: info.act }
  }
  return (
    <form
      class="act"
      aria-label={info.summary}
      onFocusIn={() => store.set({ command: commandOf(info, given) })}
      onSubmit={(event) => {
        event.preventDefault()
        void act(order())
      }}
    >
      <button type="submit" disabled={busy} title={info.summary}>
        {info.act.replaceAll('-', ' ')}
      </button>
      {info.parameters.map((parameter) => (
        <Field
          key={parameter.name}
          {...{ parameter, network }}
          act={info.act}
          value={given[parameter.name] ?? ''}
          onChange={(value) => {
            const changed = { ...given, [parameter.name]: value }
            setGiven(changed)
            store.set({ command: commandOf(info, changed) })
          }}
        />
      ))}
      <AnswerText answer={answer} />
    </form>
  )
}

const starting = ({ parameters }: ActInfo, network: Network): Record<string, string> =>
  Object.fromEntries(
    parameters.map((parameter, at) => {
      const values = valuesOf(parameter, network)
      const [own] = network.ues
      if (parameter.kind === 'plmn')
        return [parameter.name, values.find((plmn) => plmn !== own?.plmn) ?? values[0] ?? '']
      const nth = parameters.slice(0, at).filter(({ kind }) => kind === parameter.kind).length
      return [
        parameter.name,
        String(parameter.value ?? (parameter.optional ? '' : (values[nth] ?? values[0] ?? ''))),
      ]
    }),
  )

function valuesOf({ kind, values }: Parameter, { nodes, ues, scenarios }: Network): readonly string[] {
  if (values) return values
  if (kind === 'ue') return ues.map(({ name }) => name)
  if (kind === 'node') return nodes.map(({ name }) => name)
  if (['kmf', 'bsf', 'hss'].includes(kind))
    return nodes.filter(({ role }) => role === kind).map(({ name }) => name)
  if (kind === 'plmn') return [...new Set(nodes.map(({ plmn }) => plmn))]
  return kind === 'scenario' ? scenarios.map(({ name }) => name) : []
}

/** Characters of a value that has room beside others. */
const longestBeside = 8

interface FieldProps {
  readonly parameter: Parameter
  readonly network: Network
  readonly act: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Field({ parameter, network, act, value, onChange }: FieldProps) {
  const { name, kind, unit, min, max, optional } = parameter
  const values = valuesOf(parameter, network)
  const label = `${act} ${name}`
  if (values.length > 0)
    return (
      <select
        class={values.some(({ length }) => length > longestBeside) ? 'wide' : ''}
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {optional && <option value="">any</option>}
        {values.map((one) => (
          <option key={one} value={one}>
            {displayName(one)}
          </option>
        ))}
      </select>
    )
  const input = (event: { currentTarget: HTMLInputElement }) => onChange(event.currentTarget.value)
  return (
    <label class="free">
      {kind === 'number' ? (
        <input
          aria-label={label}
          type="number"
          value={value}
          onInput={input}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
        />
      ) : (
        <input aria-label={label} placeholder={name} value={value} onInput={input} />
      )}
      {unit !== undefined && ` ${unit}`}
    </label>
  )
}

/** What waits for its moment; one click takes it back. */
function Chips({ store }: { store: Store }) {
  const [problem, setProblem] = useState('')
  if (store.armed.length === 0) return null
  return (
    <div class="chips" role="group" aria-label="armed">
      {store.armed.map(({ act, says, undo }, at) => (
        <button
          key={`${act} ${at}`}
          type="button"
          class="chip"
          title="take back"
          onClick={() => {
            post(undo ?? { act: 'reset' }).then(
              () => setProblem(''),
              (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
            )
          }}
        >
          {says ?? act} ×
        </button>
      ))}
      {problem !== '' && <span class="failed-text">✗ {problem}</span>}
    </div>
  )
}

function ShellLine({ store }: { store: Store }) {
  const { command, copied } = store
  if (command === '') return null
  return (
    <div class="shell">
      <p class="muted">the same in a shell:</p>
      <code>{command}</code>{' '}
      <button type="button" onClick={() => void store.copyCommand()}>
        {copied === command ? 'copied' : 'copy'}
      </button>
    </div>
  )
}
