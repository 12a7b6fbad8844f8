// Which rows of the conformance table a whole run of the tests shows to be met.

/** Tests of a JSON report of vitest; the file is named from the root of the project. */
export const testsOf = ({ testResults }, root) =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, title, status }) => ({
      file: name.replace(`${root}/`, ''),
      fullName,
      title,
      status,
    })),
  )

/** A skipped test says nothing; a failed one says no. */
function judged(what, found) {
  const failed = found.find(({ status }) => status === 'failed')
  if (failed) return `fails: ${failed.fullName}`
  return found.some(({ status }) => status === 'passed') ? undefined : `no test: ${what}`
}

const scenarioFile = 'test/testbed/scenarios.test.ts'

/** `folder/file.test.ts: part of a title`. */
function refersTo(reference) {
  const at = reference.indexOf(': ')
  const [file, part] = [`test/${reference.slice(0, at)}`, reference.slice(at + 2)]
  return (test) => test.file === file && test.fullName.includes(part)
}

/** What is to show a row: scenarios, tests by their titles, and tests that name its number. */
function evidenceOf({ scenarios = [], tests = [], named }, all) {
  const ofRow = [
    ...scenarios.map((name) => ({
      what: `scenario ${name}`,
      found: all.filter(({ file, title }) => file === scenarioFile && title.startsWith(`${name}: `)),
    })),
    ...tests.map((reference) => ({ what: reference, found: all.filter(refersTo(reference)) })),
  ]
  const naming = named ? all.filter(({ fullName }) => new RegExp(`\\b${named}\\b`).test(fullName)) : []
  if (naming.length > 0 || ofRow.length === 0) ofRow.push({ what: 'none names it', found: naming, naming })
  return ofRow
}

/** The row with what shows it; `reason` says why it is not met. */
export function evaluated(row, all) {
  const evidence = evidenceOf(row, all)
  const files = new Set(evidence.flatMap(({ naming = [] }) => naming.map(({ file }) => file)))
  const reasons = row.notMet
    ? [row.notMet]
    : evidence.map(({ what, found }) => judged(what, found)).filter((reason) => reason !== undefined)
  const { id, clause, says, code, scenarios = [], tests = [], bounds } = row
  return {
    ...{ id, clause, says, code, scenarios },
    tests: [...tests.map((reference) => `test/${reference}`), ...[...files].sort()],
    ...(bounds && { bounds }),
    met: reasons.length === 0,
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
  }
}
