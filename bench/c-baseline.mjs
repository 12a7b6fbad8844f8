// The portable C of bench/c, which is compiled when there is a compiler.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const source = join(import.meta.dirname, 'c/algorithms.c')
const options = ['-O3', '-std=c11', '-D_POSIX_C_SOURCE=199309L']

function compiled(program) {
  const { error, status, stderr } = spawnSync('gcc', [...options, source, '-o', program], {
    encoding: 'utf8',
  })
  if (error?.code === 'ENOENT') return false
  if (status !== 0) throw new Error(`bench/c does not compile: ${error?.message ?? stderr}`)
  return true
}

/**
 * The program, or undefined without gcc. It is started once: what a fork does to the memory of this process would be measured
 * with what is compared.
 */
export function startBaseline(directory) {
  const program = join(directory, 'algorithms')
  if (!compiled(program)) return undefined
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  async function answer(name, size, milliseconds) {
    child.stdin.write(`${name} ${size} ${milliseconds}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`bench/c ended at ${name} ${size}`)
    return value
  }
  return {
    /** Calls for each second of processor time. */
    callsPerSecond: async (name, size, milliseconds) => 1e9 / Number(await answer(name, size, milliseconds)),
    /** What it gives for COUNT 5, BEARER 3, DIRECTION 1, as hex. */
    output: (name, size) => answer(name, size, 0),
    end: () => child.stdin.end(),
  }
}
