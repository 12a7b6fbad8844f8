import { displayName, duration } from '../../ladder/names.ts'
import type { Protection } from '../../core/tap.ts'
import type { Item } from './items.ts'
import type { MessageLine } from './lines.ts'
import type { Run } from './run.ts'

/** A row in words, the same wherever it is shown or read aloud. */
export interface Said {
  readonly step: string
  /** Since the beginning of the set-up. */
  readonly at: string
  readonly point: string
  readonly from: string
  readonly to: string
  readonly title: string
  readonly facts: readonly string[]
  /** What became of a frame on its way; empty for one that arrived as it was sent. */
  readonly fate: string
}

/** Nobody heard it, or somebody heard another one. */
export type Fate = 'lost' | 'changed'

export const fateOf = ({ lost, original }: Pick<MessageLine, 'lost' | 'original'>): Fate | undefined =>
  lost === true ? 'lost' : original === undefined ? undefined : 'changed'

const fateWords: Readonly<Record<Fate, string>> = { lost: 'lost on its way', changed: 'changed on its way' }

export const protectionWords: Readonly<Record<Protection, string>> = {
  clear: 'in clear',
  integrity: 'integrity protected',
  ciphered: 'ciphered and integrity protected',
}

export function said(item: Item, run: Run): Said {
  const nothing = { step: '', at: '', point: '', from: '', to: '', facts: [], fate: '' }
  switch (item.kind) {
    case 'message': {
      const { point, from, to, name, ms } = item.line
      const { step, facts } = item
      const became = fateOf(item.line)
      const fate = became === undefined ? '' : fateWords[became]
      return { step, at: timeText(ms - run.zero), point, from, to, title: name, facts, fate }
    }
    case 'decision': {
      const { node, ms } = item.line
      const { step, title, facts } = item
      return { ...nothing, step, at: timeText(ms - run.zero), from: node, title, facts }
    }
    case 'idle':
      return {
        ...nothing,
        title: `${duration(item.ms)} nothing happens`,
        facts: item.why === '' ? [] : [item.why],
      }
    case 'attempt':
      return { ...nothing, title: item.title }
    case 'result':
      return {
        ...nothing,
        title: resultText(item.line.outcome, item.line.fields),
        facts: resultFacts(item.line.fields),
      }
  }
}

const resultText = (outcome: string, fields: Readonly<Record<string, unknown>>): string => {
  const branch = typeof fields['branch'] === 'string' ? `, branch ${fields['branch']}` : ''
  return `${outcome.replace('-', ' ')}${branch}`
}

/** Who decided, why, and where the rule stands. */
function resultFacts(fields: Readonly<Record<string, unknown>>): string[] {
  const by = fields['decidedBy'] as Readonly<Record<string, string>> | null | undefined
  const keys = [fields['eea'], fields['eia']].filter((name) => typeof name === 'string')
  return [
    ...(by ? [`step ${by['step']}, ${displayName(by['node'] ?? '')}: ${by['reason']}`] : []),
    ...(typeof fields['reason'] === 'string' ? [fields['reason']] : []),
    ...(typeof fields['clause'] === 'string' ? [fields['clause']] : []),
    ...keys.map(String),
    ...(fields['keysEqual'] === true ? ['keys equal at UE-1 and UE-2'] : []),
    ...(fields['expected'] === false ? ['not what this scenario expects'] : []),
  ]
}

/** `+48 ms`, `−3.20 s`, `+1 h`: one digit behind the point below 10 ms. */
export function timeText(ms: number): string {
  const sign = ms < 0 ? '−' : '+'
  const size = Math.abs(ms)
  if (size >= 100_000) return `${sign}${duration(size)}`
  if (size >= 1000) return `${sign}${(size / 1000).toFixed(size < 10_000 ? 2 : 1)} s`
  return `${sign}${size < 10 ? Math.round(size * 10) / 10 : Math.round(size)} ms`
}

/** `step 12, PC5, UE-2 to UE-1, DIRECT_SECURITY_MODE_COMMAND, integrity protected, +48 ms`. */
export function spoken(item: Item, run: Run): string {
  const { step, at, point, from, to, title, facts, fate } = said(item, run)
  const protection = item.kind === 'message' ? protectionWords[item.line.protection] : ''
  const ends = to === '' ? displayName(from) : `${displayName(from)} to ${displayName(to)}`
  const name = item.kind === 'message' ? title.replaceAll('_', ' ').toLowerCase() : title
  return [step === '' ? '' : `step ${step}`, point, ends, name, protection, fate, at, facts.join(', ')]
    .filter((part) => part !== '')
    .join(', ')
}
