#!/usr/bin/env node
// Runs the compiled command. In a checkout it compiles first when sources are newer than what was compiled;
// types are the business of `npm test`.
import { spawn } from 'node:child_process'
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

async function compile() {
  const why = existsSync(path('dist')) ? 'sources have changed' : 'first start here'
  process.stderr.write(`sidelock: ${why}: compiling, takes some seconds\n`)
  const compiler = path('node_modules/typescript/bin/tsc')
  const bundler = path('node_modules/vite/bin/vite.js')
  if (!existsSync(compiler) || !existsSync(bundler))
    fail('there is no compiler here [ERR_NOT_SET_UP]', 'npm install', 70)
  const quick = ['--noCheck', '--declaration', 'false', '--incremental', 'false']
  const both = [
    ended(compiler, '-p', path('tsconfig.build.json'), ...quick),
    ended(bundler, 'build', '--config', path('vite.config.ts')),
  ]
  const failed = (await Promise.all(both)).find(({ status }) => status !== 0)
  if (failed)
    fail(`the sources do not compile [ERR_NOT_COMPILED]\n${failed.said.trimEnd()}`, 'npm run typecheck', 70)
  writeFileSync(stamp, '')
}

/** How a script ended, and what it said. */
function ended(...script) {
  const child = spawn(process.execPath, script, {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, said })))
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

/** Whether the command or the page of the console is missing, or older than its sources. */
const isStale = () =>
  newestSource() > Math.max(changed(stamp), changed(path('dist/.tsbuildinfo'))) ||
  (existsSync(path('src')) && !existsSync(path('dist/console/page/index.html')))
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)

async function compileInTurn() {
  while (isStale()) {
    if (takesTurn()) {
      process.on('exit', () => rmSync(turn, { force: true }))
      if (isStale()) await compile()
      rmSync(turn, { force: true })
    } else if (isCompiling()) pause()
    else rmSync(turn, { force: true })
  }
}

function fail(what, hint, status) {
  process.stderr.write(`sidelock: error: ${what}\nsidelock: hint: ${hint}\n`)
  process.exit(status)
}

await compileInTurn()
const { mainOfProcess } = await import('../dist/cli/main.js')
await mainOfProcess()
