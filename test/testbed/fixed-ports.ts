import { createServer, type AddressInfo, type Server } from 'node:net'
import type { Change } from './lab-network.ts'

const ports: readonly (readonly (string | number)[])[] = [0, 1].flatMap((plmn) =>
  [
    ['hss', 'diameter'],
    ['bsf', 'diameter'],
    ['kmf', 'diameter'],
    ['kmf', 'pc8'],
  ]
    .map((path) => ['plmns', plmn, ...path, 'listen'])
    .concat([['plmns', plmn, 'bsf', 'ubListen']]),
)

export const listening = (port = 0): Promise<Server> =>
  new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail).listen(port, '127.0.0.1', () => done(server))
  })
export const portOf = (server: Server): number => (server.address() as AddressInfo).port
export const closed = (server: Server): Promise<void> => new Promise((done) => server.close(() => done()))

/** Ports that nobody had a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening()))
  const free = servers.map(portOf)
  await Promise.all(servers.map(closed))
  return free
}

/** A port of its own for every server: nodes that run apart find each other by the file. */
export async function fixedPorts(): Promise<readonly Change[]> {
  const free = await freePorts(ports.length)
  return free.map((port, at): Change => [ports[at] ?? [], `127.0.0.1:${port}`])
}

export const portOfChange = (changes: readonly Change[], ...path: readonly (string | number)[]): number =>
  Number(String(changes.find(([at]) => at.join('.') === path.join('.'))?.[1]).split(':')[1])
