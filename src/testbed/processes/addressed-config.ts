import { createServer } from 'node:net'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { InvalidConfig } from '../../core/invalid-config.ts'
import { freePortPair } from '../../io/radio/udp-multicast.ts'
import { systemRandom } from '../../io/system.ts'
import { listenersOf } from '../../nodes/config/listeners.ts'
import { loadNetworkConfig } from '../../nodes/config/load.ts'
import type { LabConfig, NetworkConfig } from '../../nodes/config/network-config.ts'
import type { NodeContext } from '../../nodes/node.ts'
import { CannotRun } from '../cannot-run.ts'

/** Outside the range from which the system takes ports for outgoing connections. */
const ports = { first: 20_000, count: 10_000 } as const

/** Whether every server has a port that others know before it runs. */
export const hasFixedPorts = (config: NetworkConfig): boolean =>
  config.plmns.flatMap(listenersOf).every(({ listen }) => listen.port !== 0)

/** Where every server of a configuration with fixed ports is. */
export const addressesOf = (config: NetworkConfig): NodeContext['addressOf'] => {
  const addresses = new Map(
    config.plmns.flatMap(listenersOf).map(({ node, service, listen }) => [`${node} ${service}`, listen]),
  )
  return (node, service) => addresses.get(`${node} ${service}`)
}

/**
 * A file that says the same as the configuration with a port for each server, so that nodes find each other from their
 * first moment, and with ports of the radio that no other testbed uses. Gives its name; it lies in the lab. Ports in `taken`
 * are not drawn, and those drawn are added. Throws InvalidConfig when ports are left open and there is no lab.
 */
export async function addressedConfigFile(config: NetworkConfig, taken = new Set<number>()): Promise<string> {
  if (!config.lab) {
    if (hasFixedPorts(config)) return config.file
    const message = 'with one process for each node every port must be given, or a lab: section be there'
    throw new InvalidConfig(config.file, [{ file: config.file, path: 'plmns', message }])
  }
  const document = parseDocument(readFileSync(config.file, 'utf8'))
  for (const [at, plmn] of config.plmns.entries())
    for (const { path, listen } of listenersOf(plmn)) {
      const port = listen.port === 0 ? await freePort(listen.host, taken) : listen.port
      document.setIn(['plmns', at, ...path], `${listen.host}:${port}`)
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

/** The configuration, or the one that was last placed in its lab, with a port for each server. Throws CannotRun. */
export function withPorts(config: NetworkConfig): NetworkConfig {
  const placed = hasFixedPorts(config) ? config : placedConfig(config)
  if (placed) return placed
  const hint = 'give each server one, or start the others first: npx sidelock node network'
  throw new CannotRun(`${config.file} leaves ports open (:0); ${hint}`)
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
