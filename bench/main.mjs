// What there is costs how much of what is possible: ratios of interleaved runs, medians with their spread.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { comparison } from './comparison.mjs'
import { groups } from './groups.mjs'
import { machine, moment } from './machine.mjs'
import { judged, notMet } from './rows.mjs'
import { table } from './table.mjs'

export class WrongOption extends Error {}

export const groupNames = Object.keys(groups)
export const defaultSizes = [1_000, 100_000, 1_000_000]
const smokeSizes = [20]

/** Of words like `1000,100000`. Throws WrongOption. */
function sizesIn(text) {
  const sizes = text.split(',').map(Number)
  if (sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 10_000_000)) return sizes
  throw new WrongOption(`--sizes ${text} is no list of whole numbers from 1 to 10000000`)
}

/** Throws WrongOption. */
function resultIn(file) {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof result?.groups !== 'object') throw new Error('it is no result of a bench')
    return result
  } catch (error) {
    throw new WrongOption(`--compare ${file}: ${error.message}`)
  }
}

/** Throws WrongOption. */
function chosen({ group = [], sizes, compare, smoke }) {
  const unknown = group.find((name) => !groupNames.includes(name))
  if (unknown !== undefined) throw new WrongOption(`there is no group ${unknown}`)
  return {
    names: groupNames.filter((name) => group.length === 0 || group.includes(name)),
    sizes: sizes === undefined ? (smoke ? smokeSizes : defaultSizes) : sizesIn(sizes),
    earlier: compare === undefined ? undefined : resultIn(compare),
  }
}

const secondsSince = (begun) => Math.round((performance.now() - begun) / 1000)

async function measured({ names, sizes }, smoke, err) {
  const begun = performance.now()
  const result = { ...machine(), smoke, sizes, measured: {}, groups: {} }
  for (const name of names) {
    const progress = (what) => err(`bench: ${secondsSince(begun)} s: ${name}: ${what}\n`)
    const groupBegun = performance.now()
    const when = moment()
    const run = await groups[name].load()
    result.groups[name] = (await run({ smoke, sizes, progress })).map(judged)
    result.measured[name] = { ...when, seconds: secondsSince(groupBegun) }
  }
  return result
}

function verdictOn(result) {
  const missed = notMet(result).map(({ group, what }) => `  ${group}: ${what}\n`)
  return missed.length === 0 ? 'Every bound is met.\n' : `Not what it must be:\n${missed.join('')}`
}

function textOf(result, changes) {
  const tables = Object.entries(result.groups).map(([name, rows]) => `${name}\n${table(rows)}`)
  if (changes.length > 0)
    tables.push(`compared with the earlier result\n${table(changes, Object.keys(changes[0]))}`)
  return [...tables, ...(result.smoke ? [] : [verdictOn(result)])].join('\n')
}

function save(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/**
 * Runs the groups and says their result. Its status is 1 when a bound is not met or something became worse; a smoke run is
 * not judged. `options` are those of the command line. Throws WrongOption.
 */
export async function bench({ smoke = false, ...options }, { out, err }) {
  const { earlier, ...choice } = chosen({ ...options, smoke })
  const result = await measured(choice, smoke, err)
  const changes = earlier ? comparison(result, earlier) : []
  const json = `${JSON.stringify(earlier ? { ...result, comparison: changes } : result, null, 2)}\n`
  if (options.save !== undefined) save(options.save, json)
  out(options.json ? json : textOf(result, changes))
  const fails = notMet(result).length > 0 || changes.some(({ verdict }) => verdict === 'worse')
  return { result, status: fails && !smoke ? 1 : 0 }
}
