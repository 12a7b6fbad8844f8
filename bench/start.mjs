// How long nodes take until they serve, and what memory they hold when nobody asks them.
import { networkOfBench } from './network-of-bench.mjs'
import { served } from './served.mjs'
import { median, rounded, spread } from './statistics.mjs'
import { temporaryDirectory } from './temporary.mjs'

const mebibyte = 2 ** 20

/** From the start of its process until it serves, in seconds, and its memory then. */
async function started(file, name) {
  const begun = performance.now()
  const node = await served('node-process.mjs', file, name)
  const seconds = (performance.now() - begun) / 1000
  const { memory, cpu } = await node.usage()
  await node.stop()
  return { seconds, cpu, memory: memory / mebibyte }
}

const row = (runs, property, unit, what, must) => {
  const values = runs.map((run) => run[property])
  const value = rounded(median(values))
  return { value, unit, spread: spread(values).map(rounded), must, lower: true, what }
}

export async function start({ smoke, progress }) {
  const { directory, remove } = temporaryDirectory()
  try {
    const { file } = await networkOfBench(directory)
    const rows = []
    for (const name of smoke ? ['hss1'] : ['hss1', 'bsf1', 'kmf1']) {
      progress(name)
      const runs = []
      for (let round = 0; round < (smoke ? 1 : 5); round++) runs.push(await started(file, name))
      rows.push(
        row(runs, 'seconds', 's', `${name}: until it serves`),
        row(runs, 'cpu', 's of CPU', `${name}: CPU time until it serves`),
        row(runs, 'memory', 'MiB', `${name}: resident memory, idle`, 100),
      )
    }
    return rows
  } finally {
    remove()
  }
}
