// CPU time of processes that cannot be asked. proc(5); where the system has no such files it is not known.
import { readFileSync } from 'node:fs'

const ticksOfSecond = 100

/** Ticks of a process that is there; with `children`, those of its children that are gone too. */
function ticksOf(pid, children) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
  return fields.slice(11, children ? 15 : 13).reduce((sum, ticks) => sum + Number(ticks), 0)
}

function known(read) {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** CPU seconds so far, undefined where it is not known. */
export const cpuOfProcess = (pid) => known(() => ticksOf(pid, false) / ticksOfSecond)

/** The same of a process and all that it ever started. */
export const cpuOfFamily = (pid) =>
  known(() => {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    const each = children.map((child) => known(() => ticksOf(child, false)) ?? 0)
    return each.reduce((sum, ticks) => sum + ticks, ticksOf(pid, true)) / ticksOfSecond
  })
