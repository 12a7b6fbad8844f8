// docs/performance.md and its chart, written from docs/performance.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { chart } from './chart.mjs'
import { groups } from './groups.mjs'
import { rowsOf } from './rows.mjs'
import { cellOf, columnsOf } from './table.mjs'

export const pageFile = 'docs/performance.md'
const chartFile = 'docs/performance.svg'
const resultFile = 'docs/performance.json'
const urlOf = (file) => new URL(`../${file}`, import.meta.url)

const line = (cells) => `| ${cells.join(' | ')} |\n`
const markdownTable = (rows, names = columnsOf(rows)) => {
  const cells = rows.map((row) => line(names.map((name) => cellOf(row, name))))
  return line(names) + line(names.map(() => '---')) + cells.join('')
}

const facts = ({ sidelock, processor, cpus, memoryGiB, system, node, openssl }) =>
  `Sidelock ${sidelock} on ${cpus} processors (${processor}), ${memoryGiB} GiB, ${system}, Node ${node}, OpenSSL ${openssl}.`

/** The days of the measurements of a result. */
const daysOf = ({ measured }) =>
  `Measured ${[...new Set(Object.values(measured).map(({ date }) => date.slice(0, 10)))].sort().join(', ')}.`

const momentOf = ({ date, load, seconds }) =>
  `Measured ${date.slice(0, 16).replace('T', ' ')} UTC in ${seconds} s; load of the machine before: ${load}.`

const bounded = (result) =>
  rowsOf(result)
    .filter(({ must }) => must !== undefined)
    .map(({ group, what, to, ratio, value, unit, spread, must, lower, met }) => {
      return { group, what, to, reached: ratio ?? `${value} ${unit}`, spread, must, lower, met }
    })

const summary = (rows) => `${rows.filter(({ met }) => met).length} of ${rows.length} bounds are met.`

const method = `A ratio is the rate of ours divided by that of what stands in "to", both of the same run and the same machine, measured turn
by turn: the median of the ratios of each turn, with the lowest and the highest. So a ratio can be compared between machines; the
rates beside it cannot. Differences under a quarter are noise on a shared machine. Rates of R13 and
R45 (key requests, challenges, pushes and IMSIs on PC5) are off. "/s" is how many a second, "other" the same of what stands in
"to"; "/s of CPU" is how many for each second of the CPU time of the processes that serve, so that a slow load generator cannot
flatter them.`

/** The page as text. */
export const pageOf = (result) =>
  [
    '# Performance',
    '<!-- written by `npm run bench -- --write`; do not edit -->',
    `${facts(result)} ${daysOf(result)}`,
    '`npm run bench` measures it here, `npx sidelock bench` where the package is installed.',
    '![ratios and what they must be](performance.svg)',
    '## What must be reached',
    summary(bounded(result)),
    markdownTable(bounded(result), ['reached', 'spread', 'must', 'met', 'what', 'to', 'group']),
    '## How it is measured',
    method,
    ...Object.entries(result.groups).flatMap(([name, rows]) => [
      `## ${name}`,
      `${groups[name].method} ${momentOf(result.measured[name])}`,
      markdownTable(rows),
    ]),
  ]
    .map((part) => part.trimEnd())
    .join('\n\n') + '\n'

/** Its chart. */
export const chartOf = (result) => chart(bounded(result))

/** What the machine was, without when and what was measured on it. */
const placeOf = (result) =>
  Object.entries(result).filter(([name]) => !['measured', 'groups', 'sizes', 'smoke'].includes(name))

/** Groups measured before, on this machine with this program, stay. */
function merged(result) {
  if (!existsSync(urlOf(resultFile))) return result
  const earlier = JSON.parse(readFileSync(urlOf(resultFile), 'utf8'))
  if (!isDeepStrictEqual(placeOf(earlier), placeOf(result))) return result
  const inOrder = (one, other) =>
    Object.fromEntries(
      Object.keys(groups).flatMap((name) =>
        name in one || name in other ? [[name, one[name] ?? other[name]]] : [],
      ),
    )
  return {
    ...result,
    measured: inOrder(result.measured, earlier.measured),
    groups: inOrder(result.groups, earlier.groups),
  }
}

/** Writes the page anew, with what of the earlier result still holds. */
export function writePage(result) {
  const whole = merged(result)
  writeFileSync(urlOf(resultFile), `${JSON.stringify(whole, null, 2)}\n`)
  writeFileSync(urlOf(pageFile), pageOf(whole))
  writeFileSync(urlOf(chartFile), chartOf(whole))
}
