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
  full: { rounds: 7, milliseconds: 200, warm: 800 },
  smoke: { rounds: 1, milliseconds: 1, warm: 0 },
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

async function branchRows(config, branch, { rounds, milliseconds, warm }) {
  const scenario = scenarios[branch]
  const record = await recorded(config, scenario, branch)
  const { parts, close } = await partsOf(record)
  const networks = []
  try {
    for (const simulated of [false, true]) networks.push(await setUpNetwork({ config, scenario, simulated }))
    const [sockets, simulation] = networks
    const { crypto, codecs, stores, carriers } = parts
    const works = {
      ...{ sockets: sockets.setUp, simulation: simulation.setUp },
      ...{ all: inTurn(crypto, codecs, stores, carriers), computed: inTurn(crypto, codecs) },
      ...parts,
    }
    if (warm > 0) for (const work of Object.values(works)) await timesDone(work, warm)
    const sides = Object.entries(works).map(([name, work]) => [name, () => timesDone(work, milliseconds)])
    const results = await turnByTurn(Object.fromEntries(sides), rounds)
    const { crypto: ofCrypto, codecs: ofCodecs, stores: ofStores, carriers: ofCarriers } = results
    return [
      rowOf(
        { what: `set-up, branch ${branch}, sockets`, to: 'sum of its parts', must: 0.6 },
        ...[results.sockets, results.all],
        { crypto: ofCrypto, codecs: ofCodecs, stores: ofStores, carriers: ofCarriers },
      ),
      rowOf(
        { what: `set-up, branch ${branch}, simulation`, to: 'crypto and codecs' },
        ...[results.simulation, results.computed],
        { crypto: ofCrypto, codecs: ofCodecs },
      ),
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
