#!/usr/bin/env node
// Runs the compiled command. In a checkout it compiles first when sources are newer than what was compiled;
// types are the business of `npm test`.
import { spawn } from 'node:child_process'
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

function fail(what, hint, status) {
  process.stderr.write(`sidelock: error: ${what}\nsidelock: hint: ${hint}\n`)
  process.exit(status)
}

const compiled = Math.max(changed(stamp), changed(path('dist/.tsbuildinfo')))
const isPageMissing = existsSync(path('src')) && !existsSync(path('dist/console/page/index.html'))
if (newestSource() > compiled || isPageMissing) await compile()
const { mainOfProcess } = await import('../dist/cli/main.js')
await mainOfProcess()
