#!/usr/bin/env node
// Runs the compiled command. In a checkout it compiles first when sources are newer than what was compiled;
// types are the business of `npm test`.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const path = (name) => fileURLToPath(new URL(name, root))
const stamp = path('dist/.compiled')

const changed = (name) => statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** When a source was last changed; 0 in an installed package, which has none. */
function newestSource() {
  if (!existsSync(path('src'))) return 0
  const names = readdirSync(path('src'), { recursive: true }).map((name) => path(`src/${name}`))
  return Math.max(...[path('tsconfig.build.json'), path('package.json'), ...names].map(changed))
}

function compile() {
  const why = existsSync(path('dist')) ? 'sources have changed' : 'first start here'
  process.stderr.write(`sidelock: ${why}: compiling, takes some seconds\n`)
  const compiler = path('node_modules/typescript/bin/tsc')
  if (!existsSync(compiler)) fail('there is no compiler here [ERR_NOT_SET_UP]', 'npm install', 70)
  const quick = ['--noCheck', '--declaration', 'false', '--incremental', 'false']
  const options = ['-p', path('tsconfig.build.json'), ...quick]
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...options], { encoding: 'utf8' })
  if (status !== 0)
    fail(`the sources do not compile [ERR_NOT_COMPILED]\n${stdout.trimEnd()}`, 'npm run typecheck', 70)
  writeFileSync(stamp, '')
}

function fail(what, hint, status) {
  process.stderr.write(`sidelock: error: ${what}\nsidelock: hint: ${hint}\n`)
  process.exit(status)
}

if (newestSource() > Math.max(changed(stamp), changed(path('dist/.tsbuildinfo')))) compile()
const { mainOfProcess } = await import('../dist/cli/main.js')
await mainOfProcess()
