import { displayName } from '../../ladder/names.ts'
import type { Item } from './items.ts'

type Test = (item: Item) => boolean

const wordsOf = (item: Item): string => {
  switch (item.kind) {
    case 'message': {
      const { name, from, to, point } = item.line
      const ends = `${displayName(from)} ${displayName(to)} ${from} ${to}`
      return `${name} ${point} ${ends} ${item.facts.join(' ')} ${JSON.stringify(item.line.fields)}`
    }
    case 'decision':
      return `${item.title} ${item.facts.join(' ')} ${displayName(item.line.node)} ${JSON.stringify(item.line.fields)}`
    case 'idle':
      return item.why
    case 'attempt':
      return item.title
    case 'result':
      return item.line.outcome
  }
}

const same = (a: string, b: string): boolean =>
  a.replace('-', '').toLowerCase() === b.replace('-', '').toLowerCase()

const isMessage = (item: Item) => item.kind === 'message'

/** What may stand before a colon, and what it asks of a row. */
const terms: Readonly<Record<string, (value: string) => Test>> = {
  point: (value) => (item) => isMessage(item) && same(item.line.point, value),
  link: (value) => (item) => isMessage(item) && same(item.line.link ?? '', value),
  ue: ofNode,
  node: ofNode,
  step: (value) => (item) => 'step' in item && same(item.step, value),
  is: (value) => (item) => {
    if (value === 'failed')
      return (isMessage(item) && item.failed) || (item.kind === 'decision' && item.mark === 'failed')
    if (value === 'decision') return item.kind === 'decision'
    return isMessage(item) && item.line.protection === value
  },
}

function ofNode(value: string): Test {
  return (item) => {
    if (isMessage(item)) return same(item.line.from, value) || same(item.line.to, value)
    return item.kind === 'decision' && same(item.line.node, value)
  }
}

/** Whether a row matches `point:PC5 ue:UE-1 words`: every term must hold; undefined for an empty filter, which all match. */
export function filterOf(text: string): Test | undefined {
  const tests = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word): Test => {
      const [, name = '', value = ''] = /^(\w+):(.*)$/.exec(word) ?? []
      const term = Object.hasOwn(terms, name) ? terms[name] : undefined
      if (term) return term(value)
      const wanted = word.toLowerCase()
      return (item) => wordsOf(item).toLowerCase().includes(wanted)
    })
  return tests.length === 0 ? undefined : (item) => tests.every((test) => test(item))
}
