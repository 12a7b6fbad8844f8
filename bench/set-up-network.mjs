// A whole network in this process, in which one set-up comes after the other.
import { tapOf } from '../dist/core/tap.js'
import { freePortPair } from '../dist/io/radio/udp-multicast.js'
import { prepareFiles } from '../dist/nodes/config/files.js'
import { onFreePorts, withOwnStores } from '../dist/testbed/arrangements.js'
import { castOf } from '../dist/testbed/cast.js'
import { startNodes } from '../dist/testbed/network.js'
import { nodeContext } from '../dist/testbed/node-context.js'
import { findScenario } from '../dist/testbed/scenarios.js'
import { simulatedWorld } from '../dist/testbed/simulation/simulated-network.js'
import { SeededRandom } from '../dist/testbed/simulation/seeded-random.js'

/** Each way of a simulated stream takes so many milliseconds. */
const latency = 2

function simulatedContext(options) {
  const { clock, context } = simulatedWorld(options, new SeededRandom(1), latency)
  return { context, through: (work) => clock.until(work), remove: () => undefined }
}

async function contextOnSockets({ config: given, ...options }) {
  const { config, remove } = withOwnStores(onFreePorts(given))
  config.pc5Bearer = { ...config.pc5Bearer, port: await freePortPair() }
  const onFault = (node, error) => {
    throw new Error(`fault of ${node}`, { cause: error })
  }
  const context = nodeContext({ ...options, config, onFault }, () => undefined)
  await prepareFiles(config, context)
  return { context, through: (work) => work, remove }
}

/**
 * The network of a scenario, on sockets or `simulated`, with what comes before its set-ups done. `tap` gets what it reads,
 * `carriersOf` may change what its nodes take from the machine. The network has `setUp()`, which gives the algorithms of the
 * link: steps 2 to 14, for branch 7c a bootstrapping before, and the release.
 */
export async function setUpNetwork({
  config: given,
  scenario: name,
  simulated,
  tap = tapOf([], () => undefined),
  unsafeRevealKeys = false,
  carriersOf = (carriers) => carriers,
}) {
  const scenario = findScenario(name)
  const config = scenario.arrangement?.(given) ?? given
  const options = { config, tap, unsafeRevealKeys }
  const { context, through, remove } = await (simulated ? simulatedContext : contextOnSockets)(options)
  const cast = castOf(context.config)
  const network = await through(startNodes({ ...context, carriers: carriersOf(context.carriers) }, new Map()))
  const [ue1, ue2] = [cast.ue1, cast.ue2].map((ue) => network.ue(ue.name))
  const model = cast.ue2.discovery === 'model-b' ? 'b' : 'a'

  async function stop() {
    await through(network.stop())
    remove()
  }
  async function prepared() {
    await ue2.openPc8()
    if (scenario.ue1 === 'opens-pc8') await ue1.openPc8()
    await scenario.afterStep1?.(network.lab)
  }
  async function once() {
    if (scenario.ue1 === 'bootstraps') await ue1.bootstrap()
    const searching = ue1.discover(model, cast.ue2.userInfoId)
    await ue2.beDiscoverable(model)
    const peer = await searching
    const { outcome, reason } = await ue1.connect(peer)
    if (outcome !== 'secured') throw new Error(`a set-up of ${name} ended as ${outcome}: ${reason}`)
    const [link] = await ue1.links(peer)
    await ue1.release(peer)
    return { eea: link.eea, eia: link.eia }
  }
  try {
    await through(prepared())
  } catch (error) {
    await stop()
    throw error
  }
  return { setUp: () => through(once()), stop }
}
