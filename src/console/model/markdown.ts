import { displayName } from '../../ladder/names.ts'
import type { Item } from './items.ts'
import { said } from './said.ts'
import type { Run } from './run.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** The rows of a run as a Markdown table; with `ns` only those of these messages. */
export function markdownOf(run: Run, ns?: ReadonlySet<number>): string {
  const shown = run.items.filter((item) => isTold(item, ns))
  const rows = shown.map((item) => {
    const { step, at, point, from, to, title, facts, fate } = said(item, run)
    const ends = to === '' ? displayName(from) : `${displayName(from)} → ${displayName(to)}`
    const told = [fate, ...facts].filter((fact) => fact !== '').join('; ')
    return `| ${[step, at, point, ends, title, told].map(cell).join(' | ')} |`
  })
  const { start, result } = run
  const head = `# ${start?.scenario ?? 'run'}${result ? `: ${result.outcome}` : ''}`
  return [
    head,
    '',
    start?.time ?? '',
    '',
    '| step | time | point | from, to | what | facts |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** Whether an export has this row: no heartbeat, and when messages are named only what belongs to them. */
export const isTold = (item: Item, ns?: ReadonlySet<number>): boolean =>
  !(item.kind === 'message' && item.line.heartbeat) && (ns?.has(item.at) ?? true)
