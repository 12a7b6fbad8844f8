// `npm run storm -- --seconds 300`: kills processes and the database of two home networks for so long, and sees whether
// anything is lost, doubled or stuck. The test of it runs for half a minute. Exit 0 when nothing is.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const usage = `npm run storm -- [--seconds N] [--seed N] [--rate N]
  --seconds N   how long processes are killed, one each second (300)
  --seed N      draws the same kills and the same kinds of set-up again
  --rate N      set-ups begun each second (3)
`

const number = (name, text) => {
  if (text === undefined || /^[1-9]\d{0,8}$/.test(text)) return text
  process.stderr.write(`storm: --${name} must be a whole number from 1 on, not ${text}\n${usage}`)
  process.exit(64)
}

function options() {
  const option = { type: 'string' }
  const help = { type: 'boolean' }
  try {
    return parseArgs({ options: { seconds: option, seed: option, rate: option, help } }).values
  } catch (error) {
    process.stderr.write(`storm: ${error.message}\n${usage}`)
    process.exit(64)
  }
}

const { seconds = '300', seed, rate, help } = options()
if (help) {
  process.stdout.write(usage)
  process.exit(0)
}
const given = { STORM_SECONDS: seconds, STORM_SEED: seed, STORM_RATE: rate }
const env = { ...process.env }
for (const [name, text] of Object.entries(given)) {
  const value = number(name.slice(6).toLowerCase(), text)
  if (value !== undefined) env[name] = value
}
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const run = { cwd: root, stdio: 'inherit', env }
process.exit(spawnSync(process.execPath, [vitest, 'run', 'test/storm'], run).status ?? 70)
