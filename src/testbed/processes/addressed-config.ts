import { createServer } from 'node:net'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { InvalidConfig } from '../../core/invalid-config.ts'
import { freePortPair } from '../../io/radio/udp-multicast.ts'
import { systemRandom } from '../../io/system.ts'
import { loadNetworkConfig } from '../../nodes/config/load.ts'
import type { LabConfig, ListenAddress, NetworkConfig } from '../../nodes/config/network-config.ts'
import type { NodeContext } from '../../nodes/node.ts'

/** Outside the range from which the system takes ports for outgoing connections. */
const ports = { first: 20_000, count: 10_000 } as const

interface Listener {
  readonly path: readonly (string | number)[]
  readonly listen: ListenAddress
}

export const listenersOf = ({ plmns }: NetworkConfig): readonly Listener[] =>
  plmns.flatMap(({ hss, bsf, kmf }, at) => [
    { path: ['plmns', at, 'hss', 'diameter', 'listen'], listen: hss.diameter.listen },
    { path: ['plmns', at, 'bsf', 'diameter', 'listen'], listen: bsf.diameter.listen },
    { path: ['plmns', at, 'bsf', 'ubListen'], listen: bsf.ubListen },
    { path: ['plmns', at, 'kmf', 'diameter', 'listen'], listen: kmf.diameter.listen },
    { path: ['plmns', at, 'kmf', 'pc8', 'listen'], listen: kmf.pc8.listen },
  ])

/** Whether every server has a port that others know before it runs. */
export const hasFixedPorts = (config: NetworkConfig): boolean =>
  listenersOf(config).every(({ listen }) => listen.port !== 0)

/** Where every server of a configuration with fixed ports is. */
export const addressesOf = (config: NetworkConfig): NodeContext['addressOf'] => {
  const addresses = new Map(
    config.plmns.flatMap(({ hss, bsf, kmf }) => [
      [`${hss.name} diameter`, hss.diameter.listen],
      [`${bsf.name} diameter`, bsf.diameter.listen],
      [`${bsf.name} ub`, bsf.ubListen],
      [`${kmf.name} diameter`, kmf.diameter.listen],
      [`${kmf.name} pc8`, kmf.pc8.listen],
    ]),
  )
  return (node, service) => addresses.get(`${node} ${service}`)
}

/**
 * A file that says the same as the configuration with a port for each server, so that nodes find each other from their
 * first moment, and with ports of the radio that no other testbed uses. Gives its name; it lies in the lab.
 * Throws InvalidConfig when ports are left open and there is no lab.
 */
export async function addressedConfigFile(config: NetworkConfig): Promise<string> {
  if (!config.lab) {
    if (hasFixedPorts(config)) return config.file
    const message = 'with one process for each node every port must be given, or a lab: section be there'
    throw new InvalidConfig(config.file, [{ file: config.file, path: 'plmns', message }])
  }
  const document = parseDocument(readFileSync(config.file, 'utf8'))
  const taken = new Set<number>()
  for (const { path, listen } of listenersOf(config)) {
    const port = listen.port === 0 ? await freePort(listen.host, taken) : listen.port
    document.setIn(path, `${listen.host}:${port}`)
  }
  document.setIn(['pc5Bearer', 'port'], await freePortPair())
  document.setIn(['lab', 'directory'], config.lab.directory)
  const file = placedFile(config.lab)
  writeFileSync(file, String(document), { mode: 0o600 })
  return file
}

const placedFile = ({ directory }: LabConfig): string => join(directory, 'processes.yaml')

/** The file that `addressedConfigFile` last wrote into this lab; undefined when there is none. Throws InvalidConfig. */
export function placedConfig({ lab }: NetworkConfig): NetworkConfig | undefined {
  return lab && existsSync(placedFile(lab)) ? loadNetworkConfig(placedFile(lab)) : undefined
}

async function freePort(host: string, taken: Set<number>): Promise<number> {
  for (;;) {
    const [high = 0, low = 0] = systemRandom.octets(2)
    const port = ports.first + ((high * 256 + low) % ports.count)
    if (taken.has(port) || !(await isFree(host, port))) continue
    taken.add(port)
    return port
  }
}

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
