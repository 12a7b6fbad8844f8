import { scenarios as all, type Scenario } from '../../testbed/scenarios.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import { note, type Terminal } from '../terminal.ts'

/** The list of scenarios; with a clause those that show it. */
export function scenarios(flags: SharedFlags & { readonly clause?: string }, terminal: Terminal): ExitCode {
  const { clause = '' } = flags
  const found = all.filter((scenario) => scenario.clause.toLowerCase().includes(clause.toLowerCase()))
  if (flags.json) for (const scenario of found) terminal.out(JSON.stringify(rowOf(scenario)))
  else for (const line of tableOf(found)) terminal.out(line)
  if (found.length > 0) return exitCodes.done
  note(terminal, `no scenario shows ${clause}`)
  return exitCodes.otherOutcome
}

const rowOf = ({ name, summary, clause, expect }: Scenario) => ({
  event: 'row',
  schema: 1,
  name,
  summary,
  clause,
  ...expect,
})

function tableOf(found: readonly Scenario[]): string[] {
  const width = Math.max(...found.map(({ name }) => name.length)) + 2
  return found.flatMap(({ name, summary, clause, expect }) => {
    const attempts = expect.attempts > 1 ? [`${expect.attempts} attempts`] : []
    const branch = expect.branch === null ? [] : [`branch ${expect.branch}`]
    const gives = [expect.outcome, ...branch, ...attempts, expect.reason ?? ''].filter((part) => part !== '')
    return [name.padEnd(width) + summary, ' '.repeat(width) + `${gives.join(', ')}   ${clause}`]
  })
}
