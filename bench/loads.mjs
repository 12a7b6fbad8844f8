import { median, ratioOf } from './statistics.mjs'
import { turnByTurn } from './turns.mjs'

/** What a server does in a turn: answers a second, and answers a second of its CPU time. */
async function turn({ server, load }) {
  const before = await server.usage()
  const { done, seconds } = await load()
  const { cpu } = await server.usage()
  return { perSecond: done / seconds, perCpuSecond: done / (cpu - before.cpu) }
}

/** CPU seconds of a server until its code is compiled, and what that may take at most. */
const warm = { cpu: 1.5, seconds: 6 }

/** A server that begins is no measure of one that runs. */
async function warmUp(side) {
  const { cpu } = await side.server.usage()
  const begun = performance.now()
  do await side.load()
  while ((await side.server.usage()).cpu < cpu + warm.cpu && performance.now() < begun + 1000 * warm.seconds)
}

/** A row of one load on ours and on something bare: a ratio of answers for a second of CPU time, or of plain rates. */
export async function comparedLoads({ what, to, must, ours, bare, rounds, by = 'perCpuSecond' }) {
  if (rounds > 1) for (const side of [ours, bare]) await warmUp(side)
  const results = await turnByTurn({ ours: () => turn(ours), bare: () => turn(bare) }, rounds)
  const of = (side, name) => results[side].map((result) => result[name])
  return {
    ...{ ...ratioOf(of('ours', by), of('bare', by)), must, what, to },
    '/s': Math.round(median(of('ours', 'perSecond'))),
    'bare /s': Math.round(median(of('bare', 'perSecond'))),
    '/s of CPU': Math.round(median(of('ours', 'perCpuSecond'))),
    'bare /s of CPU': Math.round(median(of('bare', 'perCpuSecond'))),
  }
}
