// The example as it is measured: no rates of R13 and R45, Diameter over plain TCP, stores as they are asked for.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { systemClock, systemRandom } from '../dist/io/system.js'
import { prepareFiles } from '../dist/nodes/config/files.js'
import { loadNetworkConfig } from '../dist/nodes/config/load.js'
import { addressedConfigFile } from '../dist/testbed/processes/addressed-config.js'

const example = join(import.meta.dirname, '../examples/two-plmns.yaml')

const unlimited = {
  bsf: { challengesPerMinute: 'unlimited', pushesPerMinute: 'unlimited' },
  kmf: {
    limits: Object.fromEntries(
      [
        'keyRequestsPerUe2PerMinute',
        'keyRequestsPerUe1PerMinute',
        'keyRequestsPerPeerPerSecond',
        'pushesPerImsiPerMinute',
      ].map((name) => [name, 'unlimited']),
    ),
  },
}

/** Networks of one run stand beside each other. */
const ports = new Set()

/**
 * Secrets of it are drawn. `urlOf(node)` gives the URL of a store in PostgreSQL, and then each node has a replica on it;
 * without it stores are SQLite files.
 */
export async function networkOfBench(directory, urlOf) {
  const document = parseDocument(readFileSync(example, 'utf8'))
  const lab = join(directory, 'lab')
  mkdirSync(lab, { recursive: true })
  document.setIn(['lab', 'directory'], lab)
  document.setIn(['diameter'], document.createNode({ unsafePlainTcp: true }))
  for (const ue of ['ue1', 'ue2']) document.setIn(['ues', ue, 'imsiOverPc5PerHour'], 'unlimited')
  for (const at of [0, 1]) {
    for (const [name, value] of Object.entries(unlimited.bsf))
      document.setIn(['plmns', at, 'bsf', name], value)
    document.setIn(['plmns', at, 'kmf', 'limits'], document.createNode(unlimited.kmf.limits))
    for (const kind of ['hss', 'bsf', 'kmf']) {
      if (urlOf) {
        document.setIn(['plmns', at, kind, 'replicas'], document.createNode([{}]))
        const file = join(directory, `${kind}${at + 1}.url`)
        writeFileSync(file, await urlOf(`${kind}${at + 1}`), { mode: 0o600 })
        document.setIn(['plmns', at, kind, 'store'], 'postgresql')
        document.setIn(['plmns', at, kind, 'storeUrlFile'], file)
      }
    }
  }
  const file = join(directory, 'network.yaml')
  writeFileSync(file, String(document))
  const config = loadNetworkConfig(file)
  await prepareFiles(config, { clock: systemClock, random: systemRandom })
  const placed = await addressedConfigFile(config, ports)
  return loadNetworkConfig(placed)
}
