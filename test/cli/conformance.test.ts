import { describe, expect, it } from 'vitest'
import { conformance, type ConformanceRow } from '../../src/cli/commands/conformance.ts'

const row = (id: string, more: Partial<ConformanceRow> = {}): ConformanceRow => ({
  ...{ id, clause: 'step 7a', says: 'UE-1 is authorised', code: ['src/a.ts'], scenarios: ['7a'] },
  ...{ tests: ['test/a.test.ts: 7a'], met: true, ...more },
})
const rows = [
  row('S1', { bounds: 'once' }),
  row('R46', { met: false, reason: 'not built yet' }),
  row('B1'),
  row('F1'),
]

function printed(flags: Parameters<typeof conformance>[0], of: readonly ConformanceRow[] | undefined = rows) {
  const lines: string[] = []
  const code = conformance(flags, { out: (line) => lines.push(line) }, of)
  return { code, lines }
}

describe('sidelock conformance', () => {
  it('prints a row a line, what bounds it, why it is not met, and the sums', () => {
    expect(printed({}).lines).toEqual([
      'S1   met      step 7a  UE-1 is authorised',
      '              bounded: once',
      'R46  not met  step 7a  UE-1 is authorised',
      '              because: not built yet',
      'B1   met      step 7a  UE-1 is authorised',
      'F1   met      step 7a  UE-1 is authorised',
      '3 of 4 rows met: change request 1 of 1, security rules 0 of 1, bad input 1 of 1, failures 1 of 1',
    ])
    expect(printed({ quiet: true }).lines).toHaveLength(1)
  })

  it('--not-met: only those, with the sums of all', () => {
    const { lines } = printed({ notMet: true })
    expect(lines.map((line) => line.slice(0, 11))).toEqual(['R46  not me', '           ', '3 of 4 rows'])
  })

  it('--json: a row a line, all that the table has', () => {
    const { lines } = printed({ json: true, notMet: true })
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'row', schema: 1, ...rows[1] },
    ])
  })

  it('ends with 1 when a sentence of the change request is not met, whatever else is', () => {
    expect(printed({}).code).toBe(0)
    expect(printed({}, [...rows, row('S2', { met: false, reason: 'no test' })]).code).toBe(1)
  })

  it('has the table of this version: seed, 48 rules, 76 kinds of bad input, 18 failures', () => {
    const lines: string[] = []
    conformance({ json: true }, { out: (line) => lines.push(line) })
    const ids = lines.map((line) => (JSON.parse(line) as ConformanceRow).id)
    const count = (letter: string) => ids.filter((id) => id.startsWith(letter)).length
    expect(new Set(ids).size).toBe(ids.length)
    expect([count('R'), count('B'), count('F')]).toEqual([48, 76, 18])
    expect(count('S')).toBeGreaterThan(60)
  })
})
