// `npm run scale`: renews the tables of docs/scale.md from tools/scale/measured.json. With `measure` it measures first (10 minutes and
// more; the machine should do nothing else); with `--check` it changes nothing and fails when the file is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assumptions, network, storage } from './scale/model.mjs'
import { comparisons, costRows, octetRows, withTables } from './scale/render.mjs'

const root = join(import.meta.dirname, '..')
const measuredFile = join(root, 'tools', 'scale', 'measured.json')
const file = join(root, 'docs', 'scale.md')
const sizes = [1_000, 100_000, 1_000_000]

if (process.argv.includes('measure')) {
  const note = (text) => process.stderr.write(`scale: ${text}\n`)
  const { measureCpu } = await import('./scale/measure-cpu.mjs')
  const { measureStores } = await import('./scale/measure-store.mjs')
  const measured = { ...(await measureCpu(note)), ...(await measureStores(sizes, note)) }
  writeFileSync(measuredFile, `${JSON.stringify(measured, null, 2)}\n`)
}

const measured = JSON.parse(readFileSync(measuredFile, 'utf8'))
const text = readFileSync(file, 'utf8')
const renewed = withTables(text, {
  costs: costRows(measured),
  octets: octetRows(measured),
  ...comparisons(measured),
  networks: [1e6, 1e7, 1e8].map((subscribers) => ({
    subscribers,
    ...network(subscribers, measured.kinds, assumptions),
    octets: storage(subscribers, measured.octets, assumptions),
  })),
})
if (renewed !== text && process.argv.includes('--check')) {
  process.stderr.write('scale: docs/scale.md is stale; renew with: npm run scale\n')
  process.exit(1)
}
if (renewed !== text) writeFileSync(file, renewed)
