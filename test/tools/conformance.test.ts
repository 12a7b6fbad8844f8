import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Row {
  readonly id: string
  readonly named?: string
  readonly scenarios?: readonly string[]
  readonly tests?: readonly string[]
  readonly notMet?: string
}
interface Test {
  readonly file: string
  readonly title: string
  readonly fullName: string
  readonly status: string
}
type Evaluated = (row: Row, tests: readonly Test[]) => { met: boolean; reason?: string; tests: string[] }

const tool = pathToFileURL(resolve(import.meta.dirname, '../../tools/conformance/evaluate.mjs')).href
const { evaluated } = (await import(tool)) as { readonly evaluated: Evaluated }

const passed = (file: string, title: string, status = 'passed'): Test => ({
  ...{ file, title, fullName: `a group ${title}`, status },
})
const rules = 'test/rules.test.ts'

describe('a row of the conformance table', () => {
  it('is not met without a test, also when its test was skipped', () => {
    expect(evaluated({ id: 'R1', named: 'R1' }, [])).toMatchObject({
      met: false,
      reason: 'no test: none names it',
    })
    expect(evaluated({ id: 'S1' }, [passed(rules, 'R1: x')])).toMatchObject({ met: false })
    expect(evaluated({ id: 'R1', named: 'R1' }, [passed(rules, 'R1: x', 'skipped')])).toMatchObject({
      met: false,
    })
  })

  it('is met by tests whose titles name its number, and no other number', () => {
    const tests = [passed(rules, 'R1, R22: x'), passed('test/b.test.ts', 'y (R1)'), passed(rules, 'R11: z')]
    expect(evaluated({ id: 'R1', named: 'R1' }, tests)).toMatchObject({
      met: true,
      tests: ['test/b.test.ts', rules],
    })
    expect(evaluated({ id: 'R2', named: 'R2' }, tests)).toMatchObject({ met: false, tests: [] })
  })

  it('is not met when one of the tests that name it failed', () => {
    const tests = [passed(rules, 'R1: x'), passed(rules, 'R1: y', 'failed')]
    expect(evaluated({ id: 'R1', named: 'R1' }, tests)).toMatchObject({
      ...{ met: false, reason: 'fails: a group R1: y' },
    })
  })

  it('needs each test and scenario that it refers to, in the file it says', () => {
    const row = { id: 'S1', scenarios: ['7a'], tests: ['rules.test.ts: step 3'] }
    const scenario = passed('test/testbed/scenarios.test.ts', '7a: step 7a')
    const both = [scenario, passed(rules, 'step 3: the IMSI')]
    expect(evaluated(row, both)).toMatchObject({ met: true, tests: ['test/rules.test.ts: step 3'] })
    expect(evaluated(row, [scenario, passed('test/b.test.ts', 'step 3')])).toMatchObject({
      ...{ met: false, reason: 'no test: rules.test.ts: step 3' },
    })
    expect(evaluated(row, both.slice(1))).toMatchObject({ met: false, reason: 'no test: scenario 7a' })
    expect(evaluated({ ...row, scenarios: ['7'] }, both)).toMatchObject({ met: false })
  })

  it('is not met when it says so, whatever passes', () => {
    const row = { id: 'R46', named: 'R46', notMet: 'not built yet' }
    expect(evaluated(row, [passed(rules, 'R46: x')])).toMatchObject({ met: false, reason: 'not built yet' })
  })
})
