import { findNode } from '../dist/nodes/config/nodes.js'
import { baseRequest, diameterLoad } from './diameter-load.mjs'
import { comparedLoads } from './loads.mjs'
import { served } from './served.mjs'

const applications = [16777220, 16777221, 16777340]

/** How a node of the configuration names itself. */
export function identityOf(config, name) {
  const { plmn, kind } = findNode(config, name)
  return {
    ...{ originHost: plmn[kind].diameter.originHost, originRealm: plmn.realm },
    ...{ hostIpAddresses: ['127.0.0.1'], productName: 'load', originStateId: 1, applications },
  }
}

/** DWR of a BSF to its HSS, 256 without an answer. */
export async function diameterRows(config, { rounds, milliseconds }) {
  const identity = identityOf(config, 'bsf1')
  const dwr = Buffer.from(baseRequest.dwr(identity, { hopByHop: 7, endToEnd: 7 }))
  const hss = await served('node-process.mjs', config.file, 'hss1')
  const bare = await served('bare-process.mjs', 'diameter', '0')
  const loads = [
    await diameterLoad({ port: hss.addresses.diameter.port, identity }),
    await diameterLoad({ port: bare.port, identity, isBare: true }),
  ]
  const rate = (load) => () => load.rate(() => dwr, 256, milliseconds)
  try {
    return [
      await comparedLoads({
        ...{ what: 'Diameter DWR, 256 outstanding', to: 'TCP echo that flips a bit', must: 0.45 },
        ...{ rounds, by: 'perSecond' },
        ours: { server: hss, load: rate(loads[0]) },
        bare: { server: bare, load: rate(loads[1]) },
      }),
    ]
  } finally {
    for (const load of loads) load.close()
    await hss.stop()
    await bare.stop()
  }
}
