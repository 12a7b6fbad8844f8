import type { TapState } from '../core/tap.ts'
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
  derivation: () => undefined,
  'b-tid-forgotten': () => undefined,
  'b-tid-expired': () => undefined,
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
      : undefined,
  authorisation(state) {
    const isAllowed = word(state, 'allowed') === 'true'
    const may = isAllowed ? 'may' : 'may not'
    const what = word(state, 'relay') === 'true' ? 'have UE-2 as relay' : 'link with UE-2'
    return {
      mark: isAllowed ? 'acts' : 'failed',
      title: `${displayName(state.node)}: UEs of ${word(state, 'plmn')} ${may} ${what}`,
    }
  },
  branch: (state) => {
    const [first, ...others] = whatDecided(listOf(state, 'why')).map(reasonWords)
    const branch = `branch ${word(state, 'branch')}`
    return {
      mark: 'decides',
      title: first === undefined ? branch : `${branch}: ${first}`,
      facts: [...others.filter((reason) => reason !== ''), ...notTaken(state)],
    }
  },
  derived: ({ keys: { PDK, Ks_NAF } = {}, fields }) => ({
    mark: 'acts',
    title: `PDK #${PDK} from Ks_NAF #${Ks_NAF}, ${wordOf(fields['ue2Id'] ?? null)}`,
  }),
  'keys-derived': ({ keys }) => ({ mark: 'acts', title: keyFacts(keys).join('  ') }),
  'command-verified': () => ({ mark: 'acts', title: 'MAC-I good, list and UE-2 ID right: keys equal' }),
  refused: (state) => ({
    mark: 'failed',
    title: `${displayName(state.node)}: ${word(state, 'reason')}`,
    facts: 'cause' in state.fields ? [`cause ${word(state, 'cause')}`] : [],
  }),
  secured: () => undefined,
}

/** What the reasons of a branch mean; empty for what the ones before it say already. */
const reasons: Readonly<Record<string, string>> = {
  'key-found': 'B-TID and its NAF key are here',
  'key-valid': '',
  'key-not-found': 'B-TID is here, its PDK key is not',
  'key-expired': 'B-TID is here, its key expired',
  'key-too-old': 'B-TID is here, its key is too old',
  'b-tid-not-found': 'KMF-1 has no such B-TID',
  'bsf-gave-key': 'BSF-1 gave its key',
  'unknown-at-bsf': 'nor has BSF-1: UE-1 must bootstrap',
  'bsf-gave-no-key': 'BSF-1 gave no key',
  imsi: 'UE-1 sent its IMSI',
  authorised: 'UE-1 is authorised',
  'not-authorised': '',
}

/** A key that was found and does not serve: what is wrong with it decided. */
const whatDecided = (reasons: readonly string[]): readonly string[] =>
  reasons.includes('key-expired') || reasons.includes('key-too-old')
    ? reasons.filter((reason) => reason !== 'key-found')
    : reasons

const reasonWords = (reason: string): string => reasons[reason] ?? reason.replaceAll('-', ' ')

const word = ({ fields }: TapState, name: string): string => wordOf(fields[name] ?? null)

function listOf({ fields }: TapState, name: string): string[] {
  const value = fields[name] ?? []
  return Array.isArray(value) ? value.map(wordOf) : [wordOf(value)]
}

/** `not 7c: key is here`. */
function notTaken({ fields }: TapState): string[] {
  const others = fields['notWhy'] ?? {}
  if (typeof others !== 'object' || Array.isArray(others)) return []
  return Object.entries(others).map(([branch, why]) => `not ${branch}: ${wordOf(why)}`)
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
