import type { TapState } from '../../core/tap.ts'
import { factsOf, keyFacts, wordOf } from './facts.ts'
import { displayName } from './names.ts'
import type { Mark, Row } from './row.ts'

interface Said {
  readonly mark: Mark
  readonly title: string
  readonly facts?: readonly string[]
}

/** Decisions that a ladder words itself, undefined for one that needs no row; any other is told by name, keys and fields. */
const decisions: Readonly<Record<string, (state: TapState) => Said | undefined>> = {
  identity: (state) =>
    word(state, 'sends') === 'b-tid'
      ? undefined
      : {
          mark: 'decides',
          title: `${displayName(state.node)} sends ${word(state, 'sends')}: B-TID ${word(state, 'bTid')}`,
        },
  'imsi-over-pc5': (state) =>
    word(state, 'allowed') === 'true'
      ? { mark: 'acts', title: 'the IMSI goes over PC5', facts: [word(state, 'imsi')] }
      : { mark: 'failed', title: 'the IMSI would be needed and may not be sent' },
  branch: (state) => {
    const [first, ...others] = reasonsOf(state, 'why')
    const branch = `branch ${word(state, 'branch')}`
    return {
      mark: 'decides',
      title: first === undefined ? branch : `${branch}: ${first}`,
      facts: [
        ...others,
        ...reasonsOf(state, 'not').map((reason) => `not ${reason}`),
        ...keyFacts(state.keys),
      ],
    }
  },
  'command-verified': () => ({ mark: 'acts', title: 'MAC-I good, list and UE-2 ID right: keys equal' }),
  refused: (state) => ({
    mark: 'failed',
    title: `${displayName(state.node)}: ${word(state, 'reason')}`,
    facts: factsOf({ ...state.fields, reason: null }, state.time),
  }),
  secured: () => undefined,
}

/** What the reasons of a branch mean. */
const reasons: Readonly<Record<string, string>> = {
  'key-found': 'B-TID and its NAF key are here',
  'key-not-found': 'KMF-1 does not know this B-TID',
}

const word = ({ fields }: TapState, name: string): string => wordOf(fields[name] ?? null)

function reasonsOf({ fields }: TapState, name: string): string[] {
  const value = fields[name] ?? []
  const list = Array.isArray(value) ? value.map(wordOf) : [wordOf(value)]
  return list.map((reason) => reasons[reason] ?? reason.replaceAll('-', ' '))
}

/** The row of a decision that belongs to a step, undefined when others tell it already. */
export function decisionRow(state: TapState, step: string): Row | undefined {
  const words = Object.hasOwn(decisions, state.what) ? decisions[state.what] : plain
  const said = words?.(state)
  if (!said) return undefined
  const facts = (said.facts ?? []).filter((fact) => fact !== '')
  return { kind: 'decision', step, node: state.node, mark: said.mark, title: said.title, facts }
}

const refusals = /refus|fail|reject|mismatch|denied/

function plain(state: TapState): Said {
  const keys = keyFacts(state.keys).join('  ')
  const name = `${displayName(state.node)}: ${state.what.replaceAll('-', ' ')}`
  const mark = refusals.test(state.what) ? 'failed' : 'acts'
  return { mark, title: keys === '' ? name : keys, facts: factsOf(state.fields, state.time) }
}
