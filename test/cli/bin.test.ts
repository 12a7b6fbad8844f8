import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const sidelock = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['bin/sidelock.js', ...args], { cwd: root, encoding: 'utf8' })

it('compiles a checkout when it must, and then starts at once', { timeout: 120_000 }, () => {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
  expect(sidelock('--version').stdout).toBe(`${version}\n`)
  const again = sidelock('scenarios', '--json')
  expect(again.stderr).toBe('')
  expect(again.status).toBe(0)
})

it('ends with the exit status of the command', { timeout: 120_000 }, () => {
  expect(sidelock('run', '7e').status).toBe(64)
})

it('can be piped into a reader that stops early', { timeout: 120_000 }, () => {
  const command = `"${process.execPath}" bin/sidelock.js scenarios | head -n 1`
  expect(execFileSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' })).toMatch(/^7a /)
})
