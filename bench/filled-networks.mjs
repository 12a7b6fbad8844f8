import { join } from 'node:path'
import { fill } from './fill.mjs'
import { networkOfBench } from './network-of-bench.mjs'

/** The nodes whose stores are filled: one home network. */
const names = ['hss2', 'bsf2', 'kmf2']

/**
 * The network of the bench once for each size, with so many subscribers in the stores of one PLMN. `emptyPlace()` gives the
 * URL of a store in PostgreSQL; without it stores are SQLite files. `progress` is told how far it is.
 */
export async function filledNetworks(directory, sizes, emptyPlace, progress) {
  const networks = []
  for (const subscribers of sizes) {
    const config = await networkOfBench(join(directory, String(subscribers)), emptyPlace)
    await fill(config, names, subscribers, progress)
    networks.push({ config, subscribers })
  }
  return networks
}
