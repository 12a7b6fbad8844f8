import { median, ratioOf } from './statistics.mjs'
import { turnByTurn } from './turns.mjs'

/** CPU seconds of all servers so far. */
async function cpuOf(servers) {
  const usages = await Promise.all(servers.map((server) => server.usage()))
  return usages.reduce((sum, { cpu }) => sum + cpu, 0)
}

/** What servers do in a turn: answers a second, and answers a second of their CPU time. */
async function turn({ servers, load, storeCpu }) {
  const before = await cpuOf(servers)
  const storeBefore = storeCpu?.()
  const { done, seconds } = await load()
  const cpu = (await cpuOf(servers)) - before
  return {
    ...{ perSecond: done / seconds, perCpuSecond: done / cpu },
    ...(storeBefore !== undefined && { storeMicroseconds: (1e6 * (storeCpu() - storeBefore)) / done }),
  }
}

/**
 * CPU seconds of a server until its code is compiled, of one that was under another load fewer, and the seconds that all of
 * them may take at most.
 */
const warm = { first: 1.5, further: 0.5, seconds: 30 }

const warmed = new WeakSet()

/** Servers that begin are no measure of some that run. In turn, so that no connection is idle for long. */
async function warmUp(sides) {
  const end = performance.now() + 1000 * warm.seconds
  const servers = [...new Set(sides.flatMap((side) => side.servers))]
  const until = new Map()
  for (const server of servers)
    until.set(server, (await server.usage()).cpu + (warmed.has(server) ? warm.further : warm.first))
  const isWarm = async (server) => (await server.usage()).cpu >= until.get(server)
  do for (const { load } of sides) await load()
  while (performance.now() < end && !(await Promise.all(servers.map(isWarm))).every(Boolean))
  for (const server of servers) warmed.add(server)
}

/**
 * What each of `sides` does in each round. A side is `{ servers, load }`, and `storeCpu` where a store takes CPU time of its
 * own; `load()` resolves to `{ done, seconds }`.
 */
export async function loadTurns(sides, rounds) {
  if (rounds > 1) await warmUp(Object.values(sides))
  const turns = Object.entries(sides).map(([name, side]) => [name, () => turn(side)])
  return turnByTurn(Object.fromEntries(turns), rounds)
}

/** A row of two lists of turns: a ratio of answers for a second of CPU time, or of plain rates. */
export function loadRow({ what, to, must, by = 'perCpuSecond' }, ours, theirs) {
  const of = (turns, name) => turns.map((one) => one[name])
  const middle = (turns, name) => Math.round(median(of(turns, name)))
  return {
    ...{ ...ratioOf(of(ours, by), of(theirs, by)), must, what, to },
    ...{ '/s': middle(ours, 'perSecond'), 'other /s': middle(theirs, 'perSecond') },
    ...{ '/s of CPU': middle(ours, 'perCpuSecond'), 'other /s of CPU': middle(theirs, 'perCpuSecond') },
    ...(ours[0].storeMicroseconds !== undefined && { 'us of PostgreSQL': middle(ours, 'storeMicroseconds') }),
  }
}
