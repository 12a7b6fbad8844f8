#!/usr/bin/env node
// Runs the compiled command. In a checkout it compiles first when sources are newer than what was compiled;
// types are the business of `npm test`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

/** Of processes that start at once one compiles, and the others wait for it. */
const turn = path('node_modules/.cache/sidelock-compiles')

function takesTurn() {
  mkdirSync(path('node_modules/.cache'), { recursive: true })
  try {
    writeFileSync(turn, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

/** Whether who took its turn is still there. */
function isCompiling() {
  try {
    const pid = Number(readFileSync(turn, 'utf8'))
    // Just made, its number not written yet.
    if (pid === 0) return true
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const isStale = () => newestSource() > Math.max(changed(stamp), changed(path('dist/.tsbuildinfo')))
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)

function compileInTurn() {
  while (isStale()) {
    if (takesTurn()) {
      process.on('exit', () => rmSync(turn, { force: true }))
      if (isStale()) compile()
      rmSync(turn, { force: true })
    } else if (isCompiling()) pause()
    else rmSync(turn, { force: true })
  }
}

function fail(what, hint, status) {
  process.stderr.write(`sidelock: error: ${what}\nsidelock: hint: ${hint}\n`)
  process.exit(status)
}

compileInTurn()
const { mainOfProcess } = await import('../dist/cli/main.js')
await mainOfProcess()
