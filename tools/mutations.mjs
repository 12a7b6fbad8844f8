// `npm run mutations [R6 ...]`: takes one check after the other out of a copy of the source and sees which test notices.
// The rows are in mutations.json; each names the test file that must notice. The last line is a sum.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const say = (line) => process.stdout.write(`${line}\n`)

const table = JSON.parse(readFileSync(join(import.meta.dirname, 'mutations.json'), 'utf8'))
const wanted = process.argv.slice(2)
const rows = table.filter(({ rule }) => wanted.length === 0 || wanted.includes(rule))

/** What the tests need, in a folder of its own: the tree that people work in stays as it is. */
function copyOfTree() {
  const folder = mkdtempSync(join(tmpdir(), 'sidelock-mutations-'))
  for (const name of [
    'src',
    'test',
    'examples',
    'wireshark',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
  ])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** A run that takes longer hangs. */
const patience = 300_000

/** Whether the files pass, else the test that failed; none when they could not be loaded or did not end. */
function runTests(folder, files) {
  const report = join(folder, 'report.json')
  rmSync(report, { force: true })
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files, '--bail', '1']
  const options = { cwd: folder, stdio: 'ignore', timeout: patience }
  const reporting = ['--reporter=json', `--outputFile=${report}`]
  const { status } = spawnSync(process.execPath, [...vitest, ...reporting], options)
  return status === 0 ? { passed: true } : { passed: false, test: existsSync(report) && failedTest(report) }
}

/** File and title of the first test that failed. */
function failedTest(report) {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  for (const { name, assertionResults } of testResults) {
    const test = assertionResults.find((result) => result.status === 'failed')
    if (test) return `${name.slice(name.lastIndexOf('/test/') + 1)}: ${test.title.split('\n')[0]}`
  }
  return undefined
}

/** The source without the check, by file; undefined when a text is not there exactly once. */
function mutated(folder, { changes }) {
  const sources = new Map()
  for (const { file, find, replace } of changes) {
    const parts = (sources.get(file) ?? readFileSync(join(folder, file), 'utf8')).split(find)
    if (parts.length !== 2) return undefined
    sources.set(file, parts.join(replace))
  }
  return sources
}

/** What became of one row, and whether that is what must be. */
function tryOut(folder, row) {
  const sources = mutated(folder, row)
  if (!sources) return [false, 'the text to find is not there exactly once']
  const before = [...sources.keys()].map((file) => [file, readFileSync(join(folder, file))])
  const write = ([file, source]) => writeFileSync(join(folder, file), source)
  try {
    for (const change of sources) write(change)
    const { passed, test } = runTests(folder, [row.test])
    if (passed) return [false, `SURVIVED ${row.test}`]
    return test ? [true, `noticed by ${test}`] : [false, `${row.test} was not loaded, or did not end`]
  } finally {
    before.forEach(write)
  }
}

function tryAll(folder) {
  const { passed, test } = runTests(folder, [...new Set(rows.map((row) => row.test))])
  if (!passed) {
    say(`the tests fail though nothing was taken out: ${test || 'they cannot be loaded'}`)
    return false
  }
  let survived = 0
  for (const row of rows) {
    const [isGood, what] = tryOut(folder, row)
    if (!isGood) survived++
    say(`${row.rule.padEnd(4)} ${row.check}: ${what}`)
  }
  say(`${rows.length - survived} of ${rows.length} noticed`)
  return survived === 0
}

if (rows.length === 0) {
  say(`no rows for ${wanted.join(' ')}`)
  process.exit(1)
}
const folder = copyOfTree()
try {
  process.exitCode = tryAll(folder) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
