// `npm run bench`
import { parseArgs } from 'node:util'
import { groups } from './groups.mjs'
import { bench, defaultSizes, groupNames, WrongOption } from './main.mjs'
import { pageFile, writePage } from './page.mjs'

const about = groupNames.map((name) => `  ${name.padEnd(12)}${groups[name].about}\n`).join('')

const help = `npm run --silent bench -- [--group NAME] [--json] [--save FILE] [--compare FILE] [--sizes N,N] [--smoke] [--write]

  --group NAME    only this group; may be given several times
  --json          JSON instead of tables
  --save FILE     the JSON in a file too
  --compare FILE  beside an earlier JSON: what became better or worse
  --sizes N,N     subscribers that stores hold; ${defaultSizes.join(',')} unless given
  --smoke         a few rows, hardly measured: shows that it runs, and nothing else
  --write         the result becomes ${pageFile}, with its chart; with --group only those groups of it change

A ratio is what is reached of something else in the same run, turn by turn: the median, and its spread. "must" is what it must
reach, "met" whether it does. Exit status 1 when a bound is not met, or something is worse than in the earlier result.

${about}`

const options = {
  group: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  save: { type: 'string' },
  compare: { type: 'string' },
  sizes: { type: 'string' },
  smoke: { type: 'boolean' },
  write: { type: 'boolean' },
  help: { type: 'boolean' },
}

const streams = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}

async function run() {
  const { values } = parseArgs({ options })
  if (values.help) {
    streams.out(help)
    return 0
  }
  if (values.write && values.smoke)
    throw new WrongOption('a smoke run measures nothing that could be written')
  const { result, status } = await bench(values, streams)
  if (values.write) writePage(result)
  return status
}

// What was started for the run ends with it.
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
])
  process.once(signal, () => process.exit(status))

try {
  process.exitCode = await run()
} catch (error) {
  if (!(error instanceof WrongOption) && !String(error.code).startsWith('ERR_PARSE_ARGS')) throw error
  streams.err(`bench: ${error.message}\n\n${help}`)
  process.exitCode = 64
}
