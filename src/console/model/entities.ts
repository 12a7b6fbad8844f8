import { fieldWord } from '../../ladder/facts.ts'
import { displayName } from '../../ladder/names.ts'
import { keysAt } from './keys.ts'
import type { MessageLine, StateLine } from './lines.ts'
import type { Run } from './run.ts'

export interface EntitySection {
  readonly title: string
  readonly rows: readonly (readonly string[])[]
}

/** What one entity has after message `n`, folded from the lines. */
export function entityAt(run: Run, node: string, n: number): readonly EntitySection[] {
  const states = run.states.filter((state) => state.node === node && state.n <= n)
  const messages = run.messages.filter((line) => line.n <= n && (line.from === node || line.to === node))
  const sections: EntitySection[] = [
    { title: 'peers', rows: peers(states) },
    { title: 'B-TIDs', rows: bTids(states) },
    { title: 'links', rows: links(states) },
    {
      title: 'keys',
      rows: keysAt(run, n)
        .filter(({ holders }) => holders[node] !== undefined && holders[node] !== 'wiped')
        .map((key) => [
          key.name,
          key.fingerprint === undefined ? 'held' : `#${key.fingerprint}`,
          key.detail,
          key.until,
        ]),
    },
    { title: 'waits for', rows: pending(messages, node) },
    { title: 'last SQN', rows: sequenceNumbers(states) },
    { title: 'counters', rows: counters(states) },
    { title: 'decisions', rows: decisions(states) },
    {
      title: 'messages',
      rows: [
        [
          `${messages.filter(({ from }) => from === node).length} sent, ${messages.filter(({ to }) => to === node).length} received`,
        ],
      ],
    },
  ]
  return sections.filter(({ rows }) => rows.length > 0)
}

const word = ({ fields }: StateLine, name: string): string => fieldWord(fields, name)

function peers(states: readonly StateLine[]): string[][] {
  const known = new Map<string, string>()
  for (const state of states)
    if (state.what.startsWith('peer-'))
      known.set(word(state, 'peer'), state.what === 'peer-up' ? 'up' : 'lost')
  return Array.from(known, ([peer, how]) => [displayName(peer), how])
}

function bTids(states: readonly StateLine[]): string[][] {
  const known = new Map<string, string[]>()
  for (const state of states) {
    const { fields } = state
    if (typeof fields['btid'] !== 'string') continue
    const [, impi = '', until = ''] = known.get(fields['btid']) ?? []
    known.set(fields['btid'], [fields['btid'], word(state, 'impi') || impi, word(state, 'expires') || until])
  }
  return [...known.values()]
}

function links(states: readonly StateLine[]): string[][] {
  const known = new Map<string, string[]>()
  for (const state of states) {
    const peer = word(state, 'peer')
    if (state.what === 'secured' || state.what === 'rekeyed') {
      const id = word(state, 'kdSessId')
      const how =
        state.what === 'rekeyed' ? `rekeyed ${word(state, 'rekeyings')}×, KD-sess ID ${id}` : 'secured'
      known.set(peer, [
        `peer ${peer}`,
        word(state, 'role'),
        `${word(state, 'eea')} ${word(state, 'eia')}`,
        how,
      ])
    }
    if (state.what === 'released') known.set(peer, [`peer ${peer}`, word(state, 'role'), '', 'released'])
  }
  return [...known.values()]
}

/** Requests of this node that nobody has answered yet. */
function pending(messages: readonly MessageLine[], node: string): string[][] {
  const open = new Map<string, MessageLine>()
  for (const line of messages) {
    if (line.heartbeat || line.name === 'USER_DATA' || line.to === 'all') continue
    open.delete(`${line.point} ${line.to} ${line.from}`)
    const isAnswer = /A$|RESPONSE|ACCEPT|COMPLETE|REJECT|^\d/.test(line.name)
    if (!isAnswer) open.set(`${line.point} ${line.from} ${line.to}`, line)
  }
  return [...open.values()]
    .filter(({ from }) => from === node)
    .map(({ name, to, point }) => [`${displayName(to)} to answer ${name}`, point])
}

const sequenceNumbers = (states: readonly StateLine[]): string[][] => {
  const last = new Map(
    states.filter(({ fields }) => 'sqn' in fields).map((state) => [word(state, 'imsi'), word(state, 'sqn')]),
  )
  return Array.from(last, ([imsi, sqn]) => [`IMSI ${imsi}`, `SQN ${sqn}`])
}

function counters(states: readonly StateLine[]): string[][] {
  const counts = new Map<string, number>()
  for (const state of states)
    if (state.what === 'counted')
      counts.set(word(state, 'counter'), (counts.get(word(state, 'counter')) ?? 0) + 1)
  return Array.from(counts, ([counter, count]) => [counter, String(count)])
}

const decisions = (states: readonly StateLine[]): string[][] =>
  states
    .filter(({ what }) => !/^(peer-|counted|watched|vector|derivation)/.test(what))
    .slice(-6)
    .map((state) => [
      state.step === undefined ? '' : `step ${state.step}`,
      state.what.replaceAll('-', ' '),
      state.what === 'refused' ? word(state, 'reason') : word(state, 'branch'),
    ])
