import type { Fields, TapState } from '../../core/tap.ts'
import { factsOf, keyFacts, wordOf } from './facts.ts'
import { displayName } from './names.ts'
import type { Mark, Row } from './row.ts'

interface Said {
  readonly mark?: Mark
  readonly title: string
  readonly facts?: readonly string[]
}

/** Decisions that a ladder words itself; any other is its name, its keys and its fields. */
const decisions: Readonly<Record<string, (state: TapState) => Said>> = {
  branch: (state) => ({
    mark: 'decides',
    title: `branch ${word(state.fields, 'branch')}: ${reasonWords(state.fields, 'why')}`,
    facts: [reasonWords(state.fields, 'not'), ...keyFacts(state.keys)],
  }),
}

/** What the reasons of decisions mean. */
const reasons: Readonly<Record<string, string>> = {
  'key-found': 'B-TID and its NAF key are here',
  'key-valid': '',
}

const word = (fields: Fields, name: string): string => wordOf(fields[name] ?? null)

function reasonWords(fields: Fields, name: string): string {
  const value = fields[name]
  const list = Array.isArray(value) ? value.map(wordOf) : []
  return list
    .map((reason) => reasons[reason] ?? reason.replaceAll('-', ' '))
    .filter((text) => text !== '')
    .join(', ')
}

const refusals = /refus|fail|reject|mismatch|denied|not-authorised/

/** The row of a decision that belongs to a step. */
export function decisionRow(state: TapState, step: string): Row {
  const said = decisions[state.what]?.(state) ?? plain(state)
  const mark = said.mark ?? (refusals.test(state.what) ? 'failed' : 'acts')
  const facts = (said.facts ?? []).filter((fact) => fact !== '')
  return { kind: 'decision', step, node: state.node, mark, title: said.title, facts }
}

function plain(state: TapState): Said {
  const keys = keyFacts(state.keys).join('  ')
  const name = `${displayName(state.node)}: ${state.what.replaceAll('-', ' ')}`
  return { title: keys === '' ? name : keys, facts: factsOf(state.fields, state.time) }
}
