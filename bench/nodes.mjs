// Network functions under load, each in a process of its own, beside bare servers of the same kind.
import { findNode } from '../dist/nodes/config/nodes.js'
import { diameterRows } from './diameter-rows.mjs'
import { fill } from './fill.mjs'
import { kmfRows } from './kmf-rows.mjs'
import { networkOfBench } from './network-of-bench.mjs'
import { temporaryDirectory } from './temporary.mjs'

const efforts = {
  full: { rounds: 7, milliseconds: 400 },
  smoke: { rounds: 1, milliseconds: 30 },
}

/** Rates of HSS, BSF and KMF. */
export async function nodes({ smoke, sizes, progress }) {
  const effort = smoke ? efforts.smoke : efforts.full
  const { directory, remove } = temporaryDirectory()
  try {
    const config = await networkOfBench(directory)
    const { plmn } = findNode(config, 'kmf2')
    const [subscribers] = sizes
    progress('Diameter watchdog')
    const rows = await diameterRows(config, effort)
    progress(`KMF: ${subscribers} subscribers are written`)
    await fill(config, plmn, 'kmf', 0, subscribers)
    progress('KMF: key requests')
    rows.push(...(await kmfRows(config, subscribers, effort)))
    return rows
  } finally {
    remove()
  }
}
