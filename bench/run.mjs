// `npm run bench`: what there is costs how much of what is possible. Ratios of one interleaved run, medians with their spread.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { table } from './table.mjs'
import { userData } from './user-data.mjs'

/** Each gives its rows; in `smoke` a few, with hardly anything measured, so that tests see that it runs. */
const groups = { 'user-data': userData }

const help = `npm run --silent bench -- [--group NAME] [--json] [--smoke]

  --group NAME  only this group: ${Object.keys(groups).join(', ')}
  --json        JSON instead of a table
  --smoke       a few rows, hardly measured: shows that it runs, and nothing else

A ratio is what is reached of what the bare sockets do in the same run, turn by turn; "must" is what it must reach at least.
user-data: packets of 1400 octets a second over a link; "to clear frames" is the ratio to the same frames without protection.
`

const options = {
  group: { type: 'string' },
  json: { type: 'boolean', default: false },
  smoke: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
}

function chosen() {
  try {
    const { values } = parseArgs({ options })
    const names = values.group === undefined ? Object.keys(groups) : [values.group]
    const unknown = names.find((name) => !Object.hasOwn(groups, name))
    if (unknown !== undefined) throw new Error(`there is no group ${unknown}`)
    return { ...values, names }
  } catch (error) {
    process.stderr.write(`bench: ${error.message}\n\n${help}`)
    process.exit(64)
  }
}

const { names, json, smoke, help: asksForHelp } = chosen()
if (asksForHelp) {
  process.stdout.write(help)
  process.exit()
}
const results = { date: new Date().toISOString(), node: process.version, cpus: cpus().length, groups: {} }
for (const name of names) {
  const progress = (what) => process.stderr.write(`bench: ${name}: ${what}\n`)
  results.groups[name] = await groups[name]({ smoke, progress })
}
const tables = Object.entries(results.groups).map(([name, rows]) => `${name}\n${table(rows)}`)
process.stdout.write(json ? `${JSON.stringify(results, null, 2)}\n` : tables.join('\n'))
