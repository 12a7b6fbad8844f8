// `npm test`: sets up what is missing, then runs everything that decides on a change.
// The last line is alone: `N passed, N failed`, with `, N skipped` when any were.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const say = (line) => process.stdout.write(`${line}\n`)
const section = (title) => say(`== ${title}`)
const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

function run(command, args, environment = {}) {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } }
  return spawnSync(command, args, options).status === 0
}

function giveUp(why) {
  say(why)
  say('0 passed, 1 failed')
  process.exit(1)
}

const packagesOf = (lockFile) => JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages

/** Whether each package that must be there is there in the version of the lock file. */
function isInstalled() {
  try {
    const installed = packagesOf('node_modules/.package-lock.json')
    const wanted = Object.entries(packagesOf('package-lock.json')).filter(([path]) => path !== '')
    return wanted.every(
      ([path, { version, optional, devOptional }]) =>
        optional || devOptional || installed[path]?.version === version,
    )
  } catch {
    return false
  }
}

function installPackages() {
  section('packages are missing or older than the lock file: npm ci')
  if (!run('npm', ['ci'])) giveUp('npm ci failed')
}

/** What the tests use beside Node, and the Debian package that has it. */
const tools = [
  { name: 'tshark', package: 'tshark', answers: ['--version'] },
  { name: 'ip', package: 'iproute2', answers: ['-V'] },
  { name: 'ping', package: 'iputils-ping', answers: ['-V'] },
  { name: 'chromium', package: 'chromium', answers: ['--version'] },
  { name: 'curl', package: 'curl', answers: ['--version'] },
  { name: 'sysctl', package: 'procps', answers: ['--version'] },
  { name: 'freeDiameterd', package: 'freediameter', answers: ['--version'] },
  { name: 'systemd-analyze', package: 'systemd', answers: ['--version'] },
  {
    name: 'PostgreSQL',
    package: 'postgresql',
    command: 'sh',
    answers: ['-c', 'ls /usr/lib/postgresql/*/bin/initdb'],
  },
]

function installTools(missing) {
  const packages = missing.map((each) => each.package)
  const command = `apt-get install ${packages.join(' ')}`
  section(`${missing.map(({ name }) => name).join(', ')} missing: ${command}`)
  if (process.getuid?.() !== 0 || !succeeds('apt-get', '--version'))
    giveUp(`the tests need what is missing; as root: ${command}`)
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-q'], quiet)
  if (!run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], quiet))
    giveUp(`${packages.join(', ')} could not be installed`)
}

/** Checks besides the tests; each has its command in package.json too. */
const checks = [
  ['types', 'tsc', '-p', 'tsconfig.json', '--noEmit'],
  ['types of the page', 'tsc', '-p', 'src/console/page/tsconfig.json', '--noEmit'],
  ['lint', 'eslint', '.', '--max-warnings', '0'],
  ['formatting', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['unused code', 'knip', '--no-progress'],
  ['build', 'tsc', '-p', 'tsconfig.build.json'],
  ['build of the page', 'vite', 'build'],
]

const tool = (name) => join(root, 'node_modules', '.bin', name)

function passes([title, name, ...args]) {
  section(title)
  return run(tool(name), args)
}

/** Stays, so that `npm run conformance` can renew the table from it. */
const report = join(root, 'coverage', 'test-report.json')

/** Numbers of a run of vitest; a file that cannot be loaded is one failed test. */
function runTests() {
  section('tests')
  rmSync(report, { force: true })
  const succeeded = run(tool('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  try {
    const results = JSON.parse(readFileSync(report, 'utf8'))
    const unloaded = results.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    )
    const failed = results.numFailedTests + unloaded.length
    return {
      passed: results.numPassedTests,
      failed: succeeded ? failed : Math.max(1, failed),
      skipped: results.numPendingTests + results.numTodoTests,
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** From what was just built. */
function isConfigurationTold() {
  section('docs/config.md')
  return run(process.execPath, [join('tools', 'config.mjs'), '--check'])
}

/** Only where every test passed: else the table would tell what the tests told already. */
function isConformanceTableNew() {
  section('conformance table')
  return run(process.execPath, [join('tools', 'conformance.mjs'), '--check'])
}

if (!isInstalled()) installPackages()
const missing = tools.filter(({ name, command = name, answers }) => !succeeds(command, ...answers))
if (missing.length > 0) installTools(missing)
const failedChecks = checks.filter((check) => !passes(check)).map(([title]) => title)
if (failedChecks.length === 0 && !isConfigurationTold()) failedChecks.push('docs/config.md')
const { passed, failed: failedTests, skipped } = runTests()
if (failedTests === 0 && !isConformanceTableNew()) failedChecks.push('conformance table')
const failed = failedTests + failedChecks.length
const skipsCount = skipped > 0 && process.env.CI !== undefined && process.env.CI !== ''
if (failedChecks.length > 0) say(`failed besides tests: ${failedChecks.join(', ')}`)
if (skipsCount) say('in CI a skipped test is a failure')
say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed > 0 || skipsCount ? 1 : 0)
