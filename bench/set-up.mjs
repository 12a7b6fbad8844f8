// Whole set-ups in one process, in each branch of step 7, beside the sum of what they consist of.
import { networkOfBench } from './network-of-bench.mjs'
import { recorded } from './recording.mjs'
import { carriersOf } from './set-up-carriers.mjs'
import { codecParts } from './set-up-codecs.mjs'
import { cryptoParts } from './set-up-crypto.mjs'
import { setUpNetwork } from './set-up-network.mjs'
import { median, ratioOf } from './statistics.mjs'
import { temporaryDirectory } from './temporary.mjs'
import { eachDone, timesDone, turnByTurn } from './turns.mjs'

const efforts = {
  full: { rounds: 7, milliseconds: 500, warm: { whole: 3_000, parts: 500 } },
  smoke: { rounds: 1, milliseconds: 1 },
}

/** The scenario that goes through each branch again and again. */
const scenarios = { '7a': '7a', '7b': '7b-too-old', '7c': '7c-found', '7d': '7d-imsi' }

/** What a set-up consists of, as functions that do it once. */
async function partsOf({ messages, callStores, algorithms }) {
  const carriers = await carriersOf(messages)
  const [crypto, codecs] = [cryptoParts(messages, algorithms), codecParts(messages)]
  return {
    parts: {
      crypto: async () => crypto.forEach((part) => part()),
      codecs: async () => codecs.forEach((part) => part()),
      stores: callStores,
      carriers: () => carriers.run(),
    },
    close: () => carriers.close(),
  }
}

/** `turns` have a set-up under `whole`, and beside it its parts. */
function rowOf({ what, to, must }, turns) {
  const of = (name) => turns.map((turn) => turn[name].microseconds)
  const parts = Object.keys(turns[0]).filter((name) => name !== 'whole')
  const sums = turns.map((turn) => parts.reduce((sum, name) => sum + turn[name].microseconds, 0))
  return {
    ...{ ...ratioOf(sums, of('whole')), must, what, to },
    '/s': Math.round(median(turns.map(({ whole }) => whole.perSecond))),
    ...{ 'us of CPU': Math.round(median(of('whole'))), 'us of its parts': Math.round(median(sums)) },
    ...Object.fromEntries(parts.map((name) => [name, Math.round(median(of(name)))])),
  }
}

/** What was never done before is slow: code that is not compiled yet, and for a whole set-up there is much of it. */
async function warmUp(works, milliseconds) {
  for (const work of works) await timesDone(work, milliseconds)
}

/** Of each of `sides` its turns: a set-up and its parts. */
async function measured(sides, { rounds, milliseconds, warm }) {
  if (warm) {
    await warmUp(Object.values(sides).map(({ whole }) => whole), warm.whole) // prettier-ignore
    await warmUp(Object.values(sides.sockets), warm.parts)
  }
  const turns = Object.entries(sides).map(([name, works]) => [name, () => eachDone(works, milliseconds)])
  return turnByTurn(Object.fromEntries(turns), rounds)
}

async function branchRows(config, branch, effort) {
  const scenario = scenarios[branch]
  const record = await recorded(config, scenario, branch)
  const { parts, close } = await partsOf(record)
  const networks = []
  try {
    for (const simulated of [false, true]) networks.push(await setUpNetwork({ config, scenario, simulated }))
    const [sockets, simulation] = networks.map(({ setUp }) => setUp)
    const { crypto, codecs } = parts
    const turns = await measured(
      { sockets: { whole: sockets, ...parts }, simulation: { whole: simulation, crypto, codecs } },
      effort,
    )
    const onSockets = { what: `set-up, branch ${branch}, sockets`, to: 'sum of its parts', must: 0.6 }
    const inSimulation = { what: `set-up, branch ${branch}, simulation`, to: 'crypto and codecs' }
    return [rowOf(onSockets, turns.sockets), rowOf(inSimulation, turns.simulation)]
  } finally {
    for (const network of networks) await network.stop()
    close()
    await record.close()
  }
}

/** Set-ups of all branches. */
export async function setUps({ smoke, progress }) {
  const effort = smoke ? efforts.smoke : efforts.full
  const { directory, remove } = temporaryDirectory()
  try {
    const config = await networkOfBench(directory)
    const rows = []
    for (const branch of Object.keys(scenarios)) {
      progress(`branch ${branch}`)
      rows.push(...(await branchRows(config, branch, effort)))
    }
    return rows
  } finally {
    remove()
  }
}
