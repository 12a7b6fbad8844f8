// Whole set-ups in one process, in each branch of step 7, beside the sum of what they consist of.
import { networkOfBench } from './network-of-bench.mjs'
import { recorded } from './recording.mjs'
import { carriersOf } from './set-up-carriers.mjs'
import { codecParts } from './set-up-codecs.mjs'
import { cryptoParts } from './set-up-crypto.mjs'
import { setUpNetwork } from './set-up-network.mjs'
import { median, ratioOf } from './statistics.mjs'
import { temporaryDirectory } from './temporary.mjs'
import { timesDone, turnByTurn } from './turns.mjs'

const efforts = {
  full: { rounds: 7, milliseconds: 200, warm: { whole: 3_000, parts: 500 } },
  smoke: { rounds: 1, milliseconds: 1 },
}

/** The scenario that goes through each branch again and again. */
const scenarios = { '7a': '7a', '7b': '7b-too-old', '7c': '7c-found', '7d': '7d-imsi' }

/** What a set-up consists of, as functions that do it once. */
async function partsOf({ messages, calls, algorithms }) {
  const carriers = await carriersOf(messages)
  const [crypto, codecs] = [cryptoParts(messages, algorithms), codecParts(messages)]
  return {
    parts: {
      crypto: async () => crypto.forEach((part) => part()),
      codecs: async () => codecs.forEach((part) => part()),
      async stores() {
        for (const call of calls) await call.again()
      },
      carriers: () => carriers.run(),
    },
    close: () => carriers.close(),
  }
}

const inTurn =
  (...works) =>
  async () => {
    for (const work of works) await work()
  }

const microseconds = (turns) => Math.round(1e6 / median(turns.map((turn) => turn.perCpuSecond)))
const perSecond = (turns) => Math.round(median(turns.map((turn) => turn.perSecond)))

function rowOf({ what, to, must }, whole, sum, parts) {
  const of = (turns) => turns.map((turn) => turn.perCpuSecond)
  return {
    ...{ ...ratioOf(of(whole), of(sum)), must, what, to, '/s': perSecond(whole) },
    ...{ 'us of CPU': microseconds(whole), 'us of its parts': microseconds(sum) },
    ...Object.fromEntries(Object.entries(parts).map(([name, turns]) => [name, microseconds(turns)])),
  }
}

/** What was never done before is slow: code that is not compiled yet, and for a whole set-up there is much of it. */
async function warmUp(works, milliseconds) {
  for (const work of works) await timesDone(work, milliseconds)
}

async function measured(whole, parts, { rounds, milliseconds, warm }) {
  const { crypto, codecs, stores, carriers } = parts
  const sums = { all: inTurn(crypto, codecs, stores, carriers), computed: inTurn(crypto, codecs) }
  if (warm) {
    await warmUp(Object.values(whole), warm.whole)
    await warmUp(Object.values(sums), warm.parts)
  }
  const works = Object.entries({ ...whole, ...sums, ...parts })
  const sides = works.map(([name, work]) => [name, () => timesDone(work, milliseconds)])
  return turnByTurn(Object.fromEntries(sides), rounds)
}

async function branchRows(config, branch, effort) {
  const scenario = scenarios[branch]
  const record = await recorded(config, scenario, branch)
  const { parts, close } = await partsOf(record)
  const networks = []
  try {
    for (const simulated of [false, true]) networks.push(await setUpNetwork({ config, scenario, simulated }))
    const [sockets, simulation] = networks.map(({ setUp }) => setUp)
    const { all, computed, ...times } = await measured({ sockets, simulation }, parts, effort)
    const { crypto, codecs, stores, carriers } = times
    const onSockets = { what: `set-up, branch ${branch}, sockets`, to: 'sum of its parts', must: 0.6 }
    const inSimulation = { what: `set-up, branch ${branch}, simulation`, to: 'crypto and codecs' }
    return [
      rowOf(onSockets, times.sockets, all, { crypto, codecs, stores, carriers }),
      rowOf(inSimulation, times.simulation, computed, { crypto, codecs }),
    ]
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
