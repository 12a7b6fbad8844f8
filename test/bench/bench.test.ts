import { spawnSync } from 'node:child_process'
import { beforeAll, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const bench = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['bench/run.mjs', ...args], { cwd: root, encoding: 'utf8' })

// Compiles the checkout when it must.
beforeAll(() => void spawnSync(process.execPath, ['bin/sidelock.js', '--version'], { cwd: root }), 120_000)

interface Row {
  readonly ratio: number
  readonly spread: readonly [number, number]
  readonly must?: number
  readonly profile: string
  readonly lost: number
  readonly reordered: number
}

it('runs each group, hardly measured, and gives JSON', { timeout: 120_000 }, () => {
  const { stdout, stderr, status } = bench('--smoke', '--json')
  expect(status).toBe(0)
  const { groups } = JSON.parse(stdout) as { groups: Readonly<Record<string, readonly Row[]>> }
  expect(Object.keys(groups)).toEqual(['user-data'])
  expect(groups['user-data']?.map(({ profile, must }) => [profile, must])).toEqual([
    ['seed', 0.5],
    ['final', undefined],
  ])
  for (const { ratio, spread, lost, reordered } of groups['user-data'] ?? []) {
    expect(ratio).toBeGreaterThan(0)
    expect(spread).toEqual([ratio, ratio])
    expect([lost, reordered]).toEqual([0, 0])
  }
  expect(stderr).toContain('user-data: 128-EEA2 128-EIA2 seed profile')
})

it('says how it is used', () => {
  expect(bench('--help').stdout).toContain('--group NAME')
  for (const wrong of [['--group', 'none'], ['--fast']]) {
    const { stdout, stderr, status } = bench(...wrong)
    expect([stdout, status]).toEqual(['', 64])
    expect(stderr).toContain('--group NAME')
  }
})
