// `npm run conformance`: renews docs/conformance.md, docs/conformance.json and the line of README.md from the last
// whole run of the tests. With `--check` it changes nothing and fails when they are stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentedRows } from './conformance/documented.mjs'
import { evaluated, testsOf } from './conformance/evaluate.mjs'
import { asJson, asMarkdown, sums } from './conformance/render.mjs'
import { seed } from './conformance/seed.mjs'

const root = join(import.meta.dirname, '..')
const reportFile = join(root, 'coverage', 'test-report.json')

function giveUp(why) {
  process.stderr.write(`conformance: ${why}\n`)
  process.exit(1)
}

/** The report of `npm test`; a run of some of the tests says nothing about the table. */
function wholeReport() {
  if (!existsSync(reportFile)) giveUp('no report of the tests: npm test writes it')
  const report = JSON.parse(readFileSync(reportFile, 'utf8'))
  const run = new Set(report.testResults.map(({ name }) => name))
  const all = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  const left = all.filter((name) => name.endsWith('.test.ts') && !run.has(join(root, 'test', name)))
  if (left.length > 0) giveUp(`the report is not of all tests, ${left[0]} is not in it: npm test`)
  return report
}

function withCode(row) {
  const gone = row.code.find((path) => !existsSync(join(root, path)))
  if (gone) giveUp(`${row.id} names ${gone}, which is not there`)
  if (row.code.length === 0 && row.met) giveUp(`${row.id} names no code`)
  return row
}

const tests = testsOf(wholeReport(), root)
const rows = [...seed, ...documentedRows(root)].map((row) => withCode(evaluated(row, tests)))
const { met, all } = sums(rows)
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const line = /Conformance: \d+ of \d+ rows met/
if (!line.test(readme)) giveUp('README.md has no line "Conformance: N of M rows met"')

const files = [
  ['docs/conformance.md', asMarkdown(rows)],
  ['docs/conformance.json', asJson(rows)],
  ['README.md', readme.replace(line, `Conformance: ${met} of ${all} rows met`)],
]
const isStale = ([name, text]) =>
  !existsSync(join(root, name)) || readFileSync(join(root, name), 'utf8') !== text
const stale = files.filter(isStale)
if (process.argv.includes('--check')) {
  if (stale.length > 0)
    giveUp(`stale: ${stale.map(([name]) => name).join(', ')}; renew with: npm run conformance`)
} else for (const [name, text] of stale) writeFileSync(join(root, name), text)
process.stdout.write(`conformance: ${met} of ${all} rows met\n`)
