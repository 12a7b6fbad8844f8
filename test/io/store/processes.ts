import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import ts from 'typescript'
import { onTestFinished } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
}

function sources(): readonly string[] {
  const inFolder = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  const folders = ['src/core', 'src/wire', 'src/io/store'].flatMap(inFolder)
  return [
    ...folders,
    'src/crypto/given-back.ts',
    'src/io/directories.ts',
    'src/io/system.ts',
    'test/io/store/sqn-process.ts',
  ].filter((name) => /\.(ts|js)$/.test(name))
}

/** The program of `sqn-process.ts` and what it imports, as JavaScript that every supported Node can run. */
export function compiledProgram(): string {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(cache, 'sqn-process-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const name of sources()) {
    const target = join(directory, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(
      target,
      ts.transpileModule(readFileSync(join(root, name), 'utf8'), { compilerOptions }).outputText,
    )
  }
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  return join(directory, 'test/io/store/sqn-process.js')
}

/** Kills a new process of the program once it has printed `count` lines; resolves to all that it printed until its end. */
export function linesUntilKilled(
  program: string,
  values: readonly string[],
  count: number,
): Promise<readonly string[]> {
  const child: ChildProcess = spawn(process.execPath, [program, ...values], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => {
      if (code !== null) fail(new Error(`it ended with ${code}`))
    })
    if (!child.stdout) return
    createInterface({ input: child.stdout })
      .on('line', (line) => {
        if (lines.push(line) === count) child.kill('SIGKILL')
      })
      .once('close', () => done(lines))
  })
}
