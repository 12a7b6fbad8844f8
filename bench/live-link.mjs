// The example with one pair of algorithms in one profile: its home networks in this thread, its UEs wherever they are started.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { loadNetworkConfig } from '../dist/nodes/config/load.js'
import { findNode } from '../dist/nodes/config/nodes.js'
import { startUe } from '../dist/nodes/ue-node.js'
import { nodeContext } from '../dist/testbed/node-context.js'
import { addressesOf, placedConfig } from '../dist/testbed/processes/addressed-config.js'
import { startHomeNetworks } from '../dist/testbed/run-home-networks.js'

const example = join(import.meta.dirname, '../examples/two-plmns.yaml')
const quiet = { tap: () => undefined, unsafeRevealKeys: false }

function configIn(directory, { eea, eia, profile }) {
  const document = parseDocument(readFileSync(example, 'utf8'))
  document.setIn(['lab', 'directory'], join(directory, 'lab'))
  for (const ue of ['ue1', 'ue2']) {
    document.setIn(['ues', ue, 'eea'], [eea])
    document.setIn(['ues', ue, 'eia'], [eia])
    document.setIn(['ues', ue, 'pc5Profile'], profile)
  }
  const file = join(directory, 'network.yaml')
  writeFileSync(file, String(document))
  return loadNetworkConfig(file)
}

/** HSSs, BSFs and KMFs; `file` is what UEs of this network are started from. */
export async function homeNetworks(protection) {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-bench-'))
  const config = configIn(directory, protection)
  const networks = await startHomeNetworks({ ...quiet, config })
  const close = async () => {
    await networks.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  return { file: placedConfig(config).file, close }
}

/** A UE of the file; its node has `ue` and `stop`. */
export function startUeOf(file, name) {
  const config = loadNetworkConfig(file)
  const onFault = (node, error) => {
    throw new Error(`fault of ${node}`, { cause: error })
  }
  return startUe(findNode(config, name), nodeContext({ ...quiet, config, onFault }, addressesOf(config)))
}
