import { readFileSync } from 'node:fs'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import type { Terminal } from '../terminal.ts'

/** A row of docs/conformance.json. */
export interface ConformanceRow {
  /** S: the change request, R: security rule, B: bad input, E: extension, F: failure. */
  readonly id: string
  readonly clause: string
  readonly says: string
  readonly code: readonly string[]
  readonly scenarios: readonly string[]
  readonly tests: readonly string[]
  /** What a default of ours allows less than the clause. */
  readonly bounds?: string
  readonly met: boolean
  /** Why it is not met. */
  readonly reason?: string
}

/** The table as the tests of this version gave it. */
const ofThisVersion = (): readonly ConformanceRow[] => {
  const file = new URL('../../../docs/conformance.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly rows: readonly ConformanceRow[] }).rows
}

/** Each row and whether it is met; 0 when every sentence of the change request is. */
export function conformance(
  flags: SharedFlags & { readonly notMet?: boolean },
  { out }: Pick<Terminal, 'out'>,
  rows: readonly ConformanceRow[] = ofThisVersion(),
): ExitCode {
  const shown = flags.notMet ? rows.filter(({ met }) => !met) : rows
  if (flags.json) for (const row of shown) out(JSON.stringify({ event: 'row', schema: 1, ...row }))
  else {
    if (!flags.quiet) for (const line of tableOf(shown)) out(line)
    out(sumsOf(rows))
  }
  return ofChangeRequest(rows).every(({ met }) => met) ? exitCodes.done : exitCodes.otherOutcome
}

const ofChangeRequest = (rows: readonly ConformanceRow[]) => rows.filter(({ id }) => id.startsWith('S'))

function tableOf(rows: readonly ConformanceRow[]): string[] {
  const width = Math.max(...rows.map(({ clause }) => clause.length), 0)
  return rows.flatMap(({ id, met, clause, says, bounds, reason }) => [
    `${id.padEnd(4)} ${met ? 'met    ' : 'not met'}  ${clause.padEnd(width)}  ${says}`,
    ...(bounds === undefined ? [] : [`${' '.repeat(14)}bounded: ${bounds}`]),
    ...(reason === undefined ? [] : [`${' '.repeat(14)}because: ${reason}`]),
  ])
}

const kinds = [
  ['S', 'change request'],
  ['R', 'security rules'],
  ['B', 'bad input'],
  ['E', 'extensions'],
  ['F', 'failures'],
] as const

function sumsOf(rows: readonly ConformanceRow[]): string {
  const sum = (some: readonly ConformanceRow[]) => `${some.filter(({ met }) => met).length} of ${some.length}`
  const parts = kinds.flatMap(([letter, name]) => {
    const own = rows.filter(({ id }) => id.startsWith(letter))
    return own.length > 0 ? [`${name} ${sum(own)}`] : []
  })
  return `${sum(rows)} rows met: ${parts.join(', ')}`
}
