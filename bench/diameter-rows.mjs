// DWR of a BSF to its HSS, beside a bare server, and to another implementation where it is installed.
import { baseRequest } from '../dist/io/diameter/identity.js'
import { diameterLoad } from './diameter-load.mjs'
import { freeDiameter } from './free-diameter.mjs'
import { loadRow, loadTurns } from './loads.mjs'
import { identityOf } from './requests.mjs'
import { served } from './served.mjs'

const window = 256

/** DWRs of a node one after the other, which differ in their identifiers. */
function watchdogsOf(identity) {
  const requests = Array.from({ length: 4 * window }, (_, number) =>
    Buffer.from(baseRequest.dwr(identity, { hopByHop: number, endToEnd: number })),
  )
  let number = 0
  return () => requests[number++ % requests.length]
}

/** Rows of DWRs, 256 without an answer; `note` is told what is left out. */
export async function diameterRows(config, directory, { rounds, milliseconds }, note) {
  const identity = identityOf(config, 'bsf1')
  const hss = await served('node-process.mjs', config.file, 'hss1')
  const bare = await served('bare-process.mjs', 'flipping', '0')
  const free = await freeDiameter(directory, identity, note)
  const servers = {
    ours: { server: hss, port: hss.addresses.diameter.port },
    bare: { server: bare, port: bare.port, isBare: true },
    ...(free && { free: { server: free, port: free.port } }),
  }
  const loads = []
  const sides = {}
  try {
    for (const [name, { server, port, isBare = false }] of Object.entries(servers)) {
      const load = await diameterLoad({ port, identity, requestOf: watchdogsOf(identity), window, isBare })
      loads.push(load)
      sides[name] = { servers: [server], load: () => load.rate(milliseconds) }
    }
    const results = await loadTurns(sides, rounds)
    const row = (what, to, must, theirs) => loadRow({ what, to, must, by: 'perSecond' }, results.ours, theirs)
    return [
      row(`Diameter DWR, ${window} outstanding`, 'TCP echo that flips a bit', 0.45, results.bare),
      ...(free ? [row('Diameter DWR, another implementation', 'freeDiameterd', 4, results.free)] : []),
    ]
  } finally {
    for (const load of loads) load.close()
    await Promise.all(Object.values(servers).map(({ server }) => server.stop()))
  }
}
