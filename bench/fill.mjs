import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Rows that are told of. */
const step = 250_000

/**
 * Puts so many subscribers into the stores of the named nodes, which are empty, one process for each. `progress` is told
 * how far it is.
 */
export async function fill(config, names, count, progress) {
  await Promise.all(names.map((name) => fillOne(config, name, count, progress)))
}

async function fillOne(config, name, count, progress) {
  const program = new URL('fill-process.mjs', import.meta.url)
  const child = fork(program, [config.file, name, String(count)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }) // prettier-ignore
  child.on('message', (done) => {
    if (done % step === 0 || done === count) progress(`${name}: ${done} of ${count} subscribers are written`)
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`filling the store of ${name} ended with ${code}`)
}
