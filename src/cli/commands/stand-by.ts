import { ProseError } from '../../core/errors.ts'
import type { Run } from '../../testbed/run.ts'
import { nearMiss } from '../near-miss.ts'
import { note, type Terminal } from '../terminal.ts'

/** While a network stays up: an empty line sets up a link again, `restart NODE` starts a node that ended. */
export async function standBy(run: Run, terminal: Terminal, happened: Promise<unknown>): Promise<void> {
  let last = Promise.resolve()
  const stop = terminal.onLine((line) => {
    // What is typed is done in its order.
    last = last.then(() => obey(line.trim(), run, terminal))
  })
  await happened
  stop()
}

async function obey(line: string, run: Run, terminal: Terminal): Promise<void> {
  const [verb = '', name = ''] = line.split(/\s+/)
  try {
    if (verb === '') await run.again()
    else if (verb === 'restart') await restart(name, run, terminal)
    else note(terminal, 'press Enter for another set-up, type restart NODE, or press Ctrl-C to end')
  } catch (error) {
    if (!(error instanceof ProseError)) throw error
    note(terminal, `error: ${error.message} [${error.code}]`)
  }
}

async function restart(name: string, { nodes, processes }: Run, terminal: Terminal): Promise<void> {
  if (!processes) {
    note(terminal, 'nodes can be restarted only with --processes')
    return
  }
  const names = nodes.map((node) => node.name)
  if (!names.includes(name)) {
    const meant = nearMiss(name, names)
    note(
      terminal,
      `there is no node ${name}, ${meant ? `did you mean ${meant}` : `only ${names.join(', ')}`}`,
    )
    return
  }
  await processes.restart(name)
  note(terminal, `${name} runs again, pid ${processes.pid(name) ?? 0}`)
}
