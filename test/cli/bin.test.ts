import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
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

/** A checkout of its own, with what is installed here. */
function checkout(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-checkout-'))
  for (const name of ['bin', 'src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'vite.config.ts'])
    cpSync(new URL(name, root), join(directory, name), { recursive: true })
  mkdirSync(join(directory, 'node_modules'))
  for (const name of readdirSync(new URL('node_modules', root)).filter((name) => name !== '.cache'))
    symlinkSync(fileURLToPath(new URL(`node_modules/${name}`, root)), join(directory, 'node_modules', name))
  return directory
}

it('compiles once when several start at once', { timeout: 120_000 }, async () => {
  const cwd = checkout()
  try {
    const start = () => promisify(execFile)(process.execPath, ['bin/sidelock.js', '--version'], { cwd })
    const ends = await Promise.all([start(), start(), start()])
    expect(ends.filter(({ stderr }) => stderr.includes('compiling'))).toHaveLength(1)
    expect(new Set(ends.map(({ stdout }) => stdout)).size).toBe(1)
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
})

it('ends with the exit status of the command', { timeout: 120_000 }, () => {
  expect(sidelock('run', '7e').status).toBe(64)
})

it('can be piped into a reader that stops early', { timeout: 120_000 }, () => {
  const command = `"${process.execPath}" bin/sidelock.js scenarios | head -n 1`
  expect(execFileSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' })).toMatch(/^7a /)
})
