import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../io/store/temporary.ts'

const root = new URL('../../', import.meta.url)
const run = (...args: readonly string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
const bench = (...args: readonly string[]) => run('bench/run.mjs', ...args)

// Compiles the checkout when it must.
beforeAll(() => void run('bin/sidelock.js', '--version'), 120_000)

interface Row {
  readonly what: string
  readonly ratio?: number
  readonly value?: number
  readonly spread: readonly [number, number]
  readonly must?: number
  readonly met?: boolean
}

interface Result {
  readonly smoke: boolean
  readonly processor: string
  readonly measured: Readonly<Record<string, { readonly date: string }>>
  readonly groups: Readonly<Record<string, readonly Row[]>>
}

const groups = ['algorithms', 'codecs', 'store', 'nodes', 'set-up', 'start', 'user-data', 'console']

describe('the bench', () => {
  it.each(groups)('runs the group %s, hardly measured, and gives JSON', { timeout: 240_000 }, (group) => {
    const { stdout, stderr, status } = bench('--smoke', '--json', '--group', group)
    expect(stderr).toContain(`: ${group}: `)
    expect(status).toBe(0)
    const result = JSON.parse(stdout) as Result
    expect(Object.keys(result.groups)).toEqual([group])
    expect(Date.parse(result.measured[group]?.date ?? '')).toBeGreaterThan(0)
    const rows = result.groups[group] ?? []
    expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length)
    for (const row of rows) {
      const reached = row.ratio ?? row.value
      expect(reached, row.what).toBeGreaterThan(0)
      expect(row.spread[0], row.what).toBeLessThanOrEqual(reached ?? 0)
      expect(row.spread[1], row.what).toBeGreaterThanOrEqual(reached ?? 0)
      expect(row.met === undefined, row.what).toBe(row.must === undefined)
    }
  })

  it('has every group that a smoke run runs', () => {
    const help = bench('--help').stdout
    expect([...help.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name]) => name)).toEqual(groups)
  })

  it('loses nothing of user data on the way, though it is hardly measured', () => {
    const file = join(temporaryDirectory(), 'result.json')
    expect(bench('--smoke', '--group', 'user-data', '--save', file).status).toBe(0)
    const { groups } = JSON.parse(readFileSync(file, 'utf8')) as {
      groups: Readonly<Record<string, readonly { readonly lost: number; readonly reordered: number }[]>>
    }
    expect(groups['user-data']).toHaveLength(2)
    for (const { lost, reordered } of groups['user-data'] ?? []) expect([lost, reordered]).toEqual([0, 0])
  })

  it.each([
    [['--group', 'none'], 'there is no group none'],
    [['--fast'], "Unknown option '--fast'"],
    [['--sizes', '1,x'], '--sizes 1,x is no list of whole numbers'],
    [['--compare', 'package.json'], '--compare package.json: it is no result of a bench'],
    [['--smoke', '--write'], 'a smoke run measures nothing'],
  ])('refuses %j and says how it is used', (wrong, reason) => {
    const { stdout, stderr, status } = bench(...wrong)
    expect([stdout, status]).toEqual(['', 64])
    expect(stderr).toContain(reason)
    expect(stderr).toContain('--group NAME')
  })

  it(
    'is a command of the package too, with an earlier result beside the new one',
    { timeout: 120_000 },
    () => {
      const file = join(temporaryDirectory(), 'earlier.json')
      const what = '128-EEA2 128-EIA2 seed profile'
      const row = { what, ratio: 1e9, spread: [1e9, 1e9] }
      writeFileSync(file, JSON.stringify({ groups: { 'user-data': [row] } }))
      const args = ['bench', '--smoke', '--group', 'user-data', '--compare', file]
      const { stdout, status } = run('bin/sidelock.js', ...args)
      expect(status).toBe(0)
      expect(stdout).toContain('compared with the earlier result')
      expect(stdout).toMatch(/worse +\S+ +1000000000 +user-data +128-EEA2 128-EIA2 seed profile/)
      expect(run('bin/sidelock.js', 'bench', '--group', 'none')).toMatchObject({ status: 64, stdout: '' })
    },
  )
})
