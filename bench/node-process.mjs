// One node of a configuration, as `sidelock node` runs it, with nobody who looks on.
import { loadNetworkConfig } from '../dist/nodes/config/load.js'
import { findNode } from '../dist/nodes/config/nodes.js'
import { tapOf } from '../dist/core/tap.js'
import { startEntity } from '../dist/testbed/network.js'
import { nodeContext } from '../dist/testbed/node-context.js'
import { addressesOf } from '../dist/testbed/processes/addressed-config.js'
import { serve } from './served.mjs'

const [file, name] = process.argv.slice(2)
const begun = performance.now()
const config = loadNetworkConfig(file)
const onFault = (node, error) => {
  throw new Error(`fault of ${node}`, { cause: error })
}
const context = nodeContext(
  { config, tap: tapOf([], () => undefined), unsafeRevealKeys: false, onFault },
  addressesOf(config),
)
const node = await startEntity(findNode(config, name), context)
void node.connect()
serve({ addresses: Object.fromEntries(node.addresses), milliseconds: performance.now() - begun })
